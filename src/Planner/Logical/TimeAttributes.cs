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
            case LogicalUnnest unnest:
                return column < unnest.Kept.Count ? WindowKind(unnest.Input, unnest.Kept[column]) : null;
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

    /// <summary>True if an aggregation groups by the start and the end of a window.</summary>
    public static bool IsWindowed(LogicalAggregate aggregate)
    {
        var kinds = aggregate.Keys.Select(key => WindowKind(aggregate.Input, key)).ToHashSet();
        return kinds.Contains(WindowPropertyKind.Start) && kinds.Contains(WindowPropertyKind.End);
    }

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
        LogicalUnnest unnest => column < unnest.Kept.Count && IsRowtime(unnest.Input, unnest.Kept[column]),
        LogicalTemporalJoin join => column == join.LeftTime,
        LogicalLookupJoin join => column < join.Input.Schema.Count && IsRowtime(join.Input, column),
        LogicalUnion union => union.Inputs.All(input => IsRowtime(input, column)),
        LogicalProctime proctime => column == proctime.Column,
        LogicalOver over => column < over.Input.Schema.Count && IsRowtime(over.Input, column) && IsInTime(over),
        LogicalWindowTable or LogicalAggregate or LogicalWindowAggregate => WindowKind(node, column) == WindowPropertyKind.Time,
        _ => false,
    };

    // Both times of an interval join carry the watermark, which it holds back.
    static bool IsRowtime(LogicalJoin join, int column, BoundExpression? further) =>
        IntervalBounds.Of(join, further)?.KeepsTime(join, column) == true;
}
