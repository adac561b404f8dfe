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
        var when = mode != RuntimeMode.Streaming && input.IsBounded ? OverMode.Final : IsInTime(over, input) ? OverMode.Time : OverMode.Changing;
        return new PhysicalOver(
            AggregateLowering.Partitioned(input, over.Partition), over.Partition, over.Order, over.Calls, when, EmitsUpdateBefore: when == OverMode.Changing);
    }

    // Rows in the order of their time are final when the watermark has passed them.
    static bool IsInTime(LogicalOver over, PhysicalNode input) =>
        input.Changelog.IsAppendOnly && over.Order is [{ Descending: false } time, ..] && input.RowtimeColumns.Contains(time.Column)
        && input.Schema[time.Column].Type.Layout == ColumnLayout.Int64 && over.Calls.All(call => call.LooksBack);
}
