using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>A filter over a filter is one filter on both; the inner condition comes first.</summary>
sealed class MergeFilters : IRule
{
    public LogicalNode? Apply(LogicalNode node)
    {
        if (node is not LogicalFilter { Input: LogicalFilter inner } outer)
            return null;
        var both = ExpressionTrees.And([.. inner.Predicate.Conjuncts(), .. outer.Predicate.Conjuncts()]);
        return inner with { Predicate = both! };
    }
}
