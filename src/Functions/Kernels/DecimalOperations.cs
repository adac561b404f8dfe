using System.Numerics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Kernels;

/// <summary>DECIMAL + DECIMAL, or minus where <paramref name="negate"/>; NULL where the result has too many
/// digits.</summary>
readonly struct AddDecimal<TLeft, TRight, TResult>(DecimalType left, DecimalType right, DecimalType result, bool negate)
    : IBinary<TLeft, TRight, TResult>
    where TLeft : IBinaryInteger<TLeft> where TRight : IBinaryInteger<TRight> where TResult : IBinaryInteger<TResult>
{
    readonly Int128 _leftFactor = Decimals.PowerOfTen(Math.Max(0, right.Scale - left.Scale));
    readonly Int128 _rightFactor = Decimals.PowerOfTen(Math.Max(0, left.Scale - right.Scale)) * (negate ? -1 : 1);
    readonly Int128 _drop = Decimals.PowerOfTen(Math.Max(left.Scale, right.Scale) - result.Scale);
    readonly Int128 _limit = Decimals.PowerOfTen(result.Precision);
    readonly TResult _leftFactorExact = TResult.CreateTruncating(Decimals.PowerOfTen(Math.Max(0, right.Scale - left.Scale)));
    readonly TResult _rightFactorExact = TResult.CreateTruncating(Decimals.PowerOfTen(Math.Max(0, left.Scale - right.Scale)) * (negate ? -1 : 1));
    readonly bool _isExact =
        Math.Max(left.Precision - left.Scale, right.Precision - right.Scale) + Math.Max(left.Scale, right.Scale) + 1 <= DecimalType.PrecisionMax;

    public bool TryApply(TLeft left, TRight right, out TResult result)
    {
        if (_isExact)
        {
            result = (TResult.CreateTruncating(left) * _leftFactorExact) + (TResult.CreateTruncating(right) * _rightFactorExact);
            return true;
        }
        var ok = TryWide(Int128.CreateTruncating(left), Int128.CreateTruncating(right), out var sum);
        result = TResult.CreateTruncating(sum);
        return ok;
    }

    public SqlException? Error(TLeft left, TRight right) => null;

    bool TryWide(Int128 left, Int128 right, out Int128 result)
    {
        var a = WideInteger.Multiply(Decimals.Abs(left), (UInt128)_leftFactor);
        var b = WideInteger.Multiply(Decimals.Abs(right), Decimals.Abs(_rightFactor));
        var leftNegative = left < 0;
        var rightNegative = right < 0 != _rightFactor < 0;
        var swap = leftNegative != rightNegative && a < b;
        var sum = leftNegative == rightNegative ? a + b : swap ? b - a : a - b;
        result = 0;
        return sum.TryDivideRounded((UInt128)_drop, out var quotient)
            && Decimals.TrySign(quotient, swap ? rightNegative : leftNegative, _limit, out result);
    }
}

/// <summary>DECIMAL * DECIMAL; NULL where the result has too many digits.</summary>
readonly struct MultiplyDecimal<TLeft, TRight, TResult>(DecimalType left, DecimalType right, DecimalType result)
    : IBinary<TLeft, TRight, TResult>
    where TLeft : IBinaryInteger<TLeft> where TRight : IBinaryInteger<TRight> where TResult : IBinaryInteger<TResult>
{
    readonly Int128 _drop = Decimals.PowerOfTen(left.Scale + right.Scale - result.Scale);
    readonly Int128 _limit = Decimals.PowerOfTen(result.Precision);
    readonly bool _isExact = left.Precision + right.Precision <= DecimalType.PrecisionMax;

    public bool TryApply(TLeft left, TRight right, out TResult result)
    {
        if (_isExact)
        {
            result = TResult.CreateTruncating(left) * TResult.CreateTruncating(right);
            return true;
        }
        var a = Int128.CreateTruncating(left);
        var b = Int128.CreateTruncating(right);
        Int128 product = 0;
        var ok = WideInteger.Multiply(Decimals.Abs(a), Decimals.Abs(b)).TryDivideRounded((UInt128)_drop, out var quotient)
            && Decimals.TrySign(quotient, a < 0 != b < 0, _limit, out product);
        result = TResult.CreateTruncating(product);
        return ok;
    }

    public SqlException? Error(TLeft left, TRight right) => null;
}

