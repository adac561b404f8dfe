using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;
using SqlStream.Planner.Properties;

namespace SqlStream.Planner.Lowering;

/// <summary>Aggregations as operators over rows that are partitioned by group.</summary>
sealed class AggregateLowering(RuntimeMode mode, AggregatePhases phases, TimeSpan stateTtl)
{
    /// <summary>Groups that change as rows come, or that are emitted once at the end.</summary>
    public PhysicalNode Lower(LogicalAggregate aggregate, PhysicalNode input)
    {
        var finalOnly = mode != RuntimeMode.Streaming && input.IsBounded;
        var calls = Calls(aggregate.Aggregates, input);
        var (partitioned, keys) = Partitioned(input, null, aggregate.Keys, calls);
        var ttl = finalOnly ? TimeSpan.Zero : aggregate.Ttl ?? stateTtl;
        return new PhysicalGroupAggregate(partitioned, keys, calls, EmitsUpdateBefore: !finalOnly && calls.Count > 0, finalOnly)
        {
            TtlMillis = (long)ttl.TotalMilliseconds,
        };
    }

    /// <summary>Groups that are emitted once, when their window ends.</summary>
    public PhysicalNode Lower(LogicalWindowAggregate aggregate, PhysicalNode input)
    {
        var calls = Calls(aggregate.Aggregates, input);
        if (aggregate.Window is SessionSpec session)
            return Sessions(aggregate, session, input, calls);
        if (aggregate.Window.IsRowWise || calls.All(IsMergeable))
        {
            var (partitioned, keys) = Partitioned(input, aggregate.Window, aggregate.Keys, calls);
            var window = PhysicalLocalAggregate.Below(partitioned) is null ? aggregate.Window : aggregate.Window.WithTimeColumn(keys.Count);
            return new PhysicalWindowAggregate(partitioned, window, keys, calls, aggregate.Properties);
        }
        // What cannot be put together from slices is computed window by window.
        var windows = new PhysicalWindowTable(Partitioned(input, aggregate.Keys), aggregate.Window);
        var attached = new AttachedSpec(input.Schema.Count + 2, aggregate.Window);
        return new PhysicalWindowAggregate(windows, attached, aggregate.Keys, calls, aggregate.Properties);
    }

    // Sessions that become one add their accumulators; where those cannot be added, the rows are kept until their session is closed.
    static PhysicalNode Sessions(LogicalWindowAggregate aggregate, SessionSpec session, PhysicalNode input, ValueList<BoundAggregate> calls)
    {
        var partitioned = Partitioned(input, aggregate.Keys);
        if (calls.All(IsMergeable))
            return new PhysicalWindowAggregate(partitioned, session, aggregate.Keys, calls, aggregate.Properties);
        var windows = new PhysicalSessionTable(partitioned, session, aggregate.Keys);
        var start = input.Schema.Count;
        var keys = aggregate.Keys.Add(start);
        var others = aggregate.Properties.Where(property => property.Kind != WindowPropertyKind.Start).ToList();
        var grouped = new PhysicalWindowAggregate(
            Partitioned(windows, keys), new AttachedSpec(start + 2, session), keys, calls, [.. others]);
        var first = keys.Count + calls.Count;
        return Calcs.Pick(
            grouped,
            [
                .. Enumerable.Range(0, aggregate.Keys.Count),
                .. Enumerable.Range(keys.Count, calls.Count),
                .. aggregate.Properties.Select(property => property.Kind == WindowPropertyKind.Start ? keys.Count - 1 : first + others.IndexOf(property)),
            ]);
    }

    static bool IsMergeable(BoundAggregate aggregate) => aggregate.Call is FixedAggregate { IsMergeable: true } && !aggregate.Distinct;

    // The input of an aggregation, and where its keys are then.
    (PhysicalNode Input, ValueList<int> Keys) Partitioned(PhysicalNode input, WindowSpec? window, ValueList<int> keys, ValueList<BoundAggregate> calls)
    {
        var partitioned = Partitioned(input, keys);
        if (ReferenceEquals(partitioned, input) || !IsFoldedBefore(input, keys) || !calls.All(IsMergeable) || (window is not null && LateRows.AreKept(input)))
            return (partitioned, keys);
        var local = new PhysicalLocalAggregate(input, window, keys, calls);
        ValueList<int> moved = [.. Enumerable.Range(0, keys.Count)];
        return (Partitioned(local, moved), moved);
    }

    // Where all rows come together in one subtask, each of the others should send it little; elsewhere groups are mostly too many for that to pay.
    bool IsFoldedBefore(PhysicalNode input, ValueList<int> keys) => phases switch
    {
        AggregatePhases.One => false,
        AggregatePhases.Two => true,
        _ => keys.IsEmpty || HasTotal(input),
    };

    static bool HasTotal(PhysicalNode input) => input switch
    {
        PhysicalExpand expand => expand.Sets.Any(set => set.IsEmpty),
        PhysicalCalc calc => HasTotal(calc.Input),
        _ => false,
    };

    /// <summary>The rows of an input in the subtasks of their keys, in one subtask where there are no keys.</summary>
    /// <remarks>State is kept under the hash of the key, so that the hash must be of the same columns in the same order.</remarks>
    public static PhysicalNode Partitioned(PhysicalNode input, ValueList<int> keys)
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
