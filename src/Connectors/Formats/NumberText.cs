using System.Globalization;

namespace SqlStream.Connectors.Formats;

/// <summary>Integers and floating-point numbers from text.</summary>
static class NumberText
{
    const int DigitsFast = 18;

    static readonly double[] _exactPowers =
        [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
            1e20, 1e21, 1e22];

    /// <summary>Reads <c>[+-]digits</c>.</summary>
    public static NumberResult ParseInteger(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        var i = 0;
        var negative = false;
        if (!text.IsEmpty && text[0] is (byte)'-' or (byte)'+')
        {
            negative = text[0] == '-';
            i = 1;
        }
        if (i == text.Length)
            return NumberResult.Malformed;
        if (text.Length - i > DigitsFast)
            return ParseLong(text, out value);
        for (; i < text.Length; i++)
        {
            var digit = text[i] - '0';
            if ((uint)digit > 9)
                return NumberResult.Malformed;
            value = (value * 10) + digit;
        }
        if (negative)
            value = -value;
        return NumberResult.Ok;
    }

    /// <summary>Reads a number with a fraction or an exponent and cuts the fraction off.</summary>
    public static NumberResult ParseTruncated(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (!TryParseDouble(text, out var number))
            return NumberResult.Malformed;
        if (!(number is > -9.2233720368547758E18 and < 9.2233720368547758E18))
            return NumberResult.Overflow;
        value = (long)number;
        return NumberResult.Ok;
    }

    /// <summary>Reads a floating-point number; <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c> too.</summary>
    public static bool TryParseDouble(ReadOnlySpan<byte> text, out double value) =>
        TryParseExact(text, out value)
        || double.TryParse(text, NumberStyles.Float & ~(
            NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite), CultureInfo.InvariantCulture, out value);

    /// <summary>Reads a floating-point number of single precision.</summary>
    public static bool TryParseFloat(ReadOnlySpan<byte> text, out float value) =>
        float.TryParse(text, NumberStyles.Float & ~(NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite),
            CultureInfo.InvariantCulture, out value);

    // Up to 15 digits and 22 places: both are exact doubles, so that one division rounds correctly.
    static bool TryParseExact(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        var mantissa = 0L;
        var digits = 0;
        var places = 0;
        var seenPoint = false;
        var i = !text.IsEmpty && text[0] == '-' ? 1 : 0;
        for (; i < text.Length; i++)
        {
            var digit = text[i] - '0';
            if ((uint)digit <= 9)
            {
                mantissa = (mantissa * 10) + digit;
                places += seenPoint ? 1 : 0;
                if (++digits > 15)
                    return false;
            }
            else if (text[i] == '.' && !seenPoint)
            {
                seenPoint = true;
            }
            else
            {
                return false;
            }
        }
        if (digits == 0)
            return false;
        value = mantissa / _exactPowers[places];
        if (text[0] == '-')
            value = -value;
        return true;
    }

    static NumberResult ParseLong(ReadOnlySpan<byte> text, out long value)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
            return NumberResult.Ok;
        var digits = text[0] is (byte)'-' or (byte)'+' ? text[1..] : text;
        return digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') ? NumberResult.Malformed : NumberResult.Overflow;
    }
}
