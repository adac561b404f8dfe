using SqlStream.Core.Types;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>Functions with OVER as an operator over the rows of each partition.</summary>
sealed class OverLowering(RuntimeMode mode, TimeSpan stateTtl)
{
    /// <summary>The operator over an input.</summary>
    public PhysicalNode Lower(LogicalOver over, PhysicalNode input)
    {
        var isFinal = mode != RuntimeMode.Streaming && input.IsBounded;
        // By the time of processing the clock says when a row is given.
        if (!isFinal && over.Calls.All(call => call.LooksBack) && IsByClock(over.Order, over.Input, input))
            input = new PhysicalProctimeAssigner(input, over.Order[0].Column);
        var when = isFinal ? OverMode.Final : over.Calls.All(call => call.LooksBack) && IsInTime(over.Order, input) ? OverMode.Time : OverMode.Changing;
        var ttl = when == OverMode.Final || over.Partition.IsEmpty ? TimeSpan.Zero : stateTtl;
        return new PhysicalOver(
            AggregateLowering.Partitioned(input, over.Partition), over.Partition, over.Order, over.Calls, when, EmitsUpdateBefore: when == OverMode.Changing)
        { TtlMillis = (long)ttl.TotalMilliseconds };
    }

    /// <summary>True for an order by the time at which rows are processed, of rows that only come.</summary>
    public static bool IsByClock(ValueList<SortKey> order, LogicalNode node, PhysicalNode input) =>
        input.Changelog.IsAppendOnly && order is [{ Descending: false } time, ..] && ProcessingTime.IsColumn(node, time.Column);

    /// <summary>True for an order by the time of rows that only come: they are final when the watermark has passed them.</summary>
    public static bool IsInTime(ValueList<SortKey> order, PhysicalNode input) =>
        input.Changelog.IsAppendOnly && order is [{ Descending: false } time, ..] && input.RowtimeColumns.Contains(time.Column)
        && input.Schema[time.Column].Type.Layout == ColumnLayout.Int64;
}
