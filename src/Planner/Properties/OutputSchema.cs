using System.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Properties;

/// <summary>The columns of an operator's output.</summary>
static class OutputSchema
{
    public static Schema Of(PhysicalNode node) => node switch
    {
        PhysicalScan scan => scan.Table.Schema.Select(scan.ReadColumns),
        PhysicalValues values => values.Columns,
        PhysicalCalc calc => new([.. calc.Projections.Select((projection, i) => new Field(calc.Names[i], projection.Type))]),
        PhysicalGroupAggregate group => new([.. Grouped(group.Input, group.Keys, group.Aggregates)]),
        PhysicalWindowAggregate window => new([
            .. Grouped(window.Input, window.Keys, window.Aggregates),
            .. window.Properties.Select(property => new Field(property.Name, property.Type))]),
        PhysicalLocalAggregate local => new([.. Partials(local)]),
        PhysicalWindowTable table => new([
            .. table.Input.Schema.Fields,
            .. table.Properties.Select(property => new Field(property.Name, property.Type))]),
        PhysicalSessionTable table => new([
            .. table.Input.Schema.Fields,
            .. table.Properties.Select(property => new Field(property.Name, property.Type))]),
        PhysicalExpand expand => LogicalExpand.Columns(expand.Input.Schema, expand.Keys, expand.Sets),
        PhysicalCorrelate correlate => correlate.Columns,
        PhysicalLookupJoin join => join.Columns,
        PhysicalReplicate replicate => replicate.Input.Schema.Select(Enumerable.Range(0, replicate.Input.Schema.Count - 1)),
        PhysicalUnion union => Widened(union.Inputs),
        PhysicalWindowJoin join => join.Kind.Columns(join.Left.Schema, join.Right.Schema),
        PhysicalOver over => LogicalOver.Columns(over.Input.Schema, over.Calls),
        PhysicalTopN top => LogicalTopN.Columns(top.Input.Schema, top.RankName),
        PhysicalJoin join => join.Kind.Columns(join.Left.Schema, join.Right.Schema),
        PhysicalTemporalJoin join => join.Kind.Columns(join.Left.Schema, join.Right.Schema),
        PhysicalIntervalJoin join => join.Kind.Columns(join.Left.Schema, join.Right.Schema),
        PhysicalUpsertMaterialize or PhysicalWatermarkAssigner or PhysicalProctimeAssigner or PhysicalChangelogNormalize or PhysicalSort or PhysicalLimit or PhysicalExchange or PhysicalSink or PhysicalCollect =>
            node.Children[0].Schema,
        _ => throw new UnreachableException($"node {node.Stem} has no schema"),
    };

    static IEnumerable<Field> Grouped(PhysicalNode input, ValueList<int> keys, ValueList<BoundAggregate> aggregates) =>
        keys.Select(key => input.Schema[key])
            .Concat(aggregates.Select(aggregate => new Field(aggregate.Name, aggregate.Call.ReturnType)));

    static IEnumerable<Field> Partials(PhysicalLocalAggregate local)
    {
        var keys = local.Keys.Select(key => local.Input.Schema[key]);
        var time = local.Window is { } window ? new[] { local.Input.Schema[window.TimeColumn] } : [];
        return [.. keys, .. time, new Field("partial", SqlType.Bytes.WithNullability(false))];
    }

    static Schema Widened(ValueList<PhysicalNode> inputs) => new([.. inputs[0].Schema.Fields.Select((field, i) =>
        field with { Type = field.Type.WithNullability(inputs.Any(input => input.Schema[i].Type.IsNullable)) })]);
}
