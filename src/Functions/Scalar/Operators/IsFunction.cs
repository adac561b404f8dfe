using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Operators;

/// <summary>The tests that are never NULL themselves: IS NULL of any value, IS TRUE and the like of a
/// BOOLEAN.</summary>
sealed class IsFunction<TTest>(string name, bool anyType = false) : ScalarFunction where TTest : struct, IBoolTest
{
    public override string Name => name;

    public override string Signature => $"{(anyType ? "value" : "boolean")} {name} -> BOOLEAN";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 1)
            return null;
        var argument = arguments[0].Type;
        if (!anyType && argument.Kind is not (SqlTypeKind.Boolean or SqlTypeKind.Null))
            return null;
        var type = SqlType.Boolean.WithNullability(false);
        return new ScalarCall([argument.Kind == SqlTypeKind.Null ? SqlType.Boolean : argument], type,
            (context, columns) => BoolKernels.Test<TTest>(context, columns[0], type));
    }
}

readonly struct IsNull : IBoolTest
{
    public static ulong Apply(ulong values, ulong valid) => ~valid;
}

readonly struct IsNotNull : IBoolTest
{
    public static ulong Apply(ulong values, ulong valid) => valid;
}

readonly struct IsTrue : IBoolTest
{
    public static ulong Apply(ulong values, ulong valid) => values & valid;
}

readonly struct IsNotTrue : IBoolTest
{
    public static ulong Apply(ulong values, ulong valid) => ~(values & valid);
}

readonly struct IsFalse : IBoolTest
{
    public static ulong Apply(ulong values, ulong valid) => ~values & valid;
}

readonly struct IsNotFalse : IBoolTest
{
    public static ulong Apply(ulong values, ulong valid) => values | ~valid;
}
