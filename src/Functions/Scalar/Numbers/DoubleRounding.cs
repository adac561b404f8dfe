using System.Globalization;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Numbers;

/// <summary>Rounds a double in its shortest decimal form.</summary>
static class DoubleRounding
{
    /// <summary>The nearest double to the decimal form rounded half up, or cut, at a number of digits after the
    /// point.</summary>
    public static double Round(double value, int digits, bool cut)
    {
        Span<byte> shortest = stackalloc byte[40];
        value.TryFormat(shortest, out var length, "R", CultureInfo.InvariantCulture);
        Span<byte> significant = stackalloc byte[40];
        var (negative, count, point) = NumberText.Split(shortest[..length], significant);
        var kept = (long)point + digits;
        if (kept >= count)
            return value;
        if (kept < 0)
            return negative ? -0.0 : 0;
        var up = !cut && significant[(int)kept] >= '5';
        ulong scaled = 0;
        for (var i = 0; i < kept; i++)
            scaled = (scaled * 10) + (ulong)(significant[i] - '0');
        if (up)
            scaled++;
        Span<byte> text = stackalloc byte[48];
        text[0] = (byte)(negative ? '-' : '+');
        var used = 1 + NumberText.WriteInteger((long)scaled, text[1..]);
        text[used++] = (byte)'E';
        used += NumberText.WriteInteger(-digits, text[used..]);
        return double.Parse(text[..used], NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}
