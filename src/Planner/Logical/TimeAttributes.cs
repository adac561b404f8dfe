using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Logical;

/// <summary>Which columns carry the watermark, and which tell of a window: what windows may be built on.</summary>
static class TimeAttributes
{
    /// <summary>Positions of the columns that carry the watermark.</summary>
    public static ValueList<int> Rowtimes(LogicalNode node) =>
        [.. Enumerable.Range(0, node.Schema.Count).Where(column => IsRowtime(node, column))];

    /// <summary>What a column tells of the window of its row, or null.</summary>
    public static WindowPropertyKind? WindowKind(LogicalNode node, int column)
    {
        switch (node)
        {
            case LogicalFilter filter:
                return WindowKind(filter.Input, column);
            case LogicalProject project:
                return project.Projections[column] is BoundColumn reference ? WindowKind(project.Input, reference.Index) : null;
            case LogicalExpand expand:
                return expand.Keeps(column) ? WindowKind(expand.Input, column - 1) : null;
            case LogicalWindowTable window:
                var position = column - window.Input.Schema.Count;
                return position < 0 ? null : WindowColumns.Properties(SqlType.Timestamp(3))[position].Kind;
            case LogicalAggregate aggregate when column < aggregate.Keys.Count && IsWindowed(aggregate):
                return WindowKind(aggregate.Input, aggregate.Keys[column]);
            case LogicalWindowAggregate aggregate:
                var property = column - aggregate.Keys.Count - aggregate.Aggregates.Count;
                if (property >= 0)
                    return aggregate.Properties[property].Kind;
                // Where ends do not tell windows, starts are keys.
                return column < aggregate.Keys.Count ? WindowKind(aggregate.Input, aggregate.Keys[column]) : null;
            default:
                return null;
        }
    }

    /// <summary>True if an aggregation groups by the start and the end of a window.</summary>
    public static bool IsWindowed(LogicalAggregate aggregate)
    {
        var kinds = aggregate.Keys.Select(key => WindowKind(aggregate.Input, key)).ToHashSet();
        return kinds.Contains(WindowPropertyKind.Start) && kinds.Contains(WindowPropertyKind.End);
    }

    /// <summary>True if a column tells the time of processing: it is PROCTIME(), passed on as it is.</summary>
    public static bool IsProctime(LogicalNode node, int column) => node switch
    {
        LogicalScan scan => IsProctime(scan.Table.Columns[scan.Columns[column]]),
        LogicalFilter filter => IsProctime(filter.Input, column),
        LogicalProject project => project.Projections[column] is BoundColumn reference
            ? IsProctime(project.Input, reference.Index)
            : IsProctime(project.Projections[column]),
        LogicalUnion union => union.Inputs.All(input => IsProctime(input, column)),
        _ => false,
    };

    static bool IsProctime(BoundExpression expression) => expression is BoundCall { Function.Name: "PROCTIME" };

    // The order of time is that of the input.
    static bool IsInTime(LogicalOver over) =>
        over.Order is [{ Descending: false } time, ..] && IsRowtime(over.Input, time.Column) && over.Calls.All(call => call.LooksBack);

    static bool IsRowtime(LogicalNode node, int column) => node switch
    {
        LogicalScan scan => scan.Table.Rowtime is { } rowtime && scan.Columns[column] == rowtime,
        LogicalFilter filter => IsRowtime(filter.Input, column),
        LogicalProject project => project.Projections[column] is BoundColumn reference && IsRowtime(project.Input, reference.Index),
        LogicalExpand expand => expand.Keeps(column) && IsRowtime(expand.Input, column - 1),
        LogicalUnion union => union.Inputs.All(input => IsRowtime(input, column)),
        LogicalProctime proctime => column == proctime.Column,
        LogicalJoin join when WindowJoins.EndsOf(join) is not null => column < join.Left.Schema.Count
            ? !join.Kind.KeepsRight() && IsRowtime(join.Left, column)
            : !join.Kind.KeepsLeft() && IsRowtime(join.Right, column - join.Left.Schema.Count),
        LogicalOver over => column < over.Input.Schema.Count && IsRowtime(over.Input, column) && IsInTime(over),
        LogicalWindowTable or LogicalAggregate or LogicalWindowAggregate => WindowKind(node, column) == WindowPropertyKind.Time,
        _ => false,
    };
}
