using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>Conditions that do not read the columns of the window, or the time of processing, may be tested before those are assigned.</summary>
/// <remarks>Sessions are made of rows: only what holds for all rows of a session or for none may be tested before.</remarks>
sealed class PushFilterThroughWindow : IRule
{
    public LogicalNode? Apply(LogicalNode node) => node switch
    {
        LogicalFilter { Input: LogicalWindowTable { Window: SessionSpec } sessions } filter => Push(filter, sessions, sessions.PartitionKeys.Contains),
        LogicalFilter { Input: LogicalWindowTable window } filter => Push(filter, window, column => column < window.Input.Schema.Count),
        LogicalFilter { Input: LogicalProctime proctime } filter => Push(filter, proctime, column => column != proctime.Column),
        _ => null,
    };

    static LogicalNode? Push(LogicalFilter filter, LogicalNode over, Func<int, bool> isBelow)
    {
        var (below, above) = ConjunctSplit.Of(filter.Predicate, isBelow);
        if (below.Count == 0)
            return null;
        var pushed = over.WithChildren([new LogicalFilter(over.Children[0], ExpressionTrees.And(below)!) { Span = filter.Span }]);
        return above.Count == 0 ? pushed : new LogicalFilter(pushed, ExpressionTrees.And(above)!) { Span = filter.Span };
    }
}
