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
    public PhysicalNode Lower(LogicalWindowAggregate aggregate, PhysicalNode input) => new PhysicalWindowAggregate(
        Partitioned(input, aggregate.Keys), aggregate.Window, aggregate.Keys, Calls(aggregate.Aggregates, input), aggregate.Properties);

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
