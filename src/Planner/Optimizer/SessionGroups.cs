using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Optimizer;

/// <summary>Whether groups are the sessions themselves, so that rows can be aggregated as they come, or rows that are told their sessions are
/// grouped anew.</summary>
static class SessionGroups
{
    /// <summary>True if an aggregation by the windows of a session table groups by its partition keys beside, and sees all rows of a session or none.
    /// True for other windows.</summary>
    /// <param name="aggregate">The aggregation.</param>
    /// <param name="kinds">What each of its keys tells of the window.</param>
    public static bool AreSessions(LogicalAggregate aggregate, ValueList<WindowPropertyKind?> kinds)
    {
        if (Table(aggregate.Input) is not { } table)
            return true;
        var groups = new HashSet<int>();
        for (var i = 0; i < kinds.Count; i++)
        {
            if (kinds[i] is not null)
                continue;
            if (Column(aggregate.Input, aggregate.Keys[i]) is not { } column)
                return false;
            groups.Add(column);
        }
        return groups.SetEquals(table.PartitionKeys) && KeepsSessions(aggregate.Input, table);
    }

    static LogicalWindowTable? Table(LogicalNode node) => node switch
    {
        LogicalWindowTable { Window: SessionSpec } table => table,
        LogicalFilter or LogicalProject or LogicalExpand => Table(node.Children[0]),
        _ => null,
    };

    // The column of the session table's input that a column is.
    static int? Column(LogicalNode node, int column) => node switch
    {
        LogicalFilter filter => Column(filter.Input, column),
        LogicalProject project => project.Projections[column] is BoundColumn reference ? Column(project.Input, reference.Index) : null,
        LogicalWindowTable table => column < table.Input.Schema.Count ? column : null,
        _ => null,
    };

    static bool KeepsSessions(LogicalNode node, LogicalWindowTable table) => node switch
    {
        LogicalFilter filter => filter.Predicate.IsDeterministic
            && filter.Predicate.Columns().All(column => Column(filter.Input, column) is { } key && table.PartitionKeys.Contains(key))
            && KeepsSessions(filter.Input, table),
        LogicalProject project => KeepsSessions(project.Input, table),
        LogicalWindowTable => true,
        _ => false,
    };
}
