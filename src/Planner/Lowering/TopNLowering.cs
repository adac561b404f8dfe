using SqlStream.Core.Types;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>Top-N as an operator over the rows of each partition.</summary>
sealed class TopNLowering(RuntimeMode mode, TimeSpan stateTtl)
{
    /// <summary>The Top-N of an input.</summary>
    public PhysicalNode Lower(LogicalTopN top, PhysicalNode input)
    {
        var window = WindowOf(top);
        var finalOnly = window is null && mode != RuntimeMode.Streaming && input.IsBounded;
        // The last row in time is the one that came last.
        var laterFirst = top.Kind == RankKind.RowNumber && top.Order is [{ Descending: true } time]
            && (input.RowtimeColumns.Contains(time.Column) || (window is not null && TimeAttributes.IsTimeInWindow(top.Input, time.Column)));
        var node = Node(input, top.Partition, top.Order, top.Kind, top.First, top.Last, top.RankName, laterFirst, finalOnly, window);
        return node.IsFinal || node.Partition.IsEmpty ? node : node with { TtlMillis = (long)stateTtl.TotalMilliseconds };
    }

    /// <summary>ORDER BY and LIMIT of an input that changes or does not end: the rows that are the first ones at the time. Of a bounded one
    /// they come at its end, in their order.</summary>
    public static PhysicalNode Lower(LogicalSort sort, PhysicalNode input) => Node(
        input, [], sort.Keys, RankKind.RowNumber, sort.Offset + 1, sort.Fetch is { } rows && rows < long.MaxValue - sort.Offset ? sort.Offset + rows : long.MaxValue,
        null, laterFirst: false, finalOnly: input.IsBounded, window: null);

    static TopNWindow? WindowOf(LogicalTopN top) => TimeAttributes.EndOfPartition(top.Input, top.Partition) is { } end
        ? new TopNWindow(
            end, [.. Enumerable.Range(0, top.Input.Schema.Count).Where(i => TimeAttributes.ClosedWindowKind(top.Input, i) == WindowPropertyKind.Time)])
        : null;

    static PhysicalTopN Node(
        PhysicalNode input, ValueList<int> partition, ValueList<SortKey> order, RankKind kind, long first, long last, string? rank, bool laterFirst,
        bool finalOnly, TopNWindow? window)
    {
        var node = new PhysicalTopN(
            AggregateLowering.Partitioned(input, partition), partition, order, kind, first, last, rank, laterFirst, EmitsUpdateBefore: true, finalOnly, window);
        return node with { EmitsUpdateBefore = node.ReplacesRows && !node.IsFinal };
    }
}
