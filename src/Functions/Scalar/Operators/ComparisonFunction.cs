using System.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Operators;

/// <summary>The six comparisons. Both sides are cast to their common type; a constant string is cast to the type of the
/// other side (<c>ts &gt; '2026-01-01'</c>). Strings compare by their UTF-8 bytes, which is the order of code
/// points. ARRAY, MAP and ROW are equal or not, and have no order; a NULL inside equals another NULL.</summary>
sealed class ComparisonFunction<TOp>(string name) : ScalarFunction where TOp : struct, IComparison
{
    public override string Name => name;

    public override string Signature => $"value {name} value -> BOOLEAN";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 2 || ComparisonTypes.Of(arguments[0], arguments[1]) is not { } types)
            return null;
        if (types.Left.IsNested && typeof(TOp) != typeof(Equal) && typeof(TOp) != typeof(NotEqual))
            return null;
        var type = SqlType.Boolean.WithNullability(arguments[0].Type.IsNullable || arguments[1].Type.IsNullable);
        return new ScalarCall([types.Left, types.Right], type, Kernel(types.Left.Layout, type));
    }

    /// <summary>The kernel for a layout.</summary>
    public static ScalarKernel Kernel(ColumnLayout layout, SqlType type) => layout switch
    {
        ColumnLayout.Bool => (context, arguments) => ComparisonKernels.Bool<TOp>(context, arguments, type),
        ColumnLayout.Int8 => (context, arguments) => ComparisonKernels.Fixed<sbyte, TOp>(context, arguments, type),
        ColumnLayout.Int16 => (context, arguments) => ComparisonKernels.Fixed<short, TOp>(context, arguments, type),
        ColumnLayout.Int32 => (context, arguments) => ComparisonKernels.Fixed<int, TOp>(context, arguments, type),
        ColumnLayout.Int64 => (context, arguments) => ComparisonKernels.Fixed<long, TOp>(context, arguments, type),
        ColumnLayout.Float32 => (context, arguments) => ComparisonKernels.Fixed<float, TOp>(context, arguments, type),
        ColumnLayout.Float64 => (context, arguments) => ComparisonKernels.Fixed<double, TOp>(context, arguments, type),
        ColumnLayout.Int128 => (context, arguments) => ComparisonKernels.Fixed<Int128, TOp>(context, arguments, type),
        ColumnLayout.Bytes when typeof(TOp) == typeof(Equal) =>
            (context, arguments) => ComparisonKernels.TextEquality(context, arguments, type, equal: true),
        ColumnLayout.Bytes when typeof(TOp) == typeof(NotEqual) =>
            (context, arguments) => ComparisonKernels.TextEquality(context, arguments, type, equal: false),
        ColumnLayout.Bytes => (context, arguments) => ComparisonKernels.Text<TOp>(context, arguments, type),
        ColumnLayout.Row or ColumnLayout.List or ColumnLayout.Map =>
            (context, arguments) => ComparisonKernels.NestedEquality(context, arguments, type, equal: typeof(TOp) == typeof(Equal)),
        _ => throw new UnreachableException($"layout {layout} has no comparison"),
    };
}
