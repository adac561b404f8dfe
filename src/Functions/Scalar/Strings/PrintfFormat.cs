using System.Globalization;
using System.Numerics;
using System.Text;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>What a value of PRINTF is to Java.</summary>
enum PrintfKind
{
#pragma warning disable CS1591 // The names are those of Java's types.
    Byte,
    Short,
    Int,
    Long,
    Number,
    Boolean,
    Text,
#pragma warning restore CS1591
}

/// <summary>A value of PRINTF as text; null is NULL. Integers also as number.</summary>
readonly record struct PrintfValue(PrintfKind Kind, string? Text, long Integer);

/// <summary>A format of Java's Formatter: <c>%[argument$][flags][width][.precision]conversion</c> with the conversions b, c, d, e, f, n, o, s
/// and x.</summary>
sealed class PrintfFormat
{
    readonly List<Item> _items = [];

    PrintfFormat()
    {
    }

    /// <summary>Parses a format; null where it is none. 22023 where Java knows the conversion and it is not supported.</summary>
    public static PrintfFormat? Parse(string text, SourceSpan span)
    {
        var format = new PrintfFormat();
        var next = 0;
        for (var i = 0; i < text.Length;)
        {
            var percent = text.IndexOf('%', i);
            if (percent < 0)
                percent = text.Length;
            if (percent > i)
                format._items.Add(new Item('\0', -1, "", 0, -1, text[i..percent]));
            i = percent;
            if (i == text.Length)
                break;
            i++;
            if (Specifier(text, ref i, ref next, span) is not { } item)
                return null;
            format._items.Add(item);
        }
        return format;
    }

    /// <summary>The values in this format, or null where they do not fit.</summary>
    public string? Print(ReadOnlySpan<PrintfValue> values)
    {
        var text = new StringBuilder();
        foreach (var item in _items)
        {
            if (Print(item, values) is not { } part)
                return null;
            text.Append(part);
        }
        return text.ToString();
    }

    static Item? Specifier(string text, ref int i, ref int next, SourceSpan span)
    {
        var start = i;
        var argument = Number(text, ref i);
        if (argument > 0 && i < text.Length && text[i] == '$')
        {
            i++;
        }
        else
        {
            argument = 0;
            i = start;
        }
        var flagsStart = i;
        while (i < text.Length && text[i] is '-' or '#' or '+' or ' ' or '0' or ',' or '(')
            i++;
        var flags = text[flagsStart..i];
        var width = Math.Max(0, Number(text, ref i));
        var precision = -1;
        if (i < text.Length && text[i] == '.')
        {
            i++;
            precision = Number(text, ref i);
            if (precision < 0)
                return null;
        }
        if (i == text.Length || (flags.Contains('-') && (width == 0 || flags.Contains('0'))) || width > 10_000 || precision > 10_000)
            return null;
        var conversion = text[i++];
        switch (conversion)
        {
            case '%' or 'n':
                return new Item(conversion, -1, flags, width, -1, "");
            case 'b' or 'B' or 's' or 'S' or 'c' or 'C' or 'd' or 'x' or 'X' or 'o' or 'f' or 'e' or 'E':
                return new Item(conversion, argument > 0 ? argument - 1 : next++, flags, width, precision, "");
            case 'g' or 'G' or 'a' or 'A' or 'h' or 'H' or 't' or 'T':
                throw FunctionErrors.FormatNotSupported(span, conversion);
            default:
                return null;
        }
    }

    static int Number(string text, ref int i)
    {
        var start = i;
        long number = 0;
        while (i < text.Length && char.IsAsciiDigit(text[i]) && number < 100_000)
            number = (number * 10) + text[i++] - '0';
        return i == start ? -1 : (int)number;
    }

    static string? Print(Item item, ReadOnlySpan<PrintfValue> values)
    {
        switch (item.Conversion)
        {
            case '\0': return item.Text;
            case 'n': return "\n";
            case '%': return Pad(item, "%");
            default: break;
        }
        if (item.Argument >= values.Length)
            return null;
        var value = values[item.Argument];
        var text = char.ToLowerInvariant(item.Conversion) switch
        {
            'b' => Cut(item, value.Text is null ? "false" : value.Kind == PrintfKind.Boolean ? value.Text.ToLowerInvariant() : "true"),
            's' => Cut(item, value.Text is null ? "null" : value.Kind == PrintfKind.Boolean ? value.Text.ToLowerInvariant() : value.Text),
            _ when value.Text is null => "null",
            'c' => Character(item, value),
            'd' => value.Kind <= PrintfKind.Long && item.Precision < 0 ? Signed(item, value.Text) : null,
            'x' => Bits(item, value, "x", "0x"),
            'o' => Bits(item, value, "o", "0"),
            'f' => value.Kind == PrintfKind.Number ? Fixed(item, value.Text) : null,
            _ => value.Kind == PrintfKind.Number ? Scientific(item, value.Text) : null,
        };
        if (text is null)
            return null;
        return Pad(item, char.IsAsciiLetterUpper(item.Conversion) ? text.ToUpperInvariant() : text);
    }

