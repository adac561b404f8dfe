using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>CONCAT_WS(separator, string, ...): the strings that are not NULL, with the separator between them; NULL
/// only where the separator is.</summary>
sealed class ConcatWsFunction : ScalarFunction
{
    public override string Name => "CONCAT_WS";

    public override string Signature => "CONCAT_WS(separator, string, ...) -> STRING";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length < 2)
            return null;
        var types = new SqlType[arguments.Length];
        for (var i = 0; i < types.Length; i++)
        {
            if (Parameters.Match(i == 0 ? Parameter.Text : Parameter.AnyAsText, arguments[i].Type) is not { } match)
                return null;
            types[i] = match;
        }
        var type = SqlType.String.WithNullability(arguments[0].Type.IsNullable);
        return new ScalarCall(types, type, (context, columns) => Run(context, columns, type));
    }

    static Column Run(EvaluationContext context, ReadOnlySpan<Column> columns, SqlType type)
    {
        if (columns[0].IsConstant && columns[0].IsNull(0))
            return Lanes.Null(context, type);
        using var builder = new BytesColumnBuilder(type, context.Pool);
        var isConstant = Lanes.AllConstant(columns);
        var rows = isConstant ? Math.Min(1, context.Rows) : context.Rows;
        for (var row = 0; row < rows; row++)
        {
            if (columns[0].IsNull(row))
                builder.AppendNull();
            else
                Append(builder, columns, row);
        }
        var result = builder.Build();
        if (!isConstant || rows == 0)
            return result;
        var constant = ColumnFactory.Constant(type, PlanValue.Read(result, 0), context.Rows, context.Pool);
        result.Release();
        return constant;
    }

    static void Append(BytesColumnBuilder builder, ReadOnlySpan<Column> columns, int row)
    {
        var separator = columns.Text(0, row);
        var size = 0;
        for (var i = 1; i < columns.Length; i++)
            size += separator.Length + columns.Text(i, row).Length;
        var target = builder.Reserve(size);
        var used = 0;
        var first = true;
        for (var i = 1; i < columns.Length; i++)
        {
            if (columns[i].IsNull(row))
                continue;
            if (!first)
                separator.CopyTo(target[used..]);
            used += first ? 0 : separator.Length;
            first = false;
            var text = columns.Text(i, row);
            text.CopyTo(target[used..]);
            used += text.Length;
        }
        builder.Commit(used);
    }
}
