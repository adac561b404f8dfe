using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar;

/// <summary>Writes one value or NULL for a row.</summary>
delegate void RowWriter(ReadOnlySpan<Column> columns, int row, BytesColumnBuilder output);

/// <summary>Loops of functions that see NULL themselves.</summary>
static class RowKernels
{
    /// <summary>Byte strings, row by row; over constants alone one value. Rows that are not active are empty.</summary>
    public static Column Text(EvaluationContext context, ReadOnlySpan<Column> columns, SqlType type, RowWriter write)
    {
        var isConstant = Lanes.AllConstant(columns);
        if (isConstant && !Lanes.AnyActive(context))
            return ColumnFactory.Constant(type.WithNullability(true), null, context.Rows, context.Pool);
        using var builder = new BytesColumnBuilder(type, context.Pool);
        var rows = isConstant ? 1 : context.Rows;
        for (var row = 0; row < rows; row++)
        {
            if (isConstant || context.IsActive(row))
                write(columns, row, builder);
            else
                builder.Append([]);
        }
        var result = builder.Build();
        if (!isConstant)
            return result;
        var constant = ColumnFactory.Constant(type, PlanValue.Read(result, 0), context.Rows, context.Pool);
        result.Release();
        return constant;
    }
}