/// <summary>DECIMAL / DECIMAL; NULL where the result has too many digits, an error where the divisor is zero.</summary>
readonly struct DivideDecimal<TLeft, TRight, TResult>(DecimalType left, DecimalType right, DecimalType result)
    : IBinary<TLeft, TRight, TResult>
    where TLeft : IBinaryInteger<TLeft> where TRight : IBinaryInteger<TRight> where TResult : IBinaryInteger<TResult>
{
    readonly int _exponent = result.Scale - left.Scale + right.Scale;
    readonly Int128 _limit = Decimals.PowerOfTen(result.Precision);

    public bool TryApply(TLeft left, TRight right, out TResult result)
    {
        var a = Int128.CreateTruncating(left);
        var b = Int128.CreateTruncating(right);
        Int128 signed = 0;
        var ok = b != 0 && TryDivide(Decimals.Abs(a), Decimals.Abs(b), out var quotient)
            && Decimals.TrySign(quotient, a < 0 != b < 0, _limit, out signed);
        result = TResult.CreateTruncating(signed);
        return ok;
    }

    public SqlException? Error(TLeft left, TRight right) =>
        TRight.IsZero(right) ? FunctionErrors.DivisionByZero() : null;

    bool TryDivide(UInt128 left, UInt128 right, out UInt128 quotient)
    {
        quotient = 0;
        if (_exponent < 0)
        {
            // A divisor of more than 128 bits is more than twice the dividend: the result rounds to zero.
            var divisor = WideInteger.Multiply(right, (UInt128)Decimals.PowerOfTen(-_exponent));
            return divisor.High != 0 || new WideInteger(0, left).TryDivideRounded(divisor.Low, out quotient);
        }
        var dividend = WideInteger.Multiply(left, (UInt128)Decimals.PowerOfTen(Math.Min(_exponent, DecimalType.PrecisionMax)));
        if (_exponent <= DecimalType.PrecisionMax)
            return dividend.TryDivideRounded(right, out quotient);
        return WideInteger.Multiply(dividend, (UInt128)Decimals.PowerOfTen(_exponent - DecimalType.PrecisionMax)) is { } wider
            && wider.TryDivideRounded(right, out quotient);
    }
}

/// <summary>DECIMAL % DECIMAL, with the sign of the dividend; an error where the divisor is zero.</summary>
readonly struct ModuloDecimal<TLeft, TRight, TResult>(DecimalType left, DecimalType right)
    : IBinary<TLeft, TRight, TResult>
    where TLeft : IBinaryInteger<TLeft> where TRight : IBinaryInteger<TRight> where TResult : IBinaryInteger<TResult>
{
    readonly Int128 _leftFactor = Decimals.PowerOfTen(Math.Max(0, right.Scale - left.Scale));
    readonly Int128 _rightFactor = Decimals.PowerOfTen(Math.Max(0, left.Scale - right.Scale));

    public bool TryApply(TLeft left, TRight right, out TResult result)
    {
        result = TResult.Zero;
        if (TRight.IsZero(right))
            return false;
        var a = Int128.CreateTruncating(left);
        var divisor = WideInteger.Multiply(Decimals.Abs(Int128.CreateTruncating(right)), (UInt128)_rightFactor);
        var dividend = WideInteger.Multiply(Decimals.Abs(a), (UInt128)_leftFactor);
        // At most one side was scaled up, so a divisor of more than 128 bits is greater than the dividend.
        var remainder = (Int128)(divisor.High == 0 ? dividend.Modulo(divisor.Low) : dividend.Low);
        result = TResult.CreateTruncating(a < 0 ? -remainder : remainder);
        return true;
    }

    public SqlException? Error(TLeft left, TRight right) => FunctionErrors.DivisionByZero();
}
