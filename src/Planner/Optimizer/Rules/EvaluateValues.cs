using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>A projection, filter, union, DISTINCT or LIMIT over constant rows is constant rows, where all it computes is known now.</summary>
sealed class EvaluateValues(ConstantFolder folder) : IRule
{
    public LogicalNode? Apply(LogicalNode node) => node switch
    {
        LogicalProject { Input: LogicalValues values } project => Project(project, values),
        LogicalFilter { Input: LogicalValues values } filter => Filter(filter, values),
        LogicalUnion union when union.Inputs.All(input => input is LogicalValues) =>
            new LogicalValues(union.Schema, [.. union.Inputs.SelectMany(input => ((LogicalValues)input).Rows)]) { Span = union.Span },
        LogicalAggregate { Input: LogicalValues values, Aggregates.IsEmpty: true, Keys.IsEmpty: false } distinct => Distinct(distinct, values),
        LogicalSort { Input: LogicalValues values, Keys.IsEmpty: true } limit => Limit(limit, values),
        _ => null,
    };

    static LogicalValues Distinct(LogicalAggregate distinct, LogicalValues values) => new(
        distinct.Schema, [.. values.Rows.Select(row => distinct.Keys.Map(key => row[key])).Distinct()])
    { Span = distinct.Span };

    static LogicalValues Limit(LogicalSort limit, LogicalValues values)
    {
        var rows = values.Rows.Skip((int)Math.Min(limit.Offset, int.MaxValue)).Take((int)Math.Min(limit.Fetch ?? int.MaxValue, int.MaxValue));
        return values with { Rows = [.. rows] };
    }

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
