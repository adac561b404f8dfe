using System.Numerics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Kernels;

/// <summary>Addition of integers; overflow is an error, never wraps.</summary>
readonly struct AddInteger<T>(SqlType type) : IBinary<T, T, T> where T : IBinaryInteger<T>
{
    readonly SqlType _type = type;

    public bool TryApply(T left, T right, out T result)
    {
        result = unchecked(left + right);
        return !T.IsNegative((left ^ result) & (right ^ result));
    }

    public SqlException? Error(T left, T right) => FunctionErrors.OutOfRange(_type);
}

/// <summary>Subtraction of integers.</summary>
readonly struct SubtractInteger<T>(SqlType type) : IBinary<T, T, T> where T : IBinaryInteger<T>
{
    readonly SqlType _type = type;

    public bool TryApply(T left, T right, out T result)
    {
        result = unchecked(left - right);
        return !T.IsNegative((left ^ right) & (left ^ result));
    }

    public SqlException? Error(T left, T right) => FunctionErrors.OutOfRange(_type);
}

/// <summary>Multiplication of integers.</summary>
readonly struct MultiplyInteger<T>(SqlType type) : IBinary<T, T, T> where T : IBinaryInteger<T>
{
    readonly SqlType _type = type;

    public bool TryApply(T left, T right, out T result)
    {
        if (typeof(T) == typeof(long))
        {
            var high = Math.BigMul(long.CreateTruncating(left), long.CreateTruncating(right), out var low);
            result = T.CreateTruncating(low);
            return high == low >> 63;
        }
        var product = long.CreateTruncating(left) * long.CreateTruncating(right);
        result = T.CreateTruncating(product);
        return long.CreateTruncating(result) == product;
    }

    public SqlException? Error(T left, T right) => FunctionErrors.OutOfRange(_type);
}

/// <summary>Division of integers, which cuts towards zero.</summary>
readonly struct DivideInteger<T>(SqlType type) : IBinary<T, T, T> where T : IBinaryInteger<T>, IMinMaxValue<T>
{
    readonly SqlType _type = type;

    public bool TryApply(T left, T right, out T result)
    {
        result = T.Zero;
        if (T.IsZero(right) || (right == -T.One && left == T.MinValue))
            return false;
        result = left / right;
        return true;
    }

    public SqlException? Error(T left, T right) =>
        T.IsZero(right) ? FunctionErrors.DivisionByZero() : FunctionErrors.OutOfRange(_type);
}

/// <summary>The remainder of a division of integers, with the sign of the dividend.</summary>
readonly struct ModuloInteger<T> : IBinary<T, T, T> where T : IBinaryInteger<T>
{
    public bool TryApply(T left, T right, out T result)
    {
        result = T.Zero;
        if (T.IsZero(right))
            return false;
        // The smallest value divided by -1 does not fit, although the remainder does.
        if (right != -T.One)
            result = left % right;
        return true;
    }

    public SqlException? Error(T left, T right) => FunctionErrors.DivisionByZero();
}

/// <summary>Change of sign; the smallest integer has no counterpart.</summary>
readonly struct NegateInteger<T>(SqlType type) : IUnary<T, T> where T : IBinaryInteger<T>, IMinMaxValue<T>
{
    readonly SqlType _type = type;

    public bool TryApply(T input, out T result)
    {
        result = unchecked(-input);
        return input != T.MinValue;
    }

    public SqlException? Error(T input) => FunctionErrors.OutOfRange(_type);
}

/// <summary>The magnitude; the smallest integer has none.</summary>
readonly struct AbsInteger<T>(SqlType type) : IUnary<T, T> where T : IBinaryInteger<T>, IMinMaxValue<T>
{
    readonly SqlType _type = type;

    public bool TryApply(T input, out T result)
    {
        result = T.IsNegative(input) ? unchecked(-input) : input;
        return input != T.MinValue;
    }

    public SqlException? Error(T input) => FunctionErrors.OutOfRange(_type);
}
