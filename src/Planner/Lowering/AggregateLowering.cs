using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;
using SqlStream.Planner.Properties;

namespace SqlStream.Planner.Lowering;

/// <summary>Aggregations as operators over rows that are partitioned by group.</summary>
sealed class AggregateLowering(RuntimeMode mode)
{
    /// <summary>Groups that change as rows come, or that are emitted once at the end.</summary>
    public PhysicalNode Lower(LogicalAggregate aggregate, PhysicalNode input)
    {
        var finalOnly = mode != RuntimeMode.Streaming && input.IsBounded;
        return new PhysicalGroupAggregate(
            Partitioned(input, aggregate.Keys), aggregate.Keys, Calls(aggregate.Aggregates, input),
            EmitsUpdateBefore: !finalOnly && aggregate.Aggregates.Count > 0, finalOnly);
    }

    /// <summary>Groups that are emitted once, when their window ends.</summary>
    public PhysicalNode Lower(LogicalWindowAggregate aggregate, PhysicalNode input)
    {
        var partitioned = Partitioned(input, aggregate.Keys);
        var calls = Calls(aggregate.Aggregates, input);
        if (aggregate.Window.IsRowWise || calls.All(IsMergeable))
            return new PhysicalWindowAggregate(partitioned, aggregate.Window, aggregate.Keys, calls, aggregate.Properties);
        // What cannot be put together from slices is computed window by window.
        var windows = new PhysicalWindowTable(partitioned, aggregate.Window);
        var attached = new AttachedSpec(input.Schema.Count + 2, aggregate.Window);
        return new PhysicalWindowAggregate(windows, attached, aggregate.Keys, calls, aggregate.Properties);
    }

    static bool IsMergeable(BoundAggregate aggregate) => aggregate.Call is FixedAggregate { IsMergeable: true } && !aggregate.Distinct;

    // State is kept under the hash of the key, so that the hash must be of the same columns in the same order.
    static PhysicalNode Partitioned(PhysicalNode input, ValueList<int> keys)
    {
        if (Distribution.Of(input) is { } known && known == keys)
            return input;
        return new PhysicalExchange(input, keys.IsEmpty ? ExchangeKind.Single : ExchangeKind.Hash, keys);
    }

    static ValueList<BoundAggregate> Calls(ValueList<LogicalAggregateCall> calls, PhysicalNode input) =>
        input.Changelog.IsAppendOnly ? calls.Map(call => call.Call) : calls.Map(call => Retracting(call, input));

    static BoundAggregate Retracting(LogicalAggregateCall call, PhysicalNode input) => call.Retracting is { } retracting
        ? call.Call with { Call = retracting }
        : throw PlanErrors.CannotRetract(call.Span, call.Call.Function.Name, UpdateOrigin.Describe(input));
}
