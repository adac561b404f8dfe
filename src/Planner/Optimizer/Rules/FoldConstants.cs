using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>Evaluates constant parts of expressions. What raises an error stays and raises it at run time.</summary>
sealed class FoldConstants(ConstantFolder folder) : IRule
{
    public LogicalNode? Apply(LogicalNode node)
    {
        var changed = false;
        var folded = node.Expressions.Map(expression =>
        {
            var result = folder.Fold(expression);
            changed |= !ReferenceEquals(result, expression);
            return result;
        });
        return changed ? node.WithExpressions(folded) : null;
    }
}
