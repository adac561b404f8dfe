using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Planner.Physical;
using SqlStream.State.Checkpoints;

namespace SqlStream.Execution.Recovery;

/// <summary>Writes a physical plan as checkpoints keep it for tools and for restoring under another plan.</summary>
sealed class PlanGraph
{
    readonly IReadOnlyDictionary<PhysicalNode, string> _ids;
    readonly Dictionary<PhysicalNode, string> _digests = new(ReferenceEqualityComparer.Instance);

    PlanGraph(IReadOnlyDictionary<PhysicalNode, string> ids) => _ids = ids;

    /// <summary>All operators of a plan.</summary>
    public static ManifestPlan Of(PhysicalPlan plan, IReadOnlyDictionary<PhysicalNode, string> ids)
    {
        var graph = new PlanGraph(ids);
        return new ManifestPlan(ManifestPlan.CurrentVersion, [.. plan.Nodes().Select(graph.Operator)]);
    }

    /// <summary>The aggregates of an operator; null if it is of another kind.</summary>
    public static IReadOnlyList<ManifestAggregate>? Aggregates(PhysicalNode node) => node switch
    {
        PhysicalGroupAggregate group => Aggregates(group.Rows, group.Aggregates),
        PhysicalWindowAggregate { Window: not SessionSpec } window => Aggregates(window.Rows, window.Aggregates),
        _ => null,
    };

    ManifestPlanOperator Operator(PhysicalNode node)
    {
        var common = Particulars(node) with
        {
            Inputs = [.. node.Children.Select(child => _ids[child])],
            Columns = [.. node.Schema.Fields.Select(field => new ManifestColumn(field.Name, field.Type.ToString()))],
            Changelog = node.Changelog.ToString(),
            Aggregates = Aggregates(node),
            StateTables = StateTables(node),
        };
        var inputs = string.Concat(node.Children.Select(child => _digests[child]));
        // Numbers of equal operators are what the digest helps to choose, so that it must not depend on them.
        var written = JsonSerializer.Serialize(common with { Id = OperatorIds.Family(common.Id), Inputs = [] }, PlanJson.Default.ManifestPlanOperator);
        var digest = Hash(written + inputs);
        _digests.Add(node, digest);
        return common with { Digest = digest };
    }

    ManifestPlanOperator Particulars(PhysicalNode node)
    {
        var op = new ManifestPlanOperator { Id = _ids[node], Kind = node.Stem, Digest = "" };
        return node switch
        {
            PhysicalScan scan => op with { Table = scan.TableName, Condition = scan.Splits?.Predicate.Describe() },
            PhysicalCalc calc => op with
            {
                Expressions = [.. calc.Projections.Select(expression => expression.Describe())],
                Condition = calc.Predicate?.Describe(),
            },
            PhysicalWatermarkAssigner assigner => op with
            {
                Rowtime = assigner.Input.Schema[assigner.RowtimeIndex].Name,
                Expressions = [assigner.Expression.Describe()],
            },
            PhysicalProctimeAssigner assigner => op with { Rowtime = assigner.Input.Schema[assigner.Column].Name },
            PhysicalChangelogNormalize normalize => op with { Keys = Names(normalize.Input, normalize.Keys) },
            PhysicalExchange exchange => op with
            {
                Exchange = exchange.Kind == ExchangeKind.Single ? "single" : "hash",
                Keys = Names(exchange.Input, exchange.Keys),
            },
            PhysicalLocalAggregate local => op with
            {
                Keys = Names(local.Input, local.Keys),
                Window = local.Window?.Describe(local.Input.Schema),
                Expressions = [.. local.Aggregates.Select(aggregate => aggregate.Describe(local.Input.Schema))],
            },
            PhysicalGroupAggregate group => op with { Keys = Names(group.Input, group.Keys), Final = group.FinalOnly },
            PhysicalWindowAggregate window => op with
            {
                Keys = Names(window.Input, window.Keys),
                Window = window.Window.Describe(window.Input.Schema),
                Expressions = window.Window is SessionSpec ? [.. window.Aggregates.Select(aggregate => aggregate.Describe(window.Rows.Schema))] : null,
            },
            PhysicalSessionTable sessions => op with
            {
                Keys = Names(sessions.Input, sessions.Keys),
                Window = sessions.Window.Describe(sessions.Input.Schema),
            },
            PhysicalWindowTable windows => op with { Window = windows.Window.Describe(windows.Input.Schema) },
            PhysicalWindowJoin join => op with
            {
                Keys = [.. Names(join.Left, join.LeftKeys), .. Names(join.Right, join.RightKeys)],
                Window = join.Left.Schema[join.LeftEnd].Name,
                Condition = join.Residual?.Describe(),
                Expressions = [join.Kind.ToString()],
            },
            PhysicalJoin join => op with
            {
                Keys = [.. Names(join.Left, join.LeftKeys), .. Names(join.Right, join.RightKeys)],
                Condition = join.Residual?.Describe(),
                Expressions = [join.Kind.ToString(), .. join.NullKeys.Select(key => $"NULL = NULL at {key}")],
                Final = join.FinalOnly,
            },
            PhysicalIntervalJoin join => op with
            {
                Keys = [.. Names(join.Left, join.LeftKeys), .. Names(join.Right, join.RightKeys)],
                Condition = join.Residual?.Describe(),
                Expressions = [join.Kind.ToString()],
                Window = join.BoundsText,
            },
            PhysicalTemporalJoin join => op with
            {
                Keys = [.. Names(join.Left, join.LeftKeys), .. Names(join.Right, join.RightKeys)],
                Expressions = [join.Kind.ToString()],
            },
            PhysicalTopN top => op with
            {
                Keys = Names(top.Input, top.Partition),
                Window = top.Window is { } window ? top.Input.Schema[window.End].Name : null,
                Expressions = [top.Kind.ToString(), $"{top.First} to {top.Last}", .. top.Order.Select(key => key.Describe(top.Input.Schema))],
                Final = top.FinalOnly,
            },
            PhysicalOver over => op with
            {
                Keys = Names(over.Input, over.Partition),
                Expressions = [.. over.Calls.Select(call => call.Describe(over.Input.Schema)), .. over.Order.Select(key => key.Describe(over.Input.Schema))],
                Final = over.Mode == OverMode.Final,
            },
            PhysicalUpsertMaterialize materialize => op with { Keys = Names(materialize.Input, materialize.Keys) },
            PhysicalExpand expand => op with { Keys = [expand.SetsText] },
            PhysicalLookupJoin join => op with
            {
                Table = join.TableName,
                Keys = [.. join.Keys],
                Condition = join.Residual?.Describe(),
                Expressions = [join.Kind.ToString()],
            },
            PhysicalCorrelate correlate => op with
            {
                Keys = correlate.Names,
                Expressions = correlate.IsOuter ? [correlate.Table.Describe(), "outer"] : [correlate.Table.Describe()],
            },
            PhysicalSort sort => op with { Keys = [.. sort.Keys.Select(key => key.Describe(sort.Input.Schema))] },
            PhysicalSink sink => op with { Table = sink.TableName, SinkId = sink.SinkId },
            _ => op,
        };
    }

