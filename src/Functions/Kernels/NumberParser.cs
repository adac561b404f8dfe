using System.Globalization;

namespace SqlStream.Functions.Kernels;

/// <summary>How reading a number from text ended.</summary>
enum ParseOutcome
{
    /// <summary>There is a value.</summary>
    Ok,

    /// <summary>The text is no number.</summary>
    Malformed,

    /// <summary>The number does not fit.</summary>
    OutOfRange,
}

/// <summary>Reads numbers from UTF-8 text. White space at both ends is passed over.</summary>
static class NumberParser
{
    const int ExponentMax = 100_000;

    /// <summary>Without white space at the ends.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t\r\n\f\v"u8);

    /// <summary>An integer; digits after a point are cut off.</summary>
    public static ParseOutcome Integer(ReadOnlySpan<byte> text, long min, long max, out long value)
    {
        value = 0;
        text = Trim(text);
        var negative = TakeSign(ref text);
        var point = text.IndexOf((byte)'.');
        var whole = point < 0 ? text : text[..point];
        if ((point < 0 && whole.IsEmpty) || (point >= 0 && text.Length == 1))
            return ParseOutcome.Malformed;
        Int128 sum = 0;
        foreach (var c in whole)
        {
            if (!char.IsAsciiDigit((char)c))
                return ParseOutcome.Malformed;
            if (sum <= ulong.MaxValue)
                sum = (sum * 10) + (c - '0');
        }
        if (point >= 0 && text[(point + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return ParseOutcome.Malformed;
        if (negative)
            sum = -sum;
        value = (long)sum;
        return sum >= min && sum <= max ? ParseOutcome.Ok : ParseOutcome.OutOfRange;
    }

    /// <summary>A floating-point number; beyond the range it is an infinity, as in Java.</summary>
    public static ParseOutcome Double(ReadOnlySpan<byte> text, out double value)
    {
        const NumberStyles styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(Trim(text), styles, CultureInfo.InvariantCulture, out value) ? ParseOutcome.Ok : ParseOutcome.Malformed;
    }

    /// <summary>A scaled integer, rounded half up; it must stay below the limit.</summary>
    public static ParseOutcome Decimal(ReadOnlySpan<byte> text, int scale, Int128 limit, out Int128 value)
    {
        value = 0;
        text = Trim(text);
        var negative = TakeSign(ref text);
        if (!TryTakeExponent(ref text, out var exponent) || !IsMantissa(text))
            return ParseOutcome.Malformed;
        var point = text.IndexOf((byte)'.');
        var kept = (point < 0 ? text.Length : point) + exponent + scale;
        foreach (var c in text)
        {
            if (c == '.')
                continue;
            if (value == 0 && c == '0')
            {
                kept--;
                continue;
            }
            // The first digit beyond the scale decides how to round.
            if (kept <= 0)
            {
                if (kept == 0 && c >= '5')
                    value++;
                kept = -1;
                break;
            }
            if (kept > Core.Types.DecimalType.PrecisionMax)
                return ParseOutcome.OutOfRange;
            value = (value * 10) + (c - '0');
            kept--;
            if (value >= limit)
                return ParseOutcome.OutOfRange;
        }
        for (; kept > 0 && value != 0; kept--)
        {
            value *= 10;
            if (value >= limit)
                return ParseOutcome.OutOfRange;
        }
        if (value >= limit)
            return ParseOutcome.OutOfRange;
        if (negative)
            value = -value;
        return ParseOutcome.Ok;
    }

    static bool TakeSign(ref ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] is not ((byte)'-' or (byte)'+'))
            return false;
        var negative = text[0] == '-';
        text = text[1..];
        return negative;
    }

    static bool TryTakeExponent(ref ReadOnlySpan<byte> text, out int exponent)
    {
        exponent = 0;
        var at = text.IndexOfAny((byte)'e', (byte)'E');
        if (at < 0)
            return true;
        var outcome = Integer(text[(at + 1)..], -ExponentMax, ExponentMax, out var value);
        if (outcome == ParseOutcome.Malformed || text[(at + 1)..].Contains((byte)'.'))
            return false;
        exponent = outcome == ParseOutcome.Ok ? (int)value : text[at + 1] == '-' ? -ExponentMax : ExponentMax;
        text = text[..at];
        return true;
    }

    static bool IsMantissa(ReadOnlySpan<byte> text)
    {
        var digits = 0;
        var points = 0;
        foreach (var c in text)
        {
            if (char.IsAsciiDigit((char)c))
                digits++;
            else if (c == '.')
                points++;
            else
                return false;
        }
        return digits > 0 && points <= 1;
    }
}
