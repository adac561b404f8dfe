namespace SqlStream.Functions.Kernels;

/// <summary>Arithmetic on scaled integers of up to 38 digits. Results are rounded half up (away from zero).</summary>
static class Decimals
{
    static readonly Int128[] s_powers = Powers();

    /// <summary>Ten to the power of 0 to 38.</summary>
    public static Int128 PowerOfTen(int exponent) => s_powers[exponent];

    /// <summary>The magnitude.</summary>
    public static UInt128 Abs(Int128 value) => value < 0 ? (UInt128)(-value) : (UInt128)value;

    /// <summary>Puts the sign back; false if the magnitude has reached the limit.</summary>
    public static bool TrySign(UInt128 magnitude, bool negative, Int128 limit, out Int128 result)
    {
        result = negative ? -(Int128)magnitude : (Int128)magnitude;
        return magnitude < (UInt128)limit;
    }

    /// <summary>Moves a value from one scale to another, rounding; false if it has reached the limit.</summary>
    public static bool TryRescale(Int128 value, int from, int to, Int128 limit, out Int128 result)
    {
        if (to >= from)
        {
            result = value;
            if (to == from)
                return Abs(value) < (UInt128)limit;
            var wide = WideInteger.Multiply(Abs(value), (UInt128)PowerOfTen(to - from));
            return TrySign(wide.Low, value < 0, limit, out result) && wide.High == 0;
        }
        return TrySign(DivideRounded(Abs(value), (UInt128)PowerOfTen(from - to)), value < 0, limit, out result);
    }

    /// <summary>Divides magnitudes, rounding half up.</summary>
    public static UInt128 DivideRounded(UInt128 value, UInt128 divisor)
    {
        var (quotient, remainder) = UInt128.DivRem(value, divisor);
        return remainder >= divisor - remainder ? quotient + 1 : quotient;
    }

    /// <summary>The nearest double: exact digits are divided by an exact power where both fit 53 bits, else by way of
    /// text.</summary>
    public static double ToDouble(Int128 value, int scale)
    {
        if (scale == 0)
            return (double)value;
        const long exactMax = 1L << 53;
        if (scale <= 22 && value > -exactMax && value < exactMax)
            return (double)(long)value / (double)PowerOfTen(scale);
        Span<byte> text = stackalloc byte[NumberText.BytesMax];
        var length = NumberText.WriteDecimal(value, scale, text);
        return double.Parse(text[..length], System.Globalization.CultureInfo.InvariantCulture);
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
