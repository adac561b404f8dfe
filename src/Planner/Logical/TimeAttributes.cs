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
            case LogicalCorrelate correlate:
                return column < correlate.Kept.Count ? WindowKind(correlate.Input, correlate.Kept[column]) : null;
            case LogicalLookupJoin join:
                return column < join.Input.Schema.Count ? WindowKind(join.Input, column) : null;
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

    /// <summary>What a column tells of the window of its row, or null. Unlike <see cref="WindowKind"/> it looks through joins of windows and through
    /// Top-N in windows too: their rows come when the window closes.</summary>
    public static WindowPropertyKind? ClosedWindowKind(LogicalNode node, int column) => node switch
    {
        LogicalFilter filter => ClosedWindowKind(filter.Input, column),
        LogicalProject project => project.Projections[column] is BoundColumn reference ? ClosedWindowKind(project.Input, reference.Index) : null,
        LogicalTopN top => RankedWindowKind(top.Input, top.Partition, column),
        LogicalOver { Calls: [RankCall] } over => RankedWindowKind(over.Input, over.Partition, column),
        LogicalJoin join when WindowJoins.EndsOf(join) is not null => column < join.Left.Schema.Count
            ? join.Kind.KeepsRight() ? null : ClosedWindowKind(join.Left, column)
            : join.Kind.KeepsLeft() ? null : ClosedWindowKind(join.Right, column - join.Left.Schema.Count),
        _ => WindowKind(node, column),
    };

    /// <summary>The column of window_end of a partition that lies within one window: start and end are among its columns; null if it does not.</summary>
    public static int? EndOfPartition(LogicalNode input, ValueList<int> partition)
    {
        int? end = null;
        var hasStart = false;
        foreach (var column in partition)
        {
            var kind = ClosedWindowKind(input, column);
            hasStart |= kind == WindowPropertyKind.Start;
            if (kind == WindowPropertyKind.End)
                end = column;
        }
        return hasStart ? end : null;
    }

    /// <summary>True if a column is the time by which the rows were put into their windows.</summary>
    public static bool IsTimeInWindow(LogicalNode node, int column) => node switch
    {
        LogicalFilter filter => IsTimeInWindow(filter.Input, column),
        LogicalProject project => project.Projections[column] is BoundColumn reference && IsTimeInWindow(project.Input, reference.Index),
        LogicalWindowTable window => column == window.Window.TimeColumn,
        _ => false,
    };

    /// <summary>True if an aggregation groups by the start and the end of a window.</summary>
    public static bool IsWindowed(LogicalAggregate aggregate)
    {
        var kinds = aggregate.Keys.Select(key => WindowKind(aggregate.Input, key)).ToHashSet();
        return kinds.Contains(WindowPropertyKind.Start) && kinds.Contains(WindowPropertyKind.End);
    }

    // Rows that are numbered in windows; those without a last number are refused where a window is made of them.
    static WindowPropertyKind? RankedWindowKind(LogicalNode input, ValueList<int> partition, int column) =>
        column < input.Schema.Count && EndOfPartition(input, partition) is not null ? ClosedWindowKind(input, column) : null;

    // The order of time is that of the input.
    static bool IsInTime(LogicalOver over) =>
        over.Order is [{ Descending: false } time, ..] && IsRowtime(over.Input, time.Column) && over.Calls.All(call => call.LooksBack);

    /// <summary>True if a column carries the watermark.</summary>
    public static bool IsRowtime(LogicalNode node, int column) => node switch
    {
        LogicalScan scan => scan.Table.Rowtime is { } rowtime && scan.Columns[column] == rowtime,
        LogicalJoin join when WindowJoins.EndsOf(join) is not null => column < join.Left.Schema.Count
            ? !join.Kind.KeepsRight() && IsRowtime(join.Left, column)
            : !join.Kind.KeepsLeft() && IsRowtime(join.Right, column - join.Left.Schema.Count),
        LogicalFilter { Input: LogicalJoin join } filter when WindowJoins.EndsOf(join) is null => IsRowtime(join, column, filter.Predicate),
        LogicalFilter filter => IsRowtime(filter.Input, column),
        LogicalJoin join => IsRowtime(join, column, null),
        LogicalProject project => project.Projections[column] is BoundColumn reference && IsRowtime(project.Input, reference.Index),
        LogicalExpand expand => expand.Keeps(column) && IsRowtime(expand.Input, column - 1),
        LogicalCorrelate correlate => column < correlate.Kept.Count && IsRowtime(correlate.Input, correlate.Kept[column]),
        LogicalTemporalJoin join => column == join.LeftTime,
        LogicalLookupJoin join => column < join.Input.Schema.Count && IsRowtime(join.Input, column),
        LogicalUnion union => union.Inputs.All(input => IsRowtime(input, column)),
        LogicalProctime proctime => column == proctime.Column,
        LogicalOver over when IsInTime(over) => column < over.Input.Schema.Count && IsRowtime(over.Input, column),
        LogicalTopN or LogicalOver => ClosedWindowKind(node, column) == WindowPropertyKind.Time,
        LogicalWindowTable or LogicalAggregate or LogicalWindowAggregate => WindowKind(node, column) == WindowPropertyKind.Time,
        _ => false,
    };

    // Both times of an interval join carry the watermark, which it holds back.
    static bool IsRowtime(LogicalJoin join, int column, BoundExpression? further) =>
        IntervalBounds.Of(join, further)?.KeepsTime(join, column) == true;
}
