using System.Numerics;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Aggregate;

/// <summary>A sum as it lies in an accumulator; all zero is the sum of nothing.</summary>
interface ISum<TValue, TSelf> where TSelf : ISum<TValue, TSelf>
{
    static abstract TSelf Add(TSelf sum, TValue value);

    static abstract TSelf Subtract(TSelf sum, TValue value);

    static abstract TSelf Merge(TSelf left, TSelf right);

    /// <summary><see cref="Unmerge"/> gives exactly what was there before <see cref="Merge"/>.</summary>
    static abstract bool IsExact { get; }

    static abstract TSelf Unmerge(TSelf left, TSelf right);
}

/// <summary>A sum of integers of up to 64 bits in 128 bits.</summary>
readonly record struct IntegerSum<T>(Int128 Value) : ISum<T, IntegerSum<T>> where T : IBinaryInteger<T>
{
    public static IntegerSum<T> Add(IntegerSum<T> sum, T value) => new(sum.Value + Int128.CreateTruncating(value));

    public static IntegerSum<T> Subtract(IntegerSum<T> sum, T value) => new(sum.Value - Int128.CreateTruncating(value));

    public static IntegerSum<T> Merge(IntegerSum<T> left, IntegerSum<T> right) => new(left.Value + right.Value);

    public static bool IsExact => true;

    public static IntegerSum<T> Unmerge(IntegerSum<T> left, IntegerSum<T> right) => new(left.Value - right.Value);
}

/// <summary>A sum of FLOAT or DOUBLE in a double.</summary>
readonly record struct FloatSum<T>(double Value) : ISum<T, FloatSum<T>> where T : IFloatingPoint<T>
{
    public static FloatSum<T> Add(FloatSum<T> sum, T value) => new(sum.Value + double.CreateTruncating(value));

    public static FloatSum<T> Subtract(FloatSum<T> sum, T value) => new(sum.Value - double.CreateTruncating(value));

    public static FloatSum<T> Merge(FloatSum<T> left, FloatSum<T> right) => new(left.Value + right.Value);

    public static bool IsExact => false;

    public static FloatSum<T> Unmerge(FloatSum<T> left, FloatSum<T> right) => new(left.Value - right.Value);
}

/// <summary>A sum of 128-bit integers in 192 bits, as two's complement: values of 38 digits may pass 128 bits in
/// between.</summary>
readonly record struct WideSum(ulong Word0, ulong Word1, long Word2) : ISum<Int128, WideSum>
{
    public static WideSum Add(WideSum sum, Int128 value) => Plus(sum, (UInt128)value, value < 0 ? -1 : 0);

    public static WideSum Subtract(WideSum sum, Int128 value) =>
        value == Int128.MinValue ? Plus(sum, (UInt128)value, 0) : Add(sum, -value);

    public static WideSum Merge(WideSum left, WideSum right) => Plus(left, right.Low, right.Word2);

    public static bool IsExact => true;

    // What is added is the two's complement.
    public static WideSum Unmerge(WideSum left, WideSum right) => Plus(left, ~right.Low + 1, ~right.Word2 + (right.Low == 0 ? 1 : 0));

    UInt128 Low => new(Word1, Word0);

    /// <summary>Sign and magnitude.</summary>
    public (bool Negative, WideInteger Magnitude) Split()
    {
        if (Word2 >= 0)
            return (false, new WideInteger((ulong)Word2, Low));
        var low = ~Low + 1;
        return (true, new WideInteger((ulong)~Word2 + (low == 0 ? 1UL : 0), low));
    }

    static WideSum Plus(WideSum sum, UInt128 low, long high)
    {
        var total = sum.Low + low;
        return new WideSum((ulong)total, (ulong)(total >> 64), sum.Word2 + high + (total < low ? 1 : 0));
    }
}
