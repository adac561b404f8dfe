using System.Buffers.Text;
using System.Globalization;

namespace SqlStream.Functions.Kernels;

/// <summary>Numbers as UTF-8 text, as Flink prints them.</summary>
static class NumberText
{
    /// <summary>Room for every number.</summary>
    public const int BytesMax = 64;

    /// <summary>A scaled integer in plain notation, with all its digits after the point.</summary>
    public static int WriteDecimal(Int128 value, int scale, Span<byte> text)
    {
        Span<byte> digits = stackalloc byte[40];
        Decimals.Abs(value).TryFormat(digits, out var count, provider: CultureInfo.InvariantCulture);
        var length = 0;
        if (value < 0)
            text[length++] = (byte)'-';
        var whole = count - scale;
        if (whole <= 0)
            text[length++] = (byte)'0';
        else
            length += Copy(digits[..whole], text[length..]);
        if (scale == 0)
            return length;
        text[length++] = (byte)'.';
        for (; whole < 0; whole++)
            text[length++] = (byte)'0';
        return length + Copy(digits[whole..count], text[length..]);
    }

    /// <summary>An integer.</summary>
    public static int WriteInteger(long value, Span<byte> text)
    {
        Utf8Formatter.TryFormat(value, text, out var length);
        return length;
    }

    /// <summary>A DOUBLE as Java prints it: the fewest digits that read back the same, in plain notation from 1.0E-3 up
    /// to but
    /// not including 1.0E7 with at least one digit after the point, else as <c>1.234E10</c>.</summary>
    public static int WriteDouble(double value, Span<byte> text)
    {
        if (!double.IsFinite(value))
            return Copy(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8, text);
        Span<byte> shortest = stackalloc byte[40];
        value.TryFormat(shortest, out var length, "R", CultureInfo.InvariantCulture);
        return WriteShortest(shortest[..length], text);
    }

    /// <summary>A FLOAT as Java prints it.</summary>
    public static int WriteFloat(float value, Span<byte> text)
    {
        if (!float.IsFinite(value))
            return WriteDouble(value, text);
        Span<byte> shortest = stackalloc byte[40];
        value.TryFormat(shortest, out var length, "R", CultureInfo.InvariantCulture);
        return WriteShortest(shortest[..length], text);
    }

    // The shortest form comes as 123.45, 1E+16 or 1.5E-05: take it apart and write it anew.
    static int WriteShortest(ReadOnlySpan<byte> shortest, Span<byte> text)
    {
        Span<byte> digits = stackalloc byte[40];
        var (negative, count, point) = Split(shortest, digits);
        var length = 0;
        if (negative)
            text[length++] = (byte)'-';
        if (count == 0)
            return length + Copy("0.0"u8, text[length..]);
        if (point is > -3 and <= 7)
            return length + WritePlain(digits[..count], point, text[length..]);
        text[length++] = digits[0];
        text[length++] = (byte)'.';
        if (count == 1)
            text[length++] = (byte)'0';
        else
            length += Copy(digits[1..count], text[length..]);
        text[length++] = (byte)'E';
        return length + WriteInteger(point - 1, text[length..]);
    }

    static int WritePlain(ReadOnlySpan<byte> digits, int point, Span<byte> text)
    {
        var length = 0;
        if (point <= 0)
        {
            length += Copy("0."u8, text);
            for (var i = point; i < 0; i++)
                text[length++] = (byte)'0';
            return length + Copy(digits, text[length..]);
        }
        for (var i = 0; i < point; i++)
            text[length++] = i < digits.Length ? digits[i] : (byte)'0';
        text[length++] = (byte)'.';
        if (point >= digits.Length)
            text[length++] = (byte)'0';
        else
            length += Copy(digits[point..], text[length..]);
        return length;
    }

    /// <summary>Takes a number's text apart: significant digits without zeros at either end, and where the point stands
    /// among them.</summary>
    public static (bool Negative, int Count, int Point) Split(ReadOnlySpan<byte> number, Span<byte> digits)
    {
        var negative = number[0] == '-';
        var count = 0;
        var point = -1;
        var exponent = 0;
        var leading = 0;
        for (var i = negative ? 1 : 0; i < number.Length; i++)
        {
            var c = number[i];
            if (c == '.')
            {
                point = count + leading;
            }
            else if (c == 'E')
            {
                exponent = int.Parse(number[(i + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
                break;
            }
            else if (count == 0 && c == '0')
            {
                leading++;
            }
            else
            {
                digits[count++] = c;
            }
        }
        if (point < 0)
            point = count + leading;
        point += exponent - leading;
        while (count > 0 && digits[count - 1] == '0')
            count--;
        return (negative, count, point);
    }

    static int Copy(ReadOnlySpan<byte> source, Span<byte> target)
    {
        source.CopyTo(target);
        return source.Length;
    }
}
