using System.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Properties;

/// <summary>Which columns of an operator's output carry the watermark.</summary>
static class WatermarkColumns
{
    public static ValueList<int> Of(PhysicalNode node) => node switch
    {
        PhysicalScan or PhysicalValues => [],
        PhysicalWatermarkAssigner assigner => [assigner.RowtimeIndex],
        PhysicalProctimeAssigner assigner => [assigner.Column],
        PhysicalCalc calc => [.. Enumerable.Range(0, calc.Projections.Count).Where(i => IsRowtime(calc.Projections[i], calc.Input))],
        PhysicalUpsertMaterialize or PhysicalGroupAggregate or PhysicalSort or PhysicalTopN { Window: null } or PhysicalJoin => [],
        PhysicalTopN { Window: { } window } top => [.. window.Times.Where(top.Input.RowtimeColumns.Contains)],
        PhysicalOver over => over.Mode == OverMode.Changing ? [] : over.Input.RowtimeColumns,
        PhysicalTemporalJoin join => [join.LeftTime],
        PhysicalIntervalJoin join => join.Times,
        PhysicalWindowAggregate window => Window(window),
        PhysicalWindowJoin join => [
            .. join.Kind.KeepsRight() ? [] : join.LeftTimes.Where(join.Left.RowtimeColumns.Contains),
            .. join.Kind is JoinType.Inner ? join.RightTimes.Where(join.Right.RowtimeColumns.Contains).Select(column => column + join.Left.Schema.Count) : []],
        PhysicalLocalAggregate local => local.Window is { } window && local.Input.RowtimeColumns.Contains(window.TimeColumn) ? [local.Keys.Count] : [],
        PhysicalWindowTable or PhysicalSessionTable => [node.Children[0].Schema.Count + 2],
        PhysicalExpand expand => [.. expand.Input.RowtimeColumns.Where(expand.Keeps).Select(column => column + 1)],
        PhysicalCorrelate correlate => [.. Enumerable.Range(0, correlate.Kept.Count).Where(i => correlate.Input.RowtimeColumns.Contains(correlate.Kept[i]))],
        PhysicalReplicate replicate => [.. replicate.Input.RowtimeColumns.Where(column => column < replicate.Schema.Count)],
        PhysicalUnion union => [.. union.Inputs[0].RowtimeColumns
            .Where(column => union.Inputs.All(input => input.RowtimeColumns.Contains(column)))],
        PhysicalLookupJoin or PhysicalChangelogNormalize or PhysicalLimit or PhysicalExchange or PhysicalSink or PhysicalCollect => node.Children[0].RowtimeColumns,
        _ => throw new UnreachableException($"node {node.Stem} has no watermark columns"),
    };

    // The time of a row's window is never before the time of the row.
    static bool IsRowtime(BoundExpression projection, PhysicalNode input) => projection switch
    {
        BoundColumn column => input.RowtimeColumns.Contains(column.Index),
        BoundCall { Function: WindowFunction { Kind: WindowPropertyKind.Time } } call => IsRowtime(call.Arguments[0], input),
        _ => false,
    };

    static ValueList<int> Window(PhysicalWindowAggregate window)
    {
        var first = window.Keys.Count + window.Aggregates.Count;
        return [.. Enumerable.Range(0, window.Properties.Count)
            .Where(i => window.Properties[i].Kind == WindowPropertyKind.Time)
            .Select(i => first + i)];
    }
}
