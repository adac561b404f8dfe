using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>Conditions on columns of the row may be tested before its elements are taken out.</summary>
sealed class PushFilterThroughUnnest : IRule
{
    public LogicalNode? Apply(LogicalNode node)
    {
        if (node is not LogicalFilter { Input: LogicalUnnest unnest } filter)
            return null;
        var (below, above) = ConjunctSplit.Of(filter.Predicate, column => column < unnest.Kept.Count);
        if (below.Count == 0)
            return null;
        var pushed = unnest with
        {
            Input = new LogicalFilter(unnest.Input, ExpressionTrees.And(below)!.MapColumns(column => unnest.Kept[column])) { Span = filter.Span },
        };
        return above.Count == 0 ? pushed : new LogicalFilter(pushed, ExpressionTrees.And(above)!) { Span = filter.Span };
    }
}
