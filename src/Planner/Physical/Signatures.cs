using System.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Physical;

/// <summary>State signatures of operators, and the lineage of columns in them.</summary>
static class Signatures
{
    public static string Of(PhysicalNode node) => node switch
    {
        PhysicalScan scan => scan.TableName,
        PhysicalValues values => $"({values.Columns})",
        PhysicalWatermarkAssigner assigner => Lineage(assigner.Input, assigner.RowtimeIndex),
        PhysicalProctimeAssigner assigner => $"clock of {Origins(assigner.Input)}",
        PhysicalChangelogNormalize normalize => $"key: {Columns(normalize.Input, normalize.Keys)} row: {AllColumns(normalize.Input)}",
        PhysicalUpsertMaterialize materialize => $"key: {Columns(materialize.Input, materialize.Keys)} row: {AllColumns(materialize.Input)} from: {Origins(materialize.Input)}",
        PhysicalGroupAggregate group => $"{(group.NumbersGroups ? "numbered " : "")}{Groups(group.Input, group.Keys)}",
        // The accumulators of a session lie together with its times: they are those of just these calls.
        PhysicalWindowAggregate { Window: SessionSpec } window =>
            $"{Window(window)} {Groups(window.Input, window.Keys)} calls: {string.Join(", ", window.Aggregates.Select(call => $"{Call(window.Input, call)} {call.Call.StateLayout}"))}",
        PhysicalWindowAggregate window => $"{Window(window)} {Groups(window.Input, window.Keys)}",
        PhysicalSessionTable table =>
            $"{Window(table.Input, table.Window)} key: {Columns(table.Input, table.Keys)} row: {AllColumns(table.Input)} from: {Origins(table.Input)}",
        PhysicalSort sort => $"{Columns(sort.Input, [.. sort.Keys.Select(key => key.Column)])} row: {AllColumns(sort.Input)}",
        PhysicalTopN top => $"{top.Kind} {top.First} to {top.Last} {top.LaterFirst}{(top.Window is null ? "" : " in window")} of {(top.Input.Changelog.IsAppendOnly ? "new" : "all")} key: {Columns(top.Input, top.Partition)} order: {Order(top.Input, top.Order)} row: {AllColumns(top.Input)} from: {Origins(top.Input)}",
        PhysicalOver over => Over(over),
        PhysicalLimit limit => Origins(limit.Input),
        PhysicalSink sink => sink.SinkId,
        PhysicalWindowJoin join => $"{join.Kind} key: {Columns(join.Left, join.LeftKeys)} = {Columns(join.Right, join.RightKeys)} rows: {AllColumns(join.Left)} | {AllColumns(join.Right)} from: {Origins(join.Left)} | {Origins(join.Right)}",
        PhysicalJoin join => $"{join.Kind}{(join.LeftTtlMillis > 0 ? " left ttl" : "")}{(join.RightTtlMillis > 0 ? " right ttl" : "")} key: {Columns(join.Left, join.LeftKeys)} = {Columns(join.Right, join.RightKeys)}{(join.NullKeys.IsEmpty ? "" : $" nulls: {string.Join(',', join.NullKeys)}")} rows: {AllColumns(join.Left)} | {AllColumns(join.Right)} from: {Origins(join.Left)} | {Origins(join.Right)}",
        PhysicalIntervalJoin join => $"{join.Kind} key: {Columns(join.Left, join.LeftKeys)} = {Columns(join.Right, join.RightKeys)} "
            + $"time: {Lineage(join.Left, join.LeftTime)} - {Lineage(join.Right, join.RightTime)} between {join.LowerMicros} and {join.UpperMicros} {(join.WindowInput is { } input ? $"windows: {input} " : "")}"
            + $"rows: {AllColumns(join.Left)} | {AllColumns(join.Right)} from: {Origins(join.Left)} | {Origins(join.Right)}",
        PhysicalTemporalJoin join => $"{join.Kind} key: {Columns(join.Left, join.LeftKeys)} = {Columns(join.Right, join.RightKeys)} "
            + $"time: {Lineage(join.Left, join.LeftTime)} and {Lineage(join.Right, join.RightTime)} "
            + $"rows: {AllColumns(join.Left)} | {AllColumns(join.Right)} from: {Origins(join.Left)} | {Origins(join.Right)}",
        PhysicalLookupJoin { Policy.Retry: not null } join => $"{join.TableName} row: {AllColumns(join.Input)} from: {Origins(join.Input)}",
        PhysicalCalc or PhysicalLocalAggregate or PhysicalWindowTable or PhysicalExpand or PhysicalCorrelate or PhysicalLookupJoin or PhysicalReplicate or PhysicalExchange or PhysicalUnion or PhysicalCollect => Origins(node),
        _ => throw new UnreachableException($"node {node.Stem} has no signature"),
    };

