using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Kernels;

/// <summary>TIMESTAMP plus (sign 1) or minus (sign -1) an interval of time.</summary>
readonly struct AddMicros(SqlType type, int sign) : IBinary<long, long, long>
{
    readonly SqlType _type = type;
    readonly int _sign = sign;

    public bool TryApply(long left, long right, out long result)
    {
        var exact = (Int128)left + ((Int128)right * _sign);
        result = (long)exact;
        return exact == result && Calendar.IsTimestamp(result);
    }

    public SqlException? Error(long left, long right) => FunctionErrors.DatetimeOutOfRange(_type);
}

/// <summary>TIMESTAMP plus or minus months.</summary>
readonly struct AddMonths(SqlType type, int sign) : IBinary<long, int, long>
{
    readonly SqlType _type = type;
    readonly int _sign = sign;

    public bool TryApply(long left, int right, out long result)
    {
        // NULL lanes hold anything.
        var ok = Calendar.TryAddMonths(Math.Clamp(Calendar.DayOf(left), Calendar.DaysMin, Calendar.DaysMax), (long)right * _sign, out var days);
        result = (days * Calendar.MicrosPerDay) + Calendar.TimeOf(left);
        return ok;
    }

    public SqlException? Error(long left, int right) => FunctionErrors.DatetimeOutOfRange(_type);
}

/// <summary>TIMESTAMP of more than six digits plus or minus an interval of time.</summary>
readonly struct AddMicrosToNanos(SqlType type, int sign) : IBinary<Int128, long, Int128>
{
    readonly AddMicros _add = new(type, sign);

    public bool TryApply(Int128 left, long right, out Int128 result)
    {
        var (micros, nanos) = Nanos.Split(left);
        var ok = _add.TryApply(micros, right, out micros);
        result = Nanos.Of(micros, nanos);
        return ok;
    }

    public SqlException? Error(Int128 left, long right) => _add.Error(0, right);
}

/// <summary>TIMESTAMP of more than six digits plus or minus months.</summary>
readonly struct AddMonthsToNanos(SqlType type, int sign) : IBinary<Int128, int, Int128>
{
    readonly AddMonths _add = new(type, sign);

    public bool TryApply(Int128 left, int right, out Int128 result)
    {
        var (micros, nanos) = Nanos.Split(left);
        var ok = _add.TryApply(micros, right, out micros);
        result = Nanos.Of(micros, nanos);
        return ok;
    }

    public SqlException? Error(Int128 left, int right) => _add.Error(0, right);
}

/// <summary>DATE plus or minus the whole days of an interval of time.</summary>
readonly struct AddDays(int sign) : IBinary<int, long, int>
{
    readonly int _sign = sign;

    public bool TryApply(int left, long right, out int result)
    {
        var exact = left + (right / Calendar.MicrosPerDay * _sign);
        result = (int)exact;
        return Calendar.IsDate(exact);
    }

    public SqlException? Error(int left, long right) => FunctionErrors.DatetimeOutOfRange(SqlType.Date);
}

/// <summary>DATE plus or minus months.</summary>
readonly struct AddMonthsToDate(int sign) : IBinary<int, int, int>
{
    readonly int _sign = sign;

    public bool TryApply(int left, int right, out int result) =>
        Calendar.TryAddMonths(Math.Clamp(left, Calendar.DaysMin, Calendar.DaysMax), (long)right * _sign, out result);

    public SqlException? Error(int left, int right) => FunctionErrors.DatetimeOutOfRange(SqlType.Date);
}

/// <summary>TIME plus or minus an interval of time, around the clock.</summary>
readonly struct AddToTime(int sign) : IBinary<int, long, int>
{
    readonly int _sign = sign;

    public bool TryApply(int left, long right, out int result)
    {
        var millis = left + ((long)_sign * (right / 1000 % Calendar.MillisPerDay));
        result = (int)(millis - (Calendar.FloorDivide(millis, Calendar.MillisPerDay) * Calendar.MillisPerDay));
        return true;
    }

    public SqlException? Error(int left, long right) => null;
}

/// <summary>DATE - DATE as an interval of time.</summary>
readonly struct SubtractDates : IBinary<int, int, long>
{
    public bool TryApply(int left, int right, out long result)
    {
        result = ((long)left - right) * Calendar.MicrosPerDay;
        return true;
    }

    public SqlException? Error(int left, int right) => null;
}
