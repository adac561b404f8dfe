using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>A filter over a projection is a projection over a filter on what the columns are computed from.</summary>
/// <remarks>Unsound where a column that the filter reads is not deterministic: the filter would see another
/// value.</remarks>
sealed class PushFilterThroughProject : IRule
{
    public LogicalNode? Apply(LogicalNode node)
    {
        if (node is not LogicalFilter { Input: LogicalProject project } filter)
            return null;
        var reads = filter.Predicate.Columns();
        if (!reads.All(column => project.Projections[column].IsDeterministic)
            || !ExpressionSize.MayInline(filter.Expressions, project.Projections))
            return null;
        var below = new LogicalFilter(project.Input, filter.Predicate.Inline(project.Projections)) { Span = filter.Span };
        return project with { Input = below };
    }
}