    static string Order(PhysicalNode input, ValueList<SortKey> keys) =>
        $"[{string.Join(", ", keys.Select(key => $"{Lineage(input, key.Column)} {(key.Descending ? "desc" : "asc")} {(key.NullsFirst ? "first" : "last")}"))}]";

    // All that later rows need is kept by the calls as they are.
    static string Over(PhysicalOver over) =>
        $"{over.Mode} [{string.Join(", ", over.Calls.Select(call => OverCall(over.Input, call)))}] key: {Columns(over.Input, over.Partition)} "
        + $"order: {Order(over.Input, over.Order)} {(over.CountsChunks ? "chunks " : "")}row: {AllColumns(over.Input)} from: {Origins(over.Input)}";

    static string OverCall(PhysicalNode input, OverCall call) =>
        $"{call.Describe(input.Schema)} of {Columns(input, call.Columns)}{(call is OverAggregate aggregate ? $" ({aggregate.Aggregate.Call.StateLayout})" : "")}";

    // Without the aggregates: those of an operator are told apart one by one, so that one can come or go.
    static string Groups(PhysicalNode input, ValueList<int> keys) => $"key: {Columns(input, keys)} from: {Origins(input)}";

    static string Window(PhysicalWindowAggregate window) => Window(window.Input, window.Window);

    static string Window(PhysicalNode input, WindowSpec window) => window.Signature(Lineage(input, window.TimeColumn));

    static string AllColumns(PhysicalNode node) => Columns(node, [.. Enumerable.Range(0, node.Schema.Count)]);

    static string Columns(PhysicalNode node, ValueList<int> columns) =>
        $"[{string.Join(", ", columns.Select(column => $"{Lineage(node, column)} {node.Schema[column].Type.AllNullable}"))}]";

    /// <summary>What an aggregate is called on: its arguments without casts that lose nothing, DISTINCT and FILTER.</summary>
    public static string Arguments(PhysicalNode node, BoundAggregate call)
    {
        var arguments = call.Arguments.IsEmpty ? "*" : string.Join(", ", call.Arguments.Select(column => Argument(node, column)));
        var filter = call.Filter is { } condition ? $" filter {Lineage(node, condition)}" : "";
        return $"({(call.Distinct ? "distinct " : "")}{arguments}){filter}";
    }

    static string Call(PhysicalNode node, BoundAggregate call) => call.Function.Name + Arguments(node, call);

    // A wider type of the same values is another type of the argument, and not another argument.
    static string Argument(PhysicalNode node, int column) => node switch
    {
        PhysicalCalc { Projections: var projections } calc when projections[column] is BoundCast cast && Widening.IsLossless(cast.Operand.Type, cast.Type) =>
            Expression(calc.Input, cast.Operand),
        PhysicalExchange exchange => Argument(exchange.Input, column),
        _ => Lineage(node, column),
    };

    // The tables below, and what is grouped on the way: COUNT(*) has no columns that would tell.
    static string Origins(PhysicalNode node)
    {
        var origins = new SortedSet<string>(StringComparer.Ordinal);
        CollectOrigins(node, origins);
        return $"[{string.Join(", ", origins)}]";
    }

