using SqlStream.Planner.Expressions;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Logical;

/// <summary>Columns of rows that come when their window closes: after a watermark only such come whose window_end is later.</summary>
static class ClosedWindows
{
    /// <summary>The column of window_end, and what a column is later than it by in microseconds, which is negative for window_start; null where it tells
    /// neither, or where the column of window_end was left out.</summary>
    public static (int End, long Micros)? Find(LogicalNode node, int column)
    {
        if (Property(node, column) is not { } found)
            return null;
        if (found.Kind == WindowPropertyKind.End)
            return (column, 0);
        if (found.Kind != WindowPropertyKind.Start || SizeMicros(found.Window) is not { } size)
            return null;
        for (var end = 0; end < node.Schema.Count; end++)
        {
            if (Property(node, end)?.Kind == WindowPropertyKind.End)
                return (end, -size);
        }
        return null;
    }

    // Only what lets the rows of an aggregation through in their order. A key that tells of a window tells of one that had closed before.
    static (WindowPropertyKind Kind, WindowSpec Window)? Property(LogicalNode node, int column) => node switch
    {
        LogicalFilter filter => Property(filter.Input, column),
        LogicalProject project => project.Projections[column] is BoundColumn reference ? Property(project.Input, reference.Index) : null,
        LogicalWindowAggregate aggregate => column - aggregate.Keys.Count - aggregate.Aggregates.Count is >= 0 and var property
            ? (aggregate.Properties[property].Kind, aggregate.Window)
            : null,
        _ => null,
    };

    static long? SizeMicros(WindowSpec window) => window switch
    {
        TumbleSpec tumble => tumble.SizeMicros,
        HopSpec hop => hop.SizeMicros,
        AttachedSpec attached => SizeMicros(attached.Assigned),
        _ => null,
    };
}
