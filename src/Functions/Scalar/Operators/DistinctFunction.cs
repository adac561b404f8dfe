using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Operators;

/// <summary>IS [NOT] DISTINCT FROM: a comparison in which NULL is a value equal to itself. Never NULL.</summary>
sealed class DistinctFunction(bool negated) : ScalarFunction
{
    public override string Name => negated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM";

    public override string Signature => $"value {Name} value -> BOOLEAN";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 2 || ComparisonTypes.Of(arguments[0], arguments[1]) is not { } types)
            return null;
        var type = SqlType.Boolean.WithNullability(false);
        var equal = ComparisonFunction<Equal>.Kernel(types.Left.Layout, SqlType.Boolean);
        return new ScalarCall([types.Left, types.Right], type, (context, columns) =>
        {
            var equality = (BoolColumn)equal(context, columns);
            var result = Combine(context, equality, columns[0], columns[1], type);
            equality.Release();
            return result;
        });
    }

    // Not distinct: both valid and equal, or both NULL.
    BoolColumn Combine(EvaluationContext context, BoolColumn equality, Column left, Column right, SqlType type)
    {
        var isConstant = left.IsConstant && right.IsConstant;
        var buffer = Lanes.Rent<ulong>(context.Pool, Bitmap.Words(isConstant ? 1 : context.Rows), out var words);
        var flip = negated ? 0 : ulong.MaxValue;
        for (var w = 0; w < words.Length; w++)
        {
            var a = BoolKernels.Valid(left, w);
            var b = BoolKernels.Valid(right, w);
            words[w] = ((a & b & BoolKernels.Word(equality, w)) | (~a & ~b)) ^ flip;
        }
        return new BoolColumn(type, context.Rows, buffer, null, context.Pool, isConstant);
    }
}
