using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>Conditions on columns of the input may be tested before a lookup, so that fewer keys are asked for.</summary>
sealed class PushFilterThroughLookup : IRule
{
    public LogicalNode? Apply(LogicalNode node)
    {
        if (node is not LogicalFilter { Input: LogicalLookupJoin join } filter)
            return null;
        var (below, above) = ConjunctSplit.Of(filter.Predicate, column => column < join.Input.Schema.Count);
        if (below.Count == 0)
            return null;
        var pushed = join with { Input = new LogicalFilter(join.Input, ExpressionTrees.And(below)!) { Span = filter.Span } };
        return above.Count == 0 ? pushed : new LogicalFilter(pushed, ExpressionTrees.And(above)!) { Span = filter.Span };
    }
}
