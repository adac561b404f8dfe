using SqlStream.Planner.Binding;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Optimizer;

/// <summary>Finds joins that keep all rows of inputs that do not end.</summary>
static class EndlessJoins
{
    /// <summary>Warns of each that nothing bounds: neither the times of both sides nor a hint.</summary>
    public static void Warn(IEnumerable<LogicalNode> plans, BindContext context)
    {
        foreach (var plan in plans)
            Warn(plan, context);
    }

    static void Warn(LogicalNode node, BindContext context)
    {
        if (node is LogicalJoin { Kind: not (JoinType.Semi or JoinType.Anti) } join && IsEndless(join.Left) && IsEndless(join.Right)
            && !(join.LeftTtl > TimeSpan.Zero && join.RightTtl > TimeSpan.Zero) && IntervalBounds.Of(join) is null && WindowJoins.EndsOf(join) is null)
            context.Warn(QueryHintErrors.EndlessJoin(join.Span));
        foreach (var child in node.Children)
            Warn(child, context);
    }

    static bool IsEndless(LogicalNode node) => node is LogicalScan scan ? !scan.Table.Source.IsBounded : node.Children.Any(IsEndless);
}
