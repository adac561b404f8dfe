using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Conditional;

/// <summary>The value of a sub-query beside the number of its rows: more than one are an error (21000) for rows whose value is needed.</summary>
/// <remarks>What the planner makes of a sub-query where a value stands. The name cannot be written without quotes.</remarks>
sealed class SingleValueFunction : ScalarFunction
{
    public override string Name => "$SINGLE_VALUE";

    public override string Signature => "$SINGLE_VALUE(value, rows BIGINT) -> value";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments) => arguments is [var value, { Type.Kind: SqlTypeKind.BigInt }]
        ? new ScalarCall([value.Type, arguments[1].Type], value.Type, Run)
        : null;

    static Column Run(EvaluationContext context, ReadOnlySpan<Column> arguments)
    {
        var rows = arguments[1];
        var counts = (FixedColumn<long>)rows;
        for (var row = 0; row < rows.StoredLength; row++)
        {
            if (!rows.IsNull(row) && counts[row] > 1 && (rows.IsConstant ? Lanes.AnyActive(context) : context.IsActive(row)))
                throw FunctionErrors.SeveralRows(counts[row]);
        }
        arguments[0].Retain();
        return arguments[0];
    }
}
