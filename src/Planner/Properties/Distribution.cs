using SqlStream.Core.Types;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Properties;

/// <summary>How the rows of an operator's output are spread over its subtasks.</summary>
static class Distribution
{
    /// <summary>The columns whose hash decides the subtask, in the order of the hash; empty if all rows are in one
    /// subtask; null if nothing is known.</summary>
    public static ValueList<int>? Of(PhysicalNode node) => node switch
    {
        PhysicalExchange exchange => exchange.Keys,
        PhysicalCalc calc => Calc(calc),
        PhysicalGroupAggregate group => [.. Enumerable.Range(0, group.Keys.Count)],
        PhysicalWindowAggregate window => [.. Enumerable.Range(0, window.Keys.Count)],
        PhysicalUpsertMaterialize or PhysicalWatermarkAssigner or PhysicalLookupJoin or PhysicalChangelogNormalize or PhysicalWindowTable or PhysicalSessionTable => Of(node.Children[0]),
        PhysicalProctimeAssigner assigner => Of(assigner.Input) is { } keys && !keys.Contains(assigner.Column) ? keys : null,
        PhysicalReplicate replicate => Of(replicate.Input) is { } keys && !keys.Contains(replicate.Schema.Count) ? keys : null,
        PhysicalCorrelate correlate => Of(correlate.Input)?.Map(key => UpsertKeySets.IndexOf(correlate.Kept, key)) is { } keys && !keys.Contains(-1) ? keys : null,
        PhysicalTopN top => top.Partition,
        PhysicalOver over => over.Partition,
        PhysicalJoin { Kind: not JoinType.Full } join => join.LeftKeys,
        PhysicalWindowJoin { Kind: not JoinType.Full } join => join.LeftKeys,
        PhysicalTemporalJoin join => join.LeftKeys,
        PhysicalIntervalJoin { Kind: not JoinType.Full } join => join.LeftKeys,
        PhysicalSort or PhysicalLimit or PhysicalValues => ValueList<int>.Empty,
        _ => null,
    };

    static ValueList<int>? Calc(PhysicalCalc calc)
    {
        if (Of(calc.Input) is not { } keys)
            return null;
        var mapped = keys.Map(key => UpsertKeySets.Projected(calc.Projections, key));
        return mapped.Contains(-1) ? null : mapped;
    }
}
