using System.Numerics;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Operators;

readonly struct Equal : IComparison
{
    public static bool Test<T>(T left, T right) where T : IComparisonOperators<T, T, bool> => left == right;

    public static ulong Test(ulong left, ulong right) => ~(left ^ right);
}

readonly struct NotEqual : IComparison
{
    public static bool Test<T>(T left, T right) where T : IComparisonOperators<T, T, bool> => left != right;

    public static ulong Test(ulong left, ulong right) => left ^ right;
}

readonly struct Less : IComparison
{
    public static bool Test<T>(T left, T right) where T : IComparisonOperators<T, T, bool> => left < right;

    public static ulong Test(ulong left, ulong right) => ~left & right;
}

readonly struct LessOrEqual : IComparison
{
    public static bool Test<T>(T left, T right) where T : IComparisonOperators<T, T, bool> => left <= right;

    public static ulong Test(ulong left, ulong right) => ~left | right;
}

readonly struct Greater : IComparison
{
    public static bool Test<T>(T left, T right) where T : IComparisonOperators<T, T, bool> => left > right;

    public static ulong Test(ulong left, ulong right) => left & ~right;
}

readonly struct GreaterOrEqual : IComparison
{
    public static bool Test<T>(T left, T right) where T : IComparisonOperators<T, T, bool> => left >= right;

    public static ulong Test(ulong left, ulong right) => left | ~right;
}
