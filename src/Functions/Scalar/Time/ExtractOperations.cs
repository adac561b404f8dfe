using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>A part of a local time.</summary>
readonly struct ExtractOp(TimeUnitName unit) : IUnary<long, long>
{
    readonly TimeUnitName _unit = unit;

    public bool TryApply(long input, out long result)
    {
        result = _unit switch
        {
            TimeUnitName.Nanosecond => Calendar.TimeOf(input) % Calendar.MicrosPerSecond * 1000,
            TimeUnitName.Microsecond => Calendar.TimeOf(input) % Calendar.MicrosPerSecond,
            TimeUnitName.Millisecond => Calendar.TimeOf(input) % Calendar.MicrosPerSecond / 1000,
            TimeUnitName.Second => Calendar.TimeOf(input) / Calendar.MicrosPerSecond % 60,
            TimeUnitName.Minute => Calendar.TimeOf(input) / Calendar.MicrosPerMinute % 60,
            TimeUnitName.Hour => Calendar.TimeOf(input) / Calendar.MicrosPerHour,
            TimeUnitName.Epoch => Calendar.FloorDivide(input, Calendar.MicrosPerSecond),
            _ => OfDay(Calendar.DayOf(input)),
        };
        return true;
    }

    public SqlException? Error(long input) => null;

    long OfDay(int days) => _unit switch
    {
        TimeUnitName.Day => Calendar.Date(days).Day,
        TimeUnitName.Week => Calendar.IsoWeek(days).Week,
        TimeUnitName.Month => Calendar.Date(days).Month,
        TimeUnitName.Quarter => (Calendar.Date(days).Month + 2) / 3,
        TimeUnitName.Year => Calendar.Date(days).Year,
        TimeUnitName.Decade => Calendar.Date(days).Year / 10,
        TimeUnitName.Century => (Calendar.Date(days).Year + 99) / 100,
        TimeUnitName.Millennium => (Calendar.Date(days).Year + 999) / 1000,
        TimeUnitName.Dow => (Calendar.IsoDayOfWeek(days) % 7) + 1,
        TimeUnitName.IsoDow => Calendar.IsoDayOfWeek(days),
        TimeUnitName.Doy => Calendar.DayOfYear(days),
        TimeUnitName.IsoYear => Calendar.IsoWeek(days).Year,
        _ => throw new UnreachableException($"unit {_unit} is no part of a date"),
    };
}

/// <summary>A part of an interval of months.</summary>
readonly struct ExtractMonthsOp(TimeUnitName unit) : IUnary<int, long>
{
    readonly TimeUnitName _unit = unit;

    public bool TryApply(int input, out long result)
    {
        result = _unit switch
        {
            TimeUnitName.Month => input % 12,
            TimeUnitName.Quarter => (input % 12 / 3) + (input < 0 ? -1 : 1),
            _ => input / TimeUnitNames.Months(_unit),
        };
        return true;
    }

    public SqlException? Error(int input) => null;
}

/// <summary>A part of an interval of time.</summary>
readonly struct ExtractDurationOp(TimeUnitName unit) : IUnary<long, long>
{
    readonly TimeUnitName _unit = unit;

    public bool TryApply(long input, out long result)
    {
        result = _unit switch
        {
            TimeUnitName.Nanosecond => input % Calendar.MicrosPerSecond * 1000,
            TimeUnitName.Microsecond => input % Calendar.MicrosPerSecond,
            TimeUnitName.Millisecond => input % Calendar.MicrosPerSecond / 1000,
            TimeUnitName.Second => input / Calendar.MicrosPerSecond % 60,
            TimeUnitName.Minute => input / Calendar.MicrosPerMinute % 60,
            TimeUnitName.Hour => input / Calendar.MicrosPerHour % 24,
            _ => input / Calendar.MicrosPerDay,
        };
        return true;
    }

    public SqlException? Error(long input) => null;
}
