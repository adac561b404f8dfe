using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Binding;

/// <summary>VALUES: constant rows where all values are known now, otherwise rows that are computed when the job
/// runs.</summary>
sealed class ValuesBinder(BindContext context)
{
    /// <summary>The node of the rows.</summary>
    public LogicalNode Bind(ValuesQuery values)
    {
        var binder = new ExpressionBinder(context, Scope.Empty, new Clause("VALUES"));
        var rows = values.Rows.Map(row => binder.BindAll(row.Values));
        var width = rows[0].Count;
        for (var i = 1; i < rows.Count; i++)
        {
            if (rows[i].Count == width)
                continue;
            context.Report(BindErrors.RowLength(context.SpanOf(values.Rows[i]), width, rows[i].Count));
            return QueryBinder.Failed;
        }
        if (rows.Any(row => CallFactory.ErrorAmong(row) is not null) || Unify(values, rows, width) is not { } unified)
            return QueryBinder.Failed;
        return Combine(unified, Enumerable.Range(0, width).Select(i => $"EXPR${i}").ToValueList(), values);
    }

    List<ValueList<BoundExpression>>? Unify(ValuesQuery values, ValueList<ValueList<BoundExpression>> rows, int width)
    {
        var cells = rows.Select(row => row.ToArray()).ToList();
        for (var i = 0; i < width; i++)
        {
            ValueList<BoundExpression> column = [.. cells.Select(row => row[i])];
            if (context.Calls.Unify(column) is not { } unified)
            {
                context.Report(BindErrors.NoCommonType(
                    context.SpanOf(values), $"column {i + 1} of VALUES", column.Select(cell => cell.Type)));
                return null;
            }
            for (var row = 0; row < cells.Count; row++)
                cells[row][i] = unified[row];
        }
        return [.. cells.Select(row => row.ToValueList())];
    }

    LogicalNode Combine(List<ValueList<BoundExpression>> rows, ValueList<string> names, ValuesQuery values)
    {
        var span = context.SpanOf(values);
        var constants = new List<ValueList<object?>>();
        var inputs = new List<LogicalNode>();
        foreach (var row in rows)
        {
            var folded = row.Map(context.Folder.Fold);
            if (folded.All(cell => cell.IsLiteral))
                constants.Add(folded.Map(cell => ((BoundLiteral)cell).Value));
            else
                inputs.Add(new LogicalProject(LogicalValues.OneRow, row, names) { Span = span });
        }
        var schema = new Schema([.. names.Select((name, i) => new Field(
            name, rows[0][i].Type.WithNullability(rows.Any(row => row[i].Type.IsNullable))))]);
        if (constants.Count > 0)
            inputs.Insert(0, new LogicalValues(schema, [.. constants]) { Span = span });
        return inputs.Count == 1 ? inputs[0] : new LogicalUnion([.. inputs]) { Span = span };
    }
}
