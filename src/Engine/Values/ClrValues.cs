using SqlStream.Core.Types;

namespace SqlStream.Engine.Values;

/// <summary>Conversions between stored values and .NET values.</summary>
static class ClrValues
{
    const int MantissaBits = 96;
    const int DecimalScaleMax = 28;

    static readonly Int128[] _powers = Powers();

    /// <summary>A scaled integer as a decimal; 22003 where its digits do not fit.</summary>
    public static decimal ToDecimal(Int128 value, int scale)
    {
        var isNegative = value < 0;
        var magnitude = isNegative ? (UInt128)(-value) : (UInt128)value;
        while (scale > 0 && (scale > DecimalScaleMax || magnitude >> MantissaBits != 0) && magnitude % 10 == 0)
        {
            magnitude /= 10;
            scale--;
        }
        if (scale > DecimalScaleMax || magnitude >> MantissaBits != 0)
            throw ValueErrors.DecimalTooLong();
        return new decimal((int)(uint)magnitude, (int)(uint)(magnitude >> 32), (int)(uint)(magnitude >> 64), isNegative, (byte)scale);
    }

    /// <summary>A decimal as an integer scaled to a type, rounded half up; 22003 where it does not fit.</summary>
    public static Int128 FromDecimal(decimal value, DecimalType type)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        Int128 scaled = new UInt128((uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]) is var mantissa ? (Int128)mantissa : 0;
        var scale = value.Scale;
        if (scale < type.Scale)
        {
            var factor = _powers[type.Scale - scale];
            if (scaled > Int128.MaxValue / factor)
                throw ValueErrors.OutOfRange(type);
            scaled *= factor;
        }
        else if (scale > type.Scale)
        {
            var divisor = _powers[scale - type.Scale];
            scaled = (scaled + (divisor / 2)) / divisor;
        }
        if (scaled >= _powers[type.Precision])
            throw ValueErrors.OutOfRange(type);
        return value < 0 ? -scaled : scaled;
    }

    /// <summary>A date and time of day without a zone, from microseconds since 1970.</summary>
    public static DateTime ToDateTime(long micros) => new(DateTime.UnixEpoch.Ticks + (micros * TimeSpan.TicksPerMicrosecond), DateTimeKind.Unspecified);

    /// <summary>The same in UTC.</summary>
    public static DateTime ToUtc(long micros) => new(DateTime.UnixEpoch.Ticks + (micros * TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);

    /// <summary>An instant.</summary>
    public static DateTimeOffset ToInstant(long micros) => new(ToUtc(micros));

    /// <summary>Nanoseconds since 1970 as microseconds, rounded down: a .NET time has no more than seven digits.</summary>
    public static long NanosToMicros(Int128 nanos) => (long)(nanos >= 0 ? nanos / 1000 : -((-nanos + 999) / 1000));

    /// <summary>Microseconds since 1970, cut off at the digits of a type.</summary>
    public static long ToMicros(long ticks, int precision)
    {
        var micros = FloorDivide(ticks - DateTime.UnixEpoch.Ticks, TimeSpan.TicksPerMicrosecond);
        var unit = (long)_powers[Math.Max(0, TemporalType.MicrosPrecisionMax - precision)];
        return FloorDivide(micros, unit) * unit;
    }

    /// <summary>The instant of a time; one without a zone is taken as UTC.</summary>
    public static long InstantTicks(DateTime time) => time.Kind == DateTimeKind.Local ? time.ToUniversalTime().Ticks : time.Ticks;

    /// <summary>Milliseconds of the day, cut off at the digits of a type.</summary>
    public static int ToMillis(TimeOnly time, int precision)
    {
        var millis = (int)(time.Ticks / TimeSpan.TicksPerMillisecond);
        var unit = (int)_powers[Math.Clamp(3 - precision, 0, 3)];
        return millis / unit * unit;
    }

    /// <summary>A time of day from milliseconds.</summary>
    public static TimeOnly ToTime(int millis) => new(millis * TimeSpan.TicksPerMillisecond);

    /// <summary>Days since 1970.</summary>
    public static int ToDays(DateOnly date) => date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    /// <summary>A date from days since 1970.</summary>
    public static DateOnly ToDate(int days) => DateOnly.FromDayNumber(days + DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);

    static long FloorDivide(long value, long divisor) => value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor);

    static Int128[] Powers()
    {
        var powers = new Int128[DecimalType.PrecisionMax + 1];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++)
            powers[i] = powers[i - 1] * 10;
        return powers;
    }
}
