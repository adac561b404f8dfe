namespace SqlStream.Functions.Kernels;

/// <summary>Unsigned 256-bit arithmetic, as far as DECIMAL(38) needs it for its intermediates: two UInt128.</summary>
readonly record struct WideInteger(UInt128 High, UInt128 Low)
{
    /// <summary>The product of two 128-bit numbers.</summary>
    public static WideInteger Multiply(UInt128 left, UInt128 right)
    {
        var (a1, a0) = ((ulong)(left >> 64), (ulong)left);
        var (b1, b0) = ((ulong)(right >> 64), (ulong)right);
        if ((a1 | b1) == 0)
            return new WideInteger(0, (UInt128)a0 * b0);
        var low = (UInt128)a0 * b0;
        var cross = (UInt128)a1 * b0;
        var other = (UInt128)a0 * b1;
        var middle = (low >> 64) + (ulong)cross + (ulong)other;
        var high = ((UInt128)a1 * b1) + (cross >> 64) + (other >> 64) + (middle >> 64);
        return new WideInteger(high, (middle << 64) | (ulong)low);
    }

    /// <summary>The product with a 128-bit number, or null if it needs more than 256 bits.</summary>
    public static WideInteger? Multiply(WideInteger left, UInt128 right)
    {
        var high = Multiply(left.High, right);
        if (high.High != 0)
            return null;
        var low = Multiply(left.Low, right);
        var sum = high.Low + low.High;
        return sum < high.Low ? null : new WideInteger(sum, low.Low);
    }

    public static WideInteger operator +(WideInteger left, WideInteger right)
    {
        var low = left.Low + right.Low;
        return new WideInteger(left.High + right.High + (low < left.Low ? UInt128.One : 0), low);
    }

    public static WideInteger operator -(WideInteger left, WideInteger right) =>
        new(left.High - right.High - (left.Low < right.Low ? UInt128.One : 0), left.Low - right.Low);

    public static bool operator <(WideInteger left, WideInteger right) =>
        left.High < right.High || (left.High == right.High && left.Low < right.Low);

    public static bool operator >(WideInteger left, WideInteger right) => right < left;

    /// <summary>Divides; false if the quotient needs more than 128 bits.</summary>
    public bool TryDivide(UInt128 divisor, out UInt128 quotient, out UInt128 remainder)
    {
        if (High == 0)
        {
            (quotient, remainder) = UInt128.DivRem(Low, divisor);
            return true;
        }
        quotient = 0;
        remainder = High;
        if (High >= divisor)
            return false;
        // Bit by bit: only values of more than 38 digits come here. The bit shifted out counts as 2^128 of the
        // remainder.
        var rest = Low;
        for (var bit = 0; bit < 128; bit++)
        {
            var carry = remainder >> 127 != 0;
            remainder = (remainder << 1) | (rest >> 127);
            rest <<= 1;
            quotient <<= 1;
            if (!carry && remainder < divisor)
                continue;
            remainder -= divisor;
            quotient |= 1;
        }
        return true;
    }

    /// <summary>Divides and rounds half up; false if the quotient needs more than 128 bits.</summary>
    public bool TryDivideRounded(UInt128 divisor, out UInt128 quotient)
    {
        if (!TryDivide(divisor, out quotient, out var remainder))
            return false;
        if (remainder >= divisor - remainder)
            quotient++;
        return quotient != 0 || remainder < divisor - remainder;
    }

    /// <summary>The remainder of a division.</summary>
    public UInt128 Modulo(UInt128 divisor)
    {
        new WideInteger(High % divisor, Low).TryDivide(divisor, out _, out var remainder);
        return remainder;
    }
}
