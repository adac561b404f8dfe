using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Casts;

/// <summary>TIMESTAMP to fewer digits after the second, cut.</summary>
readonly struct CutTimestamp(int precision) : IUnary<long, long>
{
    readonly int _precision = precision;

    public bool TryApply(long input, out long result)
    {
        result = TimePrecision.Cut(input, _precision);
        return true;
    }

    public SqlException? Error(long input) => null;
}

/// <summary>TIME to fewer digits after the second, cut.</summary>
readonly struct CutTime(int precision) : IUnary<int, int>
{
    readonly int _precision = precision;

    public bool TryApply(int input, out int result)
    {
        result = (int)(TimePrecision.Cut(input * 1000L, Math.Min(3, _precision)) / 1000);
        return true;
    }

    public SqlException? Error(int input) => null;
}

/// <summary>A number of milliseconds to an interval.</summary>
readonly struct MillisToMicros(SqlType type, bool isTry) : IUnary<long, long>
{
    readonly SqlType _type = type;
    readonly bool _isTry = isTry;

    public bool TryApply(long input, out long result)
    {
        result = unchecked(input * 1000);
        return input is >= long.MinValue / 1000 and <= long.MaxValue / 1000;
    }

    public SqlException? Error(long input) => _isTry ? null : FunctionErrors.NumberOutOfRange($"{input}", _type);
}

/// <summary>An interval to a number of milliseconds, cut towards zero.</summary>
readonly struct MicrosToMillis : IUnary<long, long>
{
    public bool TryApply(long input, out long result)
    {
        result = input / 1000;
        return true;
    }

    public SqlException? Error(long input) => null;
}

/// <summary>DATE to TIMESTAMP: midnight.</summary>
readonly struct DateToTimestamp : IUnary<int, long>
{
    public bool TryApply(int input, out long result)
    {
        result = input * Calendar.MicrosPerDay;
        return true;
    }

    public SqlException? Error(int input) => null;
}

/// <summary>TIMESTAMP to DATE.</summary>
readonly struct TimestampToDate : IUnary<long, int>
{
    public bool TryApply(long input, out int result)
    {
        result = Calendar.DayOf(input);
        return true;
    }

    public SqlException? Error(long input) => null;
}

/// <summary>TIMESTAMP to TIME.</summary>
readonly struct TimestampToTime(int precision) : IUnary<long, int>
{
    readonly int _precision = precision;

    public bool TryApply(long input, out int result)
    {
        result = (int)(TimePrecision.Cut(Calendar.TimeOf(input), Math.Min(3, _precision)) / 1000);
        return true;
    }

    public SqlException? Error(long input) => null;
}

/// <summary>TIME to TIMESTAMP: on 1970-01-01.</summary>
readonly struct TimeToTimestamp : IUnary<int, long>
{
    public bool TryApply(int input, out long result)
    {
        result = input * 1000L;
        return true;
    }

    public SqlException? Error(int input) => null;
}

/// <summary>TIMESTAMP_LTZ to TIMESTAMP: the local time.</summary>
ref struct InstantToLocal(Column input, TimeZoneInfo zone, int precision) : ILane<long>
{
    readonly FixedReader<long> _input = new(input);
    Zone _zone = new(zone);

    public bool TryCompute(int row, out long result)
    {
        result = TimePrecision.Cut(_zone.ToLocal(_input[row]), precision);
        return true;
    }

    public readonly SqlException? Error(int row) => null;
}

/// <summary>TIMESTAMP to TIMESTAMP_LTZ: the instant.</summary>
ref struct LocalToInstant(Column input, TimeZoneInfo zone, int precision) : ILane<long>
{
    readonly FixedReader<long> _input = new(input);
    Zone _zone = new(zone);
    readonly int _precision = precision;

    public bool TryCompute(int row, out long result)
    {
        result = TimePrecision.Cut(_zone.ToInstant(_input[row]), _precision);
        return true;
    }

    public readonly SqlException? Error(int row) => null;
}