    static void CollectOrigins(PhysicalNode node, SortedSet<string> origins)
    {
        if (node is PhysicalScan or PhysicalValues or PhysicalGroupAggregate or PhysicalWindowAggregate or PhysicalSessionTable or PhysicalJoin or PhysicalWindowJoin or PhysicalIntervalJoin or PhysicalTemporalJoin or PhysicalTopN or PhysicalOver)
        {
            origins.Add($"{node.Stem} {Of(node)}");
            return;
        }
        foreach (var child in node.Children)
            CollectOrigins(child, origins);
    }

    static string Lineage(PhysicalNode node, int column) => node switch
    {
        PhysicalScan scan => $"{scan.TableName}.{scan.Schema[column].Name}",
        PhysicalValues values => $"values.{column}",
        PhysicalProctimeAssigner assigner when column == assigner.Column => "clock",
        PhysicalCalc calc => Expression(calc.Input, calc.Projections[column]),
        PhysicalGroupAggregate group => Grouped(group.Input, group.Rows, group.Keys, group.Aggregates, column) ?? "",
        PhysicalWindowAggregate window => Grouped(window.Input, window.Rows, window.Keys, window.Aggregates, column)
            ?? $"{window.Properties[column - window.Keys.Count - window.Aggregates.Count].Kind} of {Window(window)}",
        PhysicalWindowTable window when column >= window.Input.Schema.Count =>
            $"{window.PropertyOf(column)!.Kind} of {Window(window.Input, window.Window)}",
        PhysicalSessionTable table when column >= table.Input.Schema.Count =>
            $"{table.PropertyOf(column)!.Kind} of {Window(table.Input, table.Window)}",
        PhysicalExpand expand => column == 0 ? $"set of {expand.SetsText}" : Lineage(expand.Input, column - 1),
        PhysicalCorrelate correlate => column < correlate.Kept.Count
            ? Lineage(correlate.Input, correlate.Kept[column])
            : $"column {correlate.Produced[column - correlate.Kept.Count]} of {correlate.Table.Function.Name}"
                + $"({string.Join(", ", correlate.Table.Arguments.Select(argument => Expression(correlate.Input, argument)))})",
        PhysicalLookupJoin join => column < join.Input.Schema.Count
            ? Lineage(join.Input, column)
            : $"{join.TableName}.{join.Table.Schema[join.ReadColumns[column - join.Input.Schema.Count]].Name} by [{string.Join(", ", join.Keys)}]",
        PhysicalLocalAggregate local => LocalColumn(local, column),
        PhysicalUnion union => $"({string.Join(" | ", union.Inputs.Select(input => Lineage(input, column)))})",
        PhysicalWindowJoin join => column < join.Left.Schema.Count ? $"left {Lineage(join.Left, column)}" : $"right {Lineage(join.Right, column - join.Left.Schema.Count)}",
        PhysicalOver over when column >= over.Input.Schema.Count => $"{OverCall(over.Input, over.Calls[column - over.Input.Schema.Count])} in {Of(over)}",
        PhysicalTopN top when column == top.Input.Schema.Count => $"number in {Of(top)}",
        PhysicalJoin or PhysicalIntervalJoin or PhysicalTemporalJoin => column < node.Children[0].Schema.Count
            ? $"left {Lineage(node.Children[0], column)}"
            : $"right {Lineage(node.Children[1], column - node.Children[0].Schema.Count)}",
        _ => Lineage(node.Children[0], column),
    };

    // Whether rows are folded on the way makes no difference to the state that they come to.
    static string LocalColumn(PhysicalLocalAggregate local, int column) => column < local.Keys.Count
        ? Lineage(local.Input, local.Keys[column])
        : column < local.PartialColumn ? Lineage(local.Input, local.Window!.TimeColumn) : "partial";

    static string? Grouped(PhysicalNode input, PhysicalNode rows, ValueList<int> keys, ValueList<BoundAggregate> aggregates, int column)
    {
        if (column < keys.Count)
            return Lineage(input, keys[column]);
        var call = column - keys.Count;
        return call < aggregates.Count ? Call(rows, aggregates[call]) : null;
    }

    static string Expression(PhysicalNode input, BoundExpression expression) => expression
        .RewriteDown(node => node is BoundColumn column ? column with { Name = Lineage(input, column.Index) } : null)
        .Describe();
}
