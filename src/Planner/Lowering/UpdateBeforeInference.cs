using System.Diagnostics;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>Decides from the roots down which aggregations must emit -U rows: those whose consumer cannot tell from the
/// key alone what an update replaces.</summary>
static class UpdateBeforeInference
{
    /// <summary>The plan under a root with every aggregation told what to emit.</summary>
    public static PhysicalNode Apply(PhysicalNode root) => Visit(root, isNeeded: true);

    static PhysicalNode Visit(PhysicalNode node, bool isNeeded)
    {
        if (node is PhysicalGroupAggregate group)
        {
            node = group with { EmitsUpdateBefore = isNeeded && !group.FinalOnly && !group.Aggregates.IsEmpty };
            isNeeded = true;
        }
        else if (node is PhysicalTopN top)
        {
            node = top with { EmitsUpdateBefore = isNeeded && !top.IsFinal && top.ReplacesRows };
            isNeeded = true;
        }
        else if (node is PhysicalOver over)
        {
            node = over with { EmitsUpdateBefore = isNeeded && over.Mode == OverMode.Changing };
            isNeeded = true;
        }
        else
        {
            isNeeded = NeededBelow(node, isNeeded);
        }
        return node.Children.IsEmpty ? node : node.WithChildren(node.Children.Map(child => Visit(child, isNeeded)));
    }

    static bool NeededBelow(PhysicalNode node, bool isNeeded) => node switch
    {
        PhysicalSink sink => sink.Sink.Accepts.HasUpdateBefore || !SinkKeys.Match(sink),
        // A filter must see what an update replaces: the new row may not pass where the old one did.
        PhysicalCalc calc => isNeeded || calc.Predicate is not null,
        PhysicalExchange or PhysicalWatermarkAssigner or PhysicalProctimeAssigner or PhysicalWindowTable or PhysicalExpand => isNeeded,
        PhysicalScan or PhysicalValues or PhysicalChangelogNormalize => false,
        PhysicalUpsertMaterialize or PhysicalLocalAggregate or PhysicalWindowAggregate or PhysicalSessionTable or PhysicalSort or PhysicalLimit or PhysicalReplicate or PhysicalCorrelate or PhysicalUnion or PhysicalLookupJoin or PhysicalJoin or PhysicalIntervalJoin or PhysicalTemporalJoin or PhysicalWindowJoin or PhysicalCollect => true,
        _ => throw new UnreachableException($"node {node.Stem} has no rule for -U rows"),
    };
}
