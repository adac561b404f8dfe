using System.Globalization;
using SqlStream.Connectors.Formats;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Print;

/// <summary>Values as Java's <c>toString</c> shows them, which is what users of Flink's print connector see.</summary>
static class JavaText
{
    const long MicrosPerSecond = 1_000_000;

    /// <summary><c>1.0</c>, <c>1.0E10</c>, <c>NaN</c>, <c>Infinity</c>.</summary>
    public static void AppendFloating<T>(T value, RowText text) where T : IUtf8SpanFormattable
    {
        Span<byte> shortest = stackalloc byte[64];
        Check.That(value.TryFormat(shortest, out var length, default, CultureInfo.InvariantCulture));
        var rest = shortest[..length];
        if (rest[^1] is (byte)'N' or (byte)'y')
        {
            text.Append(rest);
            return;
        }
        if (rest[0] == '-')
        {
            text.Append((byte)'-');
            rest = rest[1..];
        }
        Span<byte> digits = stackalloc byte[64];
        var count = Split(rest, digits, out var exponent);
        if (exponent is >= -3 and < 7)
            AppendPlain(digits[..count], exponent, text);
        else
            AppendScientific(digits[..count], exponent, text);
    }

    /// <summary><c>10:00</c>, <c>10:00:01</c>, <c>10:00:01.500</c>: seconds and groups of three
    /// fraction digits as needed.</summary>
    public static void AppendTime(long microsOfDay, RowText text, bool alwaysSeconds = false, int nanos = 0)
    {
        var fraction = microsOfDay % MicrosPerSecond;
        var precision = nanos != 0 ? 9 : fraction == 0 ? 0 : fraction % 1000 == 0 ? 3 : 6;
        var length = TimeText.FormatTime(microsOfDay, precision, text.Room(TimeText.LengthMax), nanos);
        var hasSeconds = alwaysSeconds || nanos != 0 || microsOfDay % (60 * MicrosPerSecond) != 0;
        text.Length += hasSeconds ? length : 5;
    }

    /// <summary><c>2026-01-31T10:00</c>; an instant always has seconds and ends in <c>Z</c>.</summary>
    public static void AppendTimestamp(long micros, bool isInstant, RowText text, int nanos = 0)
    {
        const long microsPerDay = 86_400 * MicrosPerSecond;
        var days = (int)Math.Floor(micros / (double)microsPerDay);
        var time = micros - (days * microsPerDay);
        if (time < 0 || time >= microsPerDay)
        {
            days += time < 0 ? -1 : 1;
            time = micros - (days * microsPerDay);
        }
        text.Length += TimeText.FormatDate(days, text.Room(TimeText.LengthMax));
        text.Append((byte)'T');
        AppendTime(time, text, isInstant, nanos);
        if (isInstant)
            text.Append((byte)'Z');
    }

    /// <summary>Months as <c>P1Y2M</c>, none as <c>P0D</c>.</summary>
    public static void AppendPeriod(int months, RowText text)
    {
        var (years, rest) = Math.DivRem(months, 12);
        text.Append((byte)'P');
        if (years != 0)
        {
            text.Append(years);
            text.Append((byte)'Y');
        }
        if (rest != 0)
        {
            text.Append(rest);
            text.Append((byte)'M');
        }
        if (months == 0)
            text.Append("0D"u8);
    }

    /// <summary>A duration as <c>PT26H3M4.5S</c>, none as <c>PT0S</c>.</summary>
    public static void AppendDuration(long micros, RowText text)
    {
        if (micros == 0)
        {
            text.Append("PT0S"u8);
            return;
        }
        var (minutes, rest) = Math.DivRem(micros, 60 * MicrosPerSecond);
        var (hours, minute) = Math.DivRem(minutes, 60);
        text.Append("PT"u8);
        if (hours != 0)
        {
            text.Append(hours);
            text.Append((byte)'H');
        }
        if (minute != 0)
        {
            text.Append(minute);
            text.Append((byte)'M');
        }
        if (rest == 0)
            return;
        if (rest < 0)
            text.Append((byte)'-');
        text.Append(Math.Abs(rest) / MicrosPerSecond);
        var fraction = Math.Abs(rest) % MicrosPerSecond;
        if (fraction != 0)
        {
            text.Append((byte)'.');
            Span<byte> digits = stackalloc byte[6];
            Check.That(fraction.TryFormat(digits, out var written, "D6", CultureInfo.InvariantCulture) && written == 6);
            text.Append(digits.TrimEnd((byte)'0'));
        }
        text.Append((byte)'S');
    }

    /// <summary>A DECIMAL; with an exponent only where it is smaller than 10 to the power of -6.</summary>
    public static void AppendDecimal(Int128 value, int scale, RowText text)
    {
        Span<byte> digits = stackalloc byte[48];
        var magnitude = value < 0 ? -value : value;
        Check.That(((UInt128)magnitude).TryFormat(digits, out var count, default, CultureInfo.InvariantCulture));
        var exponent = count - 1 - scale;
        if (exponent >= -6)
        {
            text.Length += DecimalText.Format(value, scale, text.Room(64));
            return;
        }
        if (value < 0)
            text.Append((byte)'-');
        text.Append(digits[0]);
        if (count > 1)
        {
            text.Append((byte)'.');
            text.Append(digits[1..count]);
        }
        text.Append((byte)'E');
        text.Append(exponent);
    }

    // The digits without leading and trailing zeros, and the exponent of the first one.
    static int Split(ReadOnlySpan<byte> number, Span<byte> digits, out int exponent)
    {
        var mark = number.IndexOf((byte)'E');
        exponent = mark < 0 ? 0
            : int.Parse(number[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = mark < 0 ? number : number[..mark];
        var point = mantissa.IndexOf((byte)'.');
        exponent += (point < 0 ? mantissa.Length : point) - 1;
        var count = 0;
        foreach (var octet in mantissa)
        {
            if (octet == '.')
                continue;
            if (count == 0 && octet == '0')
                exponent--;
            else
                digits[count++] = octet;
        }
        while (count > 0 && digits[count - 1] == '0')
            count--;
        if (count > 0)
            return count;
        digits[0] = (byte)'0';
        exponent = 0;
        return 1;
    }

    static void AppendPlain(ReadOnlySpan<byte> digits, int exponent, RowText text)
    {
        for (var place = Math.Max(exponent, 0); place >= Math.Min(-1, exponent - digits.Length + 1); place--)
        {
            var index = exponent - place;
            text.Append(index >= 0 && index < digits.Length ? digits[index] : (byte)'0');
            if (place == 0)
                text.Append((byte)'.');
        }
    }

    static void AppendScientific(ReadOnlySpan<byte> digits, int exponent, RowText text)
    {
        text.Append(digits[0]);
        text.Append((byte)'.');
        if (digits.Length > 1)
            text.Append(digits[1..]);
        else
            text.Append((byte)'0');
        text.Append((byte)'E');
        text.Append(exponent);
    }
}
