using System.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Properties;

/// <summary>Which sets of columns tell the rows of an operator's output apart.</summary>
static class UpsertKeySets
{
    public static ValueList<ValueList<int>> Of(PhysicalNode node) => node switch
    {
        PhysicalScan scan => Scan(scan),
        PhysicalValues values => values.Rows.Count <= 1 ? [[]] : [],
        PhysicalCalc calc => Calc(calc),
        PhysicalChangelogNormalize normalize => [[.. normalize.Keys.Order()]],
        PhysicalUpsertMaterialize materialize => [[.. materialize.Keys.Order()]],
        PhysicalGroupAggregate group => [[.. Enumerable.Range(0, group.Keys.Count)]],
        PhysicalWindowAggregate window => Window(window),
        PhysicalWindowTable table => [.. table.Input.UpsertKeys.Select(key => key.Add(table.Input.Schema.Count + 1))],
        // Of a key that changes, one session may take away later what another one gave.
        PhysicalSessionTable table => table.Input.Changelog.IsAppendOnly ? table.Input.UpsertKeys : [],
        PhysicalExpand expand => [.. expand.Input.UpsertKeys
            .Where(key => key.All(expand.Keeps))
            .Select(key => (ValueList<int>)[0, .. key.Select(column => column + 1)])],
        PhysicalCorrelate correlate => Correlate(correlate),
        PhysicalTemporalJoin join => join.Left.UpsertKeys,
        PhysicalLookupJoin join => join.IsOneToOne ? join.Input.UpsertKeys : [],
        PhysicalIntervalJoin join => Join(join.Kind, join.Left, join.LeftKeys, join.Right, join.RightKeys),
        PhysicalJoin join => Join(join.Kind, join.Left, join.LeftKeys, join.Right, join.RightKeys),
        PhysicalWindowJoin join => Join(join.Kind, join.Left, join.LeftKeys, join.Right, join.RightKeys),
        PhysicalProctimeAssigner assigner => [.. assigner.Input.UpsertKeys.Where(key => !key.Contains(assigner.Column))],
        PhysicalTopN top => TopN(top),
        PhysicalUnion or PhysicalReplicate or PhysicalLocalAggregate => [],
        PhysicalOver or PhysicalSort or PhysicalLimit or PhysicalWatermarkAssigner or PhysicalExchange or PhysicalSink or PhysicalCollect => node.Children[0].UpsertKeys,
        _ => throw new UnreachableException($"node {node.Stem} has no upsert keys"),
    };

    static ValueList<ValueList<int>> Scan(PhysicalScan scan)
    {
        if (scan.Table.PrimaryKey.IsEmpty)
            return [];
        var positions = scan.Table.PrimaryKey.Select(column => IndexOf(scan.ReadColumns, column)).ToList();
        return positions.Contains(-1) ? [] : [[.. positions.Order()]];
    }

    static ValueList<ValueList<int>> Calc(PhysicalCalc calc)
    {
        var keys = new List<ValueList<int>>();
        foreach (var key in calc.Input.UpsertKeys)
        {
            var positions = key.Select(column => Projected(calc.Projections, column)).ToList();
            if (!positions.Contains(-1))
                keys.Add([.. positions.Order()]);
        }
        return [.. keys];
    }

    // The row and the number of what is made of it; a row that goes must give the numbers that it gave, which not every function promises.
    static ValueList<ValueList<int>> Correlate(PhysicalCorrelate correlate)
    {
        var ordinality = IndexOf(correlate.Produced, correlate.Table.Ordinality);
        if (ordinality < 0 || !correlate.Table.Call.IsOrdered || !correlate.Table.IsDeterministic)
            return [];
        return [.. correlate.Input.UpsertKeys
            .Select(key => key.Map(column => IndexOf(correlate.Kept, column)))
            .Where(key => !key.Contains(-1))
            .Select(key => (ValueList<int>)[.. key.Order(), correlate.Kept.Count + ordinality])];
    }

    // End and time of a window say the same: each makes a key together with the group. Windows of one size are told by their starts too.
    static ValueList<ValueList<int>> Window(PhysicalWindowAggregate window)
    {
        var first = window.Keys.Count + window.Aggregates.Count;
        var spec = window.Window is AttachedSpec attached ? attached.Assigned : window.Window;
        return [.. Enumerable.Range(0, window.Properties.Count)
            .Where(i => window.Properties[i].Kind != WindowPropertyKind.Start || spec is not CumulateSpec)
            .Select(i => Enumerable.Range(0, window.Keys.Count).Append(first + i).ToValueList())];
    }

    // A row that has one pair at the most is told apart by its own key; a pair always by the keys of both.
    static ValueList<ValueList<int>> Join(JoinType kind, PhysicalNode left, ValueList<int> leftKeys, PhysicalNode right, ValueList<int> rightKeys)
    {
        if (kind.IsLeftOnly())
            return left.UpsertKeys;
        var width = left.Schema.Count;
        var keys = new List<ValueList<int>>();
        if (kind != JoinType.Full && IsKey(right, rightKeys))
            keys.AddRange(left.UpsertKeys);
        if (kind == JoinType.Inner && IsKey(left, leftKeys))
            keys.AddRange(right.UpsertKeys.Select(key => key.Map(column => column + width)));
        if (keys.Count == 0)
            keys.AddRange(left.UpsertKeys.SelectMany(one => right.UpsertKeys.Select(other => (ValueList<int>)[.. one, .. other.Map(column => column + width)])));
        return [.. keys.Distinct()];
    }

    // A row that is replaced is told by its place; others by what tells the rows of the input apart.
    static ValueList<ValueList<int>> TopN(PhysicalTopN top) => !top.ReplacesRows ? top.Input.UpsertKeys
        : top.RankName is null ? [[.. top.Partition.Order()]]
        : [[.. top.Partition.Append(top.Input.Schema.Count).Order()]];

    static bool IsKey(PhysicalNode node, ValueList<int> columns) => node.UpsertKeys.Any(key => key.All(columns.Contains));

    /// <summary>Position of the first projection that is the column itself, or -1.</summary>
    public static int Projected(ValueList<BoundExpression> projections, int column)
    {
        for (var i = 0; i < projections.Count; i++)
        {
            if (projections[i] is BoundColumn reference && reference.Index == column)
                return i;
        }
        return -1;
    }

    /// <summary>Position of a column among others, or -1.</summary>
    public static int IndexOf(ValueList<int> columns, int column)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i] == column)
                return i;
        }
        return -1;
    }
}
