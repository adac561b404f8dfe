using System.Diagnostics;
using SqlStream.Core.Connect;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Properties;

/// <summary>Which kinds of rows an operator emits.</summary>
static class Changelogs
{
    public static ChangelogMode Of(PhysicalNode node) => node switch
    {
        PhysicalScan scan => scan.Source.Changelog,
        PhysicalValues or PhysicalLocalAggregate or PhysicalWindowAggregate or PhysicalWindowJoin or PhysicalIntervalJoin or PhysicalTemporalJoin or PhysicalSort or PhysicalLimit => ChangelogMode.AppendOnly,
        PhysicalCalc calc => Calc(calc),
        PhysicalChangelogNormalize => ChangelogMode.Retract,
        PhysicalGroupAggregate group => Group(group),
        PhysicalJoin join => Join(join),
        PhysicalUpsertMaterialize => new ChangelogMode(HasUpdateBefore: false, HasUpdateAfter: true, HasDelete: true),
        PhysicalSessionTable table => ChangelogMode.AppendOnly with { HasDelete = !table.Input.Changelog.IsAppendOnly },
        PhysicalTopN top => TopN(top),
        PhysicalOver over => over.Mode != OverMode.Changing
            ? ChangelogMode.AppendOnly
            : new ChangelogMode(HasUpdateBefore: over.EmitsUpdateBefore, HasUpdateAfter: true, HasDelete: !over.Input.Changelog.IsAppendOnly),
        PhysicalReplicate { Input.Changelog: { IsAppendOnly: false } } or PhysicalCorrelate { Input.Changelog: { IsAppendOnly: false } }
            or PhysicalLookupJoin { Input.Changelog: { IsAppendOnly: false } } =>
            new ChangelogMode(HasUpdateBefore: false, HasUpdateAfter: false, HasDelete: true),
        PhysicalUnion union => union.Inputs.Select(input => input.Changelog).Aggregate(Either),
        PhysicalWatermarkAssigner or PhysicalProctimeAssigner or PhysicalWindowTable or PhysicalExpand or PhysicalCorrelate or PhysicalLookupJoin or PhysicalReplicate or PhysicalExchange or PhysicalSink or PhysicalCollect => node.Children[0].Changelog,
        _ => throw new UnreachableException($"node {node.Stem} has no changelog mode"),
    };

    /// <summary>The kinds of either of two streams.</summary>
    public static ChangelogMode Either(ChangelogMode left, ChangelogMode right) => new(
        left.HasUpdateBefore || right.HasUpdateBefore, left.HasUpdateAfter || right.HasUpdateAfter, left.HasDelete || right.HasDelete);

    // A filter makes a delete of an update whose new row does not pass.
    static ChangelogMode Calc(PhysicalCalc calc)
    {
        var input = calc.Input.Changelog;
        return calc.Predicate is null ? input : input with { HasDelete = input.HasDelete || input.HasUpdateAfter };
    }

    // Pairs come and go as a whole; what comes out for want of a pair goes when there is one.
    static ChangelogMode Join(PhysicalJoin join)
    {
        var waits = join.Kind is JoinType.Left or JoinType.Full or JoinType.Anti && !join.FinalOnly;
        return ChangelogMode.AppendOnly with { HasDelete = waits || !join.Left.Changelog.IsAppendOnly || !join.Right.Changelog.IsAppendOnly };
    }

    // Rows give way to others, or are replaced by them; of an append-only input none is missing again.
    static ChangelogMode TopN(PhysicalTopN top) => top switch
    {
        { IsFinal: true } => ChangelogMode.AppendOnly,
        { ReplacesRows: true } => new ChangelogMode(
            HasUpdateBefore: top.EmitsUpdateBefore, HasUpdateAfter: true, HasDelete: !top.Input.Changelog.IsAppendOnly),
        _ => ChangelogMode.AppendOnly with { HasDelete = true },
    };

    // A group appears with its first row, changes while it has aggregates, and goes with its last row.
    static ChangelogMode Group(PhysicalGroupAggregate group)
    {
        if (group.FinalOnly)
            return ChangelogMode.AppendOnly;
        var changes = !group.Aggregates.IsEmpty;
        return new ChangelogMode(
            HasUpdateBefore: changes && group.EmitsUpdateBefore,
            HasUpdateAfter: changes,
            HasDelete: !group.Rows.Changelog.IsAppendOnly);
    }
}
