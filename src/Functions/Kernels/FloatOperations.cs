using System.Numerics;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Functions.Kernels;

/// <summary>FLOAT and DOUBLE arithmetic by IEEE 754: division by zero gives an infinity or NaN, as in Flink.</summary>
readonly struct AddFloat<T> : IBinary<T, T, T> where T : IFloatingPoint<T>
{
    public bool TryApply(T left, T right, out T result)
    {
        result = left + right;
        return true;
    }

    public SqlException? Error(T left, T right) => null;
}

readonly struct SubtractFloat<T> : IBinary<T, T, T> where T : IFloatingPoint<T>
{
    public bool TryApply(T left, T right, out T result)
    {
        result = left - right;
        return true;
    }

    public SqlException? Error(T left, T right) => null;
}

readonly struct MultiplyFloat<T> : IBinary<T, T, T> where T : IFloatingPoint<T>
{
    public bool TryApply(T left, T right, out T result)
    {
        result = left * right;
        return true;
    }

    public SqlException? Error(T left, T right) => null;
}

readonly struct DivideFloat<T> : IBinary<T, T, T> where T : IFloatingPoint<T>
{
    public bool TryApply(T left, T right, out T result)
    {
        result = left / right;
        return true;
    }

    public SqlException? Error(T left, T right) => null;
}

readonly struct ModuloFloat<T> : IBinary<T, T, T> where T : IFloatingPoint<T>
{
    public bool TryApply(T left, T right, out T result)
    {
        result = left % right;
        return true;
    }

    public SqlException? Error(T left, T right) => null;
}

readonly struct NegateFloat<T> : IUnary<T, T> where T : IFloatingPoint<T>
{
    public bool TryApply(T input, out T result)
    {
        result = -input;
        return true;
    }

    public SqlException? Error(T input) => null;
}
