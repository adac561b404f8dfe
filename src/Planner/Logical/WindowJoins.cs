using SqlStream.Planner.Expressions;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Logical;

/// <summary>Finds joins of rows of equal windows: when the watermark has passed the end of a window, no further row of it comes on either side.</summary>
static class WindowJoins
{
    /// <summary>The columns of window_end of a join whose condition makes starts and ends of windows equal, each in its input, over inputs whose
    /// rows do not change; null if it is another join.</summary>
    public static (int LeftEnd, int RightEnd)? EndsOf(LogicalJoin join)
    {
        if (join.Condition is null || !IsAppendOnly(join.Left) || !IsAppendOnly(join.Right))
            return null;
        (int LeftEnd, int RightEnd)? ends = null;
        var hasStarts = false;
        foreach (var conjunct in join.Condition.Conjuncts())
        {
            if (Pair(conjunct, join) is not var (left, right))
                continue;
            switch (TimeAttributes.WindowKind(join.Left, left), TimeAttributes.WindowKind(join.Right, right))
            {
                case (WindowPropertyKind.Start, WindowPropertyKind.Start):
                    hasStarts = true;
                    break;
                case (WindowPropertyKind.End, WindowPropertyKind.End):
                    ends = (left, right);
                    break;
            }
        }
        return hasStarts ? ends : null;
    }

    static (int Left, int Right)? Pair(BoundExpression conjunct, LogicalJoin join)
    {
        if (conjunct is not BoundCall { Function.Name: "=", Arguments: [BoundColumn one, BoundColumn other] })
            return null;
        var width = join.Left.Schema.Count;
        var (left, right) = one.Index < other.Index ? (one.Index, other.Index) : (other.Index, one.Index);
        return left < width && right >= width ? (left, right - width) : null;
    }

    static bool IsAppendOnly(LogicalNode node) => node switch
    {
        LogicalScan scan => scan.Table.Source.Changelog.IsAppendOnly,
        LogicalFilter or LogicalProject or LogicalWindowTable or LogicalExpand or LogicalProctime => IsAppendOnly(node.Children[0]),
        LogicalUnion union => union.Inputs.All(IsAppendOnly),
        LogicalAggregate aggregate => TimeAttributes.IsWindowed(aggregate),
        LogicalJoin join => EndsOf(join) is not null,
        LogicalWindowAggregate or LogicalValues => true,
        _ => false,
    };
}