    static IReadOnlyList<string>? StateTables(PhysicalNode node)
    {
        if (node is PhysicalChangelogNormalize normalize)
            return WithTimes(["row"], normalize.TtlMillis);
        if (node is PhysicalJoin or PhysicalWindowJoin)
            return [PhysicalJoin.LeftTable, PhysicalJoin.RightTable];
        if (node is PhysicalUpsertMaterialize materialize)
            return WithTimes([PhysicalUpsertMaterialize.RowsTable], materialize.TtlMillis);
        if (node is PhysicalSessionTable)
            return [PhysicalSessionTable.SessionsTable, SessionTimers.Table, PhysicalSessionTable.RowsTable];
        if (node is PhysicalWindowAggregate { Window: SessionSpec })
            return [PhysicalSessionTable.SessionsTable, SessionTimers.Table];
        if (node is PhysicalIntervalJoin)
            return [PhysicalIntervalJoin.LeftTable, PhysicalIntervalJoin.RightTable];
        if (node is PhysicalTemporalJoin)
            return [PhysicalTemporalJoin.LeftTable, PhysicalTemporalJoin.RightTable];
        if (node is PhysicalTopN top)
            return WithTimes([PhysicalTopN.RowsTable], top.TtlMillis);
        if (node is PhysicalOver over)
        {
            return WithTimes(
                over.Mode == OverMode.Time
                    ? [PhysicalOver.RowsTable, PhysicalOver.PastTable, PhysicalOver.AccumulatorTable, .. over.BlobCalls.Select(PhysicalOver.BlobTable)]
                    : [PhysicalOver.RowsTable],
                over.TtlMillis);
        }
        if (Aggregates(node) is not { } aggregates)
            return null;
        return
        [
            .. WithTimes([AccumulatorTables.Main], (node as PhysicalGroupAggregate)?.TtlMillis ?? 0),
            .. aggregates.SelectMany(aggregate => new[] { aggregate.DistinctTable, aggregate.ValueTable }).OfType<string>().Distinct(),
        ];
    }

    static IReadOnlyList<string> WithTimes(IReadOnlyList<string> tables, long ttlMillis) => ttlMillis > 0 ? [.. tables, StateTtl.TimeTable] : tables;

    static IReadOnlyList<ManifestAggregate> Aggregates(PhysicalNode input, ValueList<BoundAggregate> aggregates) =>
        [.. aggregates.Select((aggregate, index) => new ManifestAggregate(
            aggregate.Function.Name,
            aggregate.Describe(input.Schema),
            OperatorIds.AggregateArguments(input, aggregate),
            [.. aggregate.Call.ParameterTypes.Select(type => type.AllNullable.ToString())],
            aggregate.Call.ReturnType.ToString(),
            aggregate.Call.StateLayout,
            aggregate is { IsRowCount: false, Call: FixedAggregate call } ? call.StateBytes : 0,
            aggregate.Distinct ? AccumulatorTables.Distinct(AccumulatorTables.DistinctOwner(aggregates, index)) : null,
            aggregate.Call is BlobAggregate ? AccumulatorTables.Values(index) : null))];

    static IReadOnlyList<string> Names(PhysicalNode node, ValueList<int> columns) => [.. columns.Select(column => node.Schema[column].Name)];

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}

[JsonSerializable(typeof(ManifestPlanOperator))]
sealed partial class PlanJson : JsonSerializerContext;