    static string Cut(Item item, string text) => item.Precision >= 0 && item.Precision < text.Length ? text[..item.Precision] : text;

    static string? Character(Item item, PrintfValue value) =>
        item.Precision < 0 && value.Kind <= PrintfKind.Int && Rune.IsValid((int)value.Integer) ? new Rune((int)value.Integer).ToString() : null;

    static string? Bits(Item item, PrintfValue value, string format, string prefix)
    {
        if (value.Kind > PrintfKind.Long || item.Precision >= 0 || item.Has('+') || item.Has(' ') || item.Has(',') || item.Has('('))
            return null;
        var bits = value.Kind switch
        {
            PrintfKind.Byte => (ulong)(byte)value.Integer,
            PrintfKind.Short => (ushort)value.Integer,
            PrintfKind.Int => (uint)value.Integer,
            _ => (ulong)value.Integer,
        };
        var digits = format == "x" ? bits.ToString("x", CultureInfo.InvariantCulture) : Convert.ToString((long)bits, 8);
        var lead = item.Has('#') ? prefix : "";
        return lead + (item.Has('0') ? digits.PadLeft(item.Width - lead.Length, '0') : digits);
    }

    // Sign, groups of three and zeros in front.
    static string Signed(Item item, string number)
    {
        var negative = number[0] == '-';
        var digits = negative ? number[1..] : number;
        if (item.Has(','))
            digits = Group(digits);
        var (before, after) = negative ? item.Has('(') ? ("(", ")") : ("-", "") : item.Has('+') ? ("+", "") : item.Has(' ') ? (" ", "") : ("", "");
        if (item.Has('0'))
            digits = digits.PadLeft(item.Width - before.Length - after.Length, '0');
        return before + digits + after;
    }

    static string Group(string digits)
    {
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? digits : digits[..point];
        for (var i = whole.Length - 3; i > 0; i -= 3)
            whole = whole.Insert(i, ",");
        return point < 0 ? whole : whole + digits[point..];
    }

    static string? Fixed(Item item, string number)
    {
        if (!TrySplit(number, out var negative, out var digits, out var scale))
            return Pad(item, number);
        var precision = item.Precision < 0 ? 6 : item.Precision;
        var rounded = Round(digits, scale - precision).ToString(CultureInfo.InvariantCulture).PadLeft(precision + 1, '0');
        if (precision > 0)
            rounded = rounded[..^precision] + "." + rounded[^precision..];
        return Signed(item, (negative ? "-" : "") + rounded);
    }

    static string? Scientific(Item item, string number)
    {
        if (item.Has(','))
            return null;
        if (!TrySplit(number, out var negative, out var digits, out var scale))
            return Pad(item, number);
        var precision = item.Precision < 0 ? 6 : item.Precision;
        var length = digits.ToString(CultureInfo.InvariantCulture).Length;
        var exponent = digits.IsZero ? 0 : length - 1 - scale;
        var mantissa = Round(digits, length - 1 - precision);
        var text = mantissa.ToString(CultureInfo.InvariantCulture);
        if (text.Length > precision + 1)
        {
            text = text[..(precision + 1)];
            exponent++;
        }
        text = text.PadRight(precision + 1, '0');
        if (precision > 0)
            text = text[..1] + "." + text[1..];
        var sign = exponent < 0 ? '-' : '+';
        return Signed(item, string.Create(CultureInfo.InvariantCulture, $"{(negative ? "-" : "")}{text}e{sign}{Math.Abs(exponent):00}"));
    }

    // Digits as an integer and how many of them stand after the point; false for NaN and infinities.
    static bool TrySplit(string number, out bool negative, out BigInteger digits, out int scale)
    {
        (negative, digits, scale) = (number[0] == '-', 0, 0);
        var text = negative ? number[1..] : number;
        if (!char.IsAsciiDigit(text[0]))
            return false;
        var e = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        scale = (point < 0 ? 0 : mantissa.Length - point - 1) - exponent;
        digits = BigInteger.Parse(mantissa.Replace(".", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture);
        return true;
    }

    // Takes digits away at the end, half up, or adds zeros.
    static BigInteger Round(BigInteger digits, int count)
    {
        if (count <= 0)
            return digits * BigInteger.Pow(10, -count);
        var (quotient, remainder) = BigInteger.DivRem(digits, BigInteger.Pow(10, count));
        return remainder * 2 >= BigInteger.Pow(10, count) ? quotient + 1 : quotient;
    }

    static string Pad(Item item, string text) => item.Has('-') ? text.PadRight(item.Width) : text.PadLeft(item.Width);

    readonly record struct Item(char Conversion, int Argument, string Flags, int Width, int Precision, string Text)
    {
        public bool Has(char flag) => Flags.Contains(flag);
    }
}
