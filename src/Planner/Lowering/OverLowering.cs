using SqlStream.Core.Types;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>Functions with OVER as an operator over the rows of each partition.</summary>
sealed class OverLowering(RuntimeMode mode)
{
    /// <summary>The operator over an input.</summary>
    public PhysicalNode Lower(LogicalOver over, PhysicalNode input)
    {
        var when = mode != RuntimeMode.Streaming && input.IsBounded ? OverMode.Final : over.Calls.All(call => call.LooksBack) && IsInTime(over.Order, input) ? OverMode.Time : OverMode.Changing;
        return new PhysicalOver(
            AggregateLowering.Partitioned(input, over.Partition), over.Partition, over.Order, over.Calls, when, EmitsUpdateBefore: when == OverMode.Changing);
    }

    /// <summary>True for an order by the time of rows that only come: they are final when the watermark has passed them.</summary>
    public static bool IsInTime(ValueList<SortKey> order, PhysicalNode input) =>
        input.Changelog.IsAppendOnly && order is [{ Descending: false } time, ..] && input.RowtimeColumns.Contains(time.Column)
        && input.Schema[time.Column].Type.Layout == ColumnLayout.Int64;
}
