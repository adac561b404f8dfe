using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>Conditions on columns of the row may be tested before a table function makes rows of it.</summary>
sealed class PushFilterThroughCorrelate : IRule
{
    public LogicalNode? Apply(LogicalNode node)
    {
        if (node is not LogicalFilter { Input: LogicalCorrelate correlate } filter)
            return null;
        var (below, above) = ConjunctSplit.Of(filter.Predicate, column => column < correlate.Kept.Count);
        if (below.Count == 0)
            return null;
        var pushed = correlate with
        {
            Input = new LogicalFilter(correlate.Input, ExpressionTrees.And(below)!.MapColumns(column => correlate.Kept[column])) { Span = filter.Span },
        };
        return above.Count == 0 ? pushed : new LogicalFilter(pushed, ExpressionTrees.And(above)!) { Span = filter.Span };
    }
}
