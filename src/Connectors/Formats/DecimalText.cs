using System.Globalization;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Formats;

/// <summary>What reading a number gave.</summary>
enum NumberResult
{
    /// <summary>A value.</summary>
    Ok,

    /// <summary>No number.</summary>
    Malformed,

    /// <summary>A number that does not fit.</summary>
    Overflow,
}

/// <summary>Decimal numbers as scaled integers, from and to text.</summary>
static class DecimalText
{
    const int ExponentMax = 100_000;
    const int CompactDigitsMax = 18;

    static readonly Int128[] _powers = Powers();

    /// <summary>Reads <c>[+-]digits[.digits][e[+-]digits]</c>, rounds half up (away from zero) to
    /// <paramref name="scale"/> places and checks the precision.</summary>
    public static NumberResult Parse(ReadOnlySpan<byte> text, int precision, int scale, out Int128 value)
    {
        value = 0;
        if (!Split(text, out var negative, out var whole, out var fraction, out var exponent))
            return NumberResult.Malformed;
        var wanted = whole.Length + exponent + scale;
        var result = precision <= CompactDigitsMax && wanted is >= 0 and <= CompactDigitsMax
            ? ScaleCompact(whole, fraction, (int)wanted, precision, out value)
            : Scale(whole, fraction, wanted, precision, out value);
        if (negative)
            value = -value;
        return result;
    }

    /// <summary>Writes a scaled integer without an exponent, with exactly <paramref name="scale"/>
    /// places; returns the length.</summary>
    public static int Format(Int128 value, int scale, Span<byte> target)
    {
        var length = 0;
        if (value < 0)
        {
            target[length++] = (byte)'-';
            value = -value;
        }
        Span<byte> digits = stackalloc byte[40];
        Check.That(((UInt128)value).TryFormat(digits, out var count, default, CultureInfo.InvariantCulture));
        if (count <= scale)
        {
            target[length++] = (byte)'0';
        }
        else
        {
            digits[..(count - scale)].CopyTo(target[length..]);
            length += count - scale;
        }
        if (scale == 0)
            return length;
        target[length++] = (byte)'.';
        for (var i = count; i < scale; i++)
            target[length++] = (byte)'0';
        var places = digits[Math.Max(0, count - scale)..count];
        places.CopyTo(target[length..]);
        return length + places.Length;
    }

    // The digits of the result are the first `wanted` digits of the number; what follows decides the rounding.
    static NumberResult Scale(
        ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, long wanted, int precision, out Int128 value)
    {
        value = 0;
        var total = whole.Length + fraction.Length;
        var limit = _powers[precision];
        for (var i = 0; i < Math.Min(wanted, total); i++)
        {
            var digit = (i < whole.Length ? whole[i] : fraction[i - whole.Length]) - '0';
            value = (value * 10) + digit;
            if (value >= limit)
                return NumberResult.Overflow;
        }
        for (var i = (long)total; i < wanted && value != 0; i++)
        {
            value *= 10;
            if (value >= limit)
                return NumberResult.Overflow;
        }
        if (wanted >= 0 && wanted < total)
        {
            var next = (int)wanted;
            if ((next < whole.Length ? whole[next] : fraction[next - whole.Length]) >= '5')
                value++;
        }
        return value >= limit ? NumberResult.Overflow : NumberResult.Ok;
    }

    // The same for up to 18 digits, which 64 bits hold.
    static NumberResult ScaleCompact(
        ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, int wanted, int precision, out Int128 value)
    {
        var total = 0L;
        var fromWhole = Math.Min(wanted, whole.Length);
        foreach (var digit in whole[..fromWhole])
            total = (total * 10) + digit - '0';
        var fromFraction = Math.Min(wanted - fromWhole, fraction.Length);
        foreach (var digit in fraction[..fromFraction])
            total = (total * 10) + digit - '0';
        for (var i = fromWhole + fromFraction; i < wanted; i++)
            total *= 10;
        if (fromWhole < whole.Length)
            total += whole[fromWhole] >= '5' ? 1 : 0;
        else if (fromFraction < fraction.Length)
            total += fraction[fromFraction] >= '5' ? 1 : 0;
        value = total;
        return total >= (long)_powers[precision] ? NumberResult.Overflow : NumberResult.Ok;
    }

    static bool Split(ReadOnlySpan<byte> text, out bool negative, out ReadOnlySpan<byte> whole,
        out ReadOnlySpan<byte> fraction, out long exponent)
    {
        negative = false;
        whole = fraction = default;
        exponent = 0;
        var i = 0;
        if (i < text.Length && text[i] is (byte)'-' or (byte)'+')
            negative = text[i++] == '-';
        var start = i;
        i = SkipDigits(text, i);
        whole = text[start..i];
        if (i < text.Length && text[i] == '.')
        {
            start = ++i;
            i = SkipDigits(text, i);
            fraction = text[start..i];
        }
        if (whole.Length + fraction.Length == 0)
            return false;
        if (i == text.Length)
            return true;
        return (text[i] | 0x20) == 'e' && ParseExponent(text[(i + 1)..], out exponent);
    }

    static bool ParseExponent(ReadOnlySpan<byte> text, out long exponent)
    {
        exponent = 0;
        var negative = false;
        if (!text.IsEmpty && text[0] is (byte)'-' or (byte)'+')
        {
            negative = text[0] == '-';
            text = text[1..];
        }
        if (text.IsEmpty || SkipDigits(text, 0) != text.Length)
            return false;
        foreach (var digit in text)
            exponent = Math.Min(ExponentMax, (exponent * 10) + digit - '0');
        if (negative)
            exponent = -exponent;
        return true;
    }

    static int SkipDigits(ReadOnlySpan<byte> text, int i)
    {
        while (i < text.Length && (uint)(text[i] - '0') <= 9)
            i++;
        return i;
    }

    static Int128[] Powers()
    {
        var powers = new Int128[39];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++)
            powers[i] = powers[i - 1] * 10;
        return powers;
    }
}
