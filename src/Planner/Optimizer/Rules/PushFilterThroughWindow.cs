using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>Conditions that do not read the columns of the window may be tested before windows are assigned.</summary>
/// <remarks>Sessions are made of rows: only what holds for all rows of a session or for none may be tested before.</remarks>
sealed class PushFilterThroughWindow : IRule
{
    public LogicalNode? Apply(LogicalNode node)
    {
        if (node is not LogicalFilter { Input: LogicalWindowTable window } filter)
            return null;
        var (below, above) = ConjunctSplit.Of(filter.Predicate, column => window.Window is SessionSpec ? window.PartitionKeys.Contains(column) : column < window.Input.Schema.Count);
        if (below.Count == 0)
            return null;
        var pushed = window with { Input = new LogicalFilter(window.Input, ExpressionTrees.And(below)!) { Span = filter.Span } };
        return above.Count == 0 ? pushed : new LogicalFilter(pushed, ExpressionTrees.And(above)!) { Span = filter.Span };
    }
}
