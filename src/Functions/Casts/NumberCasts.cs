using System.Numerics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Casts;

/// <summary>Integer to integer; what does not fit fails.</summary>
readonly struct IntegerToInteger<TFrom, TTo>(SqlType type, bool isTry) : IUnary<TFrom, TTo>
    where TFrom : IBinaryInteger<TFrom> where TTo : IBinaryInteger<TTo>
{
    readonly SqlType _type = type;
    readonly bool _isTry = isTry;

    public bool TryApply(TFrom input, out TTo result)
    {
        result = TTo.CreateTruncating(input);
        return TFrom.CreateTruncating(result) == input;
    }

    public SqlException? Error(TFrom input) => _isTry ? null : FunctionErrors.NumberOutOfRange($"{input}", _type);
}

/// <summary>Integer or floating-point number to floating-point number; never fails, a FLOAT that overflows is
/// infinite.</summary>
readonly struct NumberToFloat<TFrom, TTo> : IUnary<TFrom, TTo>
    where TFrom : INumberBase<TFrom> where TTo : INumberBase<TTo>
{
    public bool TryApply(TFrom input, out TTo result)
    {
        result = TTo.CreateTruncating(input);
        return true;
    }

    public SqlException? Error(TFrom input) => null;
}

/// <summary>Floating-point number to integer, cut towards zero; NaN and what does not fit fail.</summary>
readonly struct FloatToInteger<TFrom, TTo>(SqlType type, bool isTry) : IUnary<TFrom, TTo>
    where TFrom : IFloatingPoint<TFrom> where TTo : IBinaryInteger<TTo>, IMinMaxValue<TTo>
{
    readonly SqlType _type = type;
    readonly bool _isTry = isTry;

    public bool TryApply(TFrom input, out TTo result)
    {
        var value = Math.Truncate(double.CreateTruncating(input));
        // The limits are powers of two, which a double holds exactly; the upper one is excluded.
        var limit = -double.CreateTruncating(TTo.MinValue);
        var ok = value >= -limit && value < limit;
        result = ok ? TTo.CreateTruncating(value) : TTo.Zero;
        return ok;
    }

    public SqlException? Error(TFrom input) => _isTry ? null : FunctionErrors.NumberOutOfRange($"{input}", _type);
}

/// <summary>Integer or DECIMAL to DECIMAL, rounded half up; too many digits fail.</summary>
readonly struct ToDecimal<TFrom, TTo>(int scale, DecimalType type, bool isTry) : IUnary<TFrom, TTo>
    where TFrom : IBinaryInteger<TFrom> where TTo : IBinaryInteger<TTo>
{
    readonly int _from = scale;
    readonly int _to = type.Scale;
    readonly Int128 _limit = Decimals.PowerOfTen(type.Precision);
    readonly DecimalType _type = type;
    readonly bool _isTry = isTry;

    public bool TryApply(TFrom input, out TTo result)
    {
        var ok = Decimals.TryRescale(Int128.CreateTruncating(input), _from, _to, _limit, out var value);
        result = TTo.CreateTruncating(value);
        return ok;
    }

    public SqlException? Error(TFrom input) => _isTry ? null : FunctionErrors.OutOfRange(_type);
}

/// <summary>Floating-point number to DECIMAL, by way of its shortest decimal form; NaN, infinities and too many digits
/// fail.</summary>
readonly struct FloatToDecimal<TFrom, TTo>(DecimalType type, bool isTry) : IUnary<TFrom, TTo>
    where TFrom : IFloatingPoint<TFrom> where TTo : IBinaryInteger<TTo>
{
    readonly DecimalType _type = type;
    readonly Int128 _limit = Decimals.PowerOfTen(type.Precision);
    readonly bool _isTry = isTry;

    public bool TryApply(TFrom input, out TTo result)
    {
        Span<byte> text = stackalloc byte[NumberText.BytesMax];
        var length = NumberText.WriteDouble(double.CreateTruncating(input), text);
        var ok = NumberParser.Decimal(text[..length], _type.Scale, _limit, out var value) == ParseOutcome.Ok;
        result = TTo.CreateTruncating(value);
        return ok;
    }

    public SqlException? Error(TFrom input) => _isTry ? null : FunctionErrors.NumberOutOfRange($"{input}", _type);
}

/// <summary>DECIMAL to integer, cut towards zero.</summary>
readonly struct DecimalToInteger<TFrom, TTo>(int scale, SqlType type, bool isTry) : IUnary<TFrom, TTo>
    where TFrom : IBinaryInteger<TFrom> where TTo : IBinaryInteger<TTo>
{
    readonly Int128 _divisor = Decimals.PowerOfTen(scale);
    readonly SqlType _type = type;
    readonly bool _isTry = isTry;

    public bool TryApply(TFrom input, out TTo result)
    {
        var value = Int128.CreateTruncating(input) / _divisor;
        result = TTo.CreateTruncating(value);
        return Int128.CreateTruncating(result) == value;
    }

    public SqlException? Error(TFrom input) => _isTry ? null : FunctionErrors.OutOfRange(_type);
}

/// <summary>DECIMAL to FLOAT or DOUBLE.</summary>
readonly struct DecimalToFloat<TFrom, TTo>(int scale) : IUnary<TFrom, TTo>
    where TFrom : IBinaryInteger<TFrom> where TTo : IFloatingPoint<TTo>
{
    readonly int _scale = scale;

    public bool TryApply(TFrom input, out TTo result)
    {
        result = TTo.CreateTruncating(Decimals.ToDouble(Int128.CreateTruncating(input), _scale));
        return true;
    }

    public SqlException? Error(TFrom input) => null;
}
