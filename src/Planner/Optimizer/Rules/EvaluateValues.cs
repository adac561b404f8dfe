using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>A projection or filter over constant rows is constant rows, where all it computes is known now.</summary>
sealed class EvaluateValues(ConstantFolder folder) : IRule
{
    public LogicalNode? Apply(LogicalNode node) => node switch
    {
        LogicalProject { Input: LogicalValues values } project => Project(project, values),
        LogicalFilter { Input: LogicalValues values } filter => Filter(filter, values),
        _ => null,
    };

    LogicalValues? Project(LogicalProject project, LogicalValues values)
    {
        var rows = new List<ValueList<object?>>();
        foreach (var row in values.Rows)
        {
            var cells = project.Projections.Map(projection => Evaluate(projection, values, row));
            if (!cells.All(cell => cell is BoundLiteral))
                return null;
            rows.Add(cells.Map(cell => ((BoundLiteral)cell).Value));
        }
        return new LogicalValues(project.Schema, [.. rows]) { Span = project.Span };
    }

    LogicalValues? Filter(LogicalFilter filter, LogicalValues values)
    {
        var rows = new List<ValueList<object?>>();
        foreach (var row in values.Rows)
        {
            if (Evaluate(filter.Predicate, values, row) is not BoundLiteral keep)
                return null;
            if (keep.Value is true)
                rows.Add(row);
        }
        return values with { Rows = [.. rows] };
    }

    BoundExpression Evaluate(BoundExpression expression, LogicalValues values, ValueList<object?> row)
    {
        var literals = row.Select((value, i) => (BoundExpression)new BoundLiteral(values.Columns[i].Type, value));
        return folder.Fold(expression.Inline([.. literals]));
    }
}
