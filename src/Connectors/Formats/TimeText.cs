using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Formats;

/// <summary>Dates and times from and to text. Days count from 1970-01-01, times of day in milliseconds, timestamps in
/// microseconds; years 0001 to 9999.</summary>
static class TimeText
{
    /// <summary>Bytes that the longest text needs.</summary>
    public const int LengthMax = 32;

    const long MicrosPerDay = 86_400_000_000;
    const int DaysToEpoch = 719_162;

    const int NanosPerMicro = 1000;

    static readonly int[] _fractionPowers =
        [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

    /// <summary>Reads <c>yyyy-MM-dd</c>.</summary>
    public static bool TryParseDate(ReadOnlySpan<byte> text, out int days)
    {
        days = 0;
        if (text.Length != 10 || text[4] != '-' || text[7] != '-')
            return false;
        if (!Digits(text, 0, 4, out var year) || !Digits(text, 5, 2, out var month) || !Digits(text, 8, 2, out var day))
            return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return false;
        days = Days(year, month, day);
        return true;
    }

    /// <summary>Reads <c>HH:mm[:ss[.fraction]]</c> as microseconds of the day; up to nine fraction digits, those beyond
    /// <paramref name="precision"/> are cut off.</summary>
    public static bool TryParseTime(ReadOnlySpan<byte> text, int precision, out long micros) =>
        TryParseTime(text, precision, out micros, out _);

    /// <summary>Reads a time of day as microseconds and the nanoseconds after them.</summary>
    public static bool TryParseTime(ReadOnlySpan<byte> text, int precision, out long micros, out int nanos)
    {
        micros = 0;
        nanos = 0;
        if (text.Length < 5 || text[2] != ':' || !Digits(text, 0, 2, out var hour)
            || !Digits(text, 3, 2, out var minute))
            return false;
        var second = 0;
        var fraction = 0;
        if (text.Length > 5)
        {
            if (text.Length < 8 || text[5] != ':' || !Digits(text, 6, 2, out second))
                return false;
            if (text.Length > 8 && !TryParseFraction(text[8..], precision, out fraction))
                return false;
        }
        if (hour > 23 || minute > 59 || second > 59)
            return false;
        micros = ((((hour * 60L) + minute) * 60) + second) * 1_000_000 + (fraction / NanosPerMicro);
        nanos = fraction % NanosPerMicro;
        return true;
    }

    /// <summary>Reads <c>yyyy-MM-dd HH:mm[:ss[.fraction]]</c>, with the separator given.</summary>
    public static bool TryParseTimestamp(ReadOnlySpan<byte> text, byte separator, int precision, out long micros) =>
        TryParseTimestamp(text, separator, precision, out micros, out _);

    /// <summary>Reads a timestamp as nanoseconds.</summary>
    public static bool TryParseNanos(ReadOnlySpan<byte> text, byte separator, int precision, out Int128 value)
    {
        var ok = TryParseTimestamp(text, separator, precision, out var micros, out var nanos);
        value = ((Int128)micros * NanosPerMicro) + nanos;
        return ok;
    }

    static bool TryParseTimestamp(ReadOnlySpan<byte> text, byte separator, int precision, out long micros, out int nanos)
    {
        micros = 0;
        nanos = 0;
        if (text.Length < 16 || text[10] != separator)
            return false;
        if (!TryParseDate(text[..10], out var days) || !TryParseTime(text[11..], precision, out var time, out nanos))
            return false;
        micros = (days * MicrosPerDay) + time;
        return true;
    }

    /// <summary>Writes <c>yyyy-MM-dd</c>; returns the length.</summary>
    public static int FormatDate(int days, Span<byte> target)
    {
        var date = DateOnly.FromDayNumber(
            Math.Clamp(days + DaysToEpoch, DateOnly.MinValue.DayNumber, DateOnly.MaxValue.DayNumber));
        Write(target, 0, 4, date.Year);
        target[4] = (byte)'-';
        Write(target, 5, 2, date.Month);
        target[7] = (byte)'-';
        Write(target, 8, 2, date.Day);
        return 10;
    }

    /// <summary>Writes <c>HH:mm:ss</c> and, if <paramref name="precision"/> is not 0, that many fraction digits;
    /// returns the length.</summary>
    public static int FormatTime(long microsOfDay, int precision, Span<byte> target, int nanos = 0)
    {
        Check.That(microsOfDay is >= 0 and < MicrosPerDay);
        var seconds = (int)(microsOfDay / 1_000_000);
        Write(target, 0, 2, seconds / 3600);
        target[2] = (byte)':';
        Write(target, 3, 2, seconds / 60 % 60);
        target[5] = (byte)':';
        Write(target, 6, 2, seconds % 60);
        if (precision == 0)
            return 8;
        target[8] = (byte)'.';
        Write(target, 9, precision, (((int)(microsOfDay % 1_000_000) * NanosPerMicro) + nanos) / _fractionPowers[precision]);
        return 9 + precision;
    }

    /// <summary>Writes date, separator and time; returns the length.</summary>
    public static int FormatTimestamp(long micros, byte separator, int precision, Span<byte> target, int nanos = 0)
    {
        var days = Math.DivRem(micros, MicrosPerDay, out var time);
        if (time < 0)
        {
            days--;
            time += MicrosPerDay;
        }
        var length = FormatDate((int)days, target);
        target[length++] = separator;
        return length + FormatTime(time, precision, target[length..], nanos);
    }

    /// <summary>Writes a timestamp in nanoseconds; returns the length.</summary>
    public static int FormatNanos(Int128 value, byte separator, int precision, Span<byte> target)
    {
        var (micros, nanos) = SplitNanos(value);
        return FormatTimestamp(micros, separator, precision, target, nanos);
    }

    /// <summary>Whole microseconds, and the nanoseconds after them.</summary>
    public static (long Micros, int Nanos) SplitNanos(Int128 value)
    {
        var micros = value / NanosPerMicro;
        var rest = (int)(value - (micros * NanosPerMicro));
        return rest < 0 ? ((long)micros - 1, rest + NanosPerMicro) : ((long)micros, rest);
    }

    static bool TryParseFraction(ReadOnlySpan<byte> text, int precision, out int nanos)
    {
        nanos = 0;
        if (text.Length is < 2 or > 10 || text[0] != '.')
            return false;
        for (var i = 1; i < text.Length; i++)
        {
            var digit = text[i] - '0';
            if ((uint)digit > 9)
                return false;
            if (i <= precision)
                nanos += digit * _fractionPowers[i];
        }
        return true;
    }

    static bool Digits(ReadOnlySpan<byte> text, int start, int count, out int value)
    {
        value = 0;
        foreach (var octet in text.Slice(start, count))
        {
            var digit = octet - '0';
            if ((uint)digit > 9)
                return false;
            value = (value * 10) + digit;
        }
        return true;
    }

    static void Write(Span<byte> target, int start, int count, int value)
    {
        for (var i = start + count - 1; i >= start; i--)
        {
            target[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }

    // Days since 1970-01-01 in the proleptic Gregorian calendar; the year begins in March, so that the
    // leap day comes last.
    static int Days(int year, int month, int day)
    {
        var y = month <= 2 ? year - 1 : year;
        var era = y / 400;
        var yearOfEra = y - (era * 400);
        var dayOfYear = (((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5) + day - 1;
        var dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * 146_097) + dayOfEra - 719_468;
    }
}
