using System.Numerics;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Functions.Kernels;

/// <summary>A computation on one value. A struct, so that the loop is compiled for it.</summary>
interface IUnary<TInput, TResult>
{
    /// <summary>False where there is no result; it must not throw, since it also runs on NULL lanes and inactive
    /// ones.</summary>
    bool TryApply(TInput input, out TResult result);

    /// <summary>What to raise for a lane without result; null makes the result NULL.</summary>
    SqlException? Error(TInput input);
}

/// <summary>A computation on two values. A struct, so that the loop is compiled for it.</summary>
interface IBinary<TLeft, TRight, TResult>
{
    /// <summary>False where there is no result; it must not throw, since it also runs on NULL lanes and inactive
    /// ones.</summary>
    bool TryApply(TLeft left, TRight right, out TResult result);

    /// <summary>What to raise for a lane without result; null makes the result NULL.</summary>
    SqlException? Error(TLeft left, TRight right);
}

/// <summary>One of the six comparisons; floating-point numbers compare by IEEE 754, as in Flink.</summary>
interface IComparison
{
    /// <summary>The answer for two numbers.</summary>
    static abstract bool Test<T>(T left, T right) where T : IComparisonOperators<T, T, bool>;

    /// <summary>The answers for 64 pairs of BOOLEAN values; FALSE is less than TRUE.</summary>
    static abstract ulong Test(ulong left, ulong right);
}

/// <summary>A computation by row number over arguments that the struct holds readers of. Runs on valid and active lanes
/// only.</summary>
interface ILane<TResult>
{
    /// <summary>False where there is no result.</summary>
    bool TryCompute(int row, out TResult result);

    /// <summary>What to raise for a lane without result; null makes the result NULL.</summary>
    SqlException? Error(int row);
}

/// <summary>A computation of a byte string by row number. Runs on valid and active lanes only.</summary>
interface ITextLane
{
    /// <summary>Appends one value, or appends nothing and returns false where there is no result.</summary>
    bool TryWrite(int row, Core.Columns.BytesColumnBuilder output);

    /// <summary>What to raise for a lane without result; null makes the result NULL.</summary>
    SqlException? Error(int row);
}
