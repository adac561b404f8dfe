using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>A projection over a projection is one projection.</summary>
/// <remarks>Unsound where a column that is not deterministic is read more than once: it would be drawn more than
/// once.</remarks>
sealed class MergeProjects : IRule
{
    public LogicalNode? Apply(LogicalNode node)
    {
        if (node is not LogicalProject { Input: LogicalProject inner } outer || !MayMerge(outer, inner))
            return null;
        return outer with
        {
            Input = inner.Input,
            Projections = outer.Projections.Map(projection => projection.Inline(inner.Projections)),
        };
    }

    static bool MayMerge(LogicalProject outer, LogicalProject inner)
    {
        for (var i = 0; i < inner.Projections.Count; i++)
        {
            if (!inner.Projections[i].IsDeterministic && outer.Projections.Sum(projection => Uses(projection, i)) > 1)
                return false;
        }
        return ExpressionSize.MayInline(outer.Projections, inner.Projections);
    }

    static int Uses(BoundExpression expression, int column) => expression is BoundColumn reference
        ? (reference.Index == column ? 1 : 0)
        : expression.Children.Sum(child => Uses(child, column));
}
