using System.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>Leaves out columns that nobody reads, down to the scans: one pass from the roots.</summary>
/// <remarks>An input of which no column is read keeps one, the cheapest, so that there are no rows without columns but
/// those of SELECT without FROM.</remarks>
static class PruneColumns
{
    /// <summary>The plan with the same output columns.</summary>
    public static LogicalNode Prune(LogicalNode root) => root switch
    {
        LogicalSink sink => sink with { Input = All(sink.Input) },
        LogicalCollect collect => collect with { Input = All(collect.Input) },
        _ => All(root),
    };

    static LogicalNode All(LogicalNode node) => Prune(node, [.. Enumerable.Range(0, node.Schema.Count)]);

    // The node with exactly the needed columns, in ascending order of their old positions.
    static LogicalNode Prune(LogicalNode node, SortedSet<int> needed) => node switch
    {
        LogicalScan scan => scan with { Columns = [.. needed.Select(column => scan.Columns[column])] },
        LogicalValues values => new LogicalValues(
            values.Columns.Select(needed), values.Rows.Map(row => needed.Select(column => row[column]).ToValueList()))
        { Span = values.Span },
        LogicalFilter filter => Filter(filter, needed),
        LogicalProject project => Project(project, needed),
        LogicalAggregate aggregate => Aggregate(aggregate, needed),
        LogicalWindowTable window => WindowTable(window, needed),
        LogicalWindowAggregate aggregate => WindowAggregate(aggregate, needed),
        LogicalProctime proctime => Proctime(proctime, needed),
        LogicalExpand expand => Expand(expand, needed),
        LogicalCorrelate correlate => Correlate(correlate, needed),
        LogicalLookupJoin join => Lookup(join, needed),
        LogicalTemporalJoin join => Temporal(join, needed),
        LogicalReplicate replicate => Replicate(replicate, needed),
        LogicalSort sort => Sort(sort, needed),
        LogicalOver over => Over(over, needed),
        LogicalTopN top => TopN(top, needed),
        LogicalJoin join => Join(join, needed),
        LogicalUnion union => union with { Inputs = union.Inputs.Map(input => Prune(input, needed)) },
        _ => throw new UnreachableException($"node {node.Stem} has no pruning"),
    };

    // Prunes an input of a node, and tells where its columns are now.
    static (LogicalNode Input, Func<int, int> Map) Input(LogicalNode input, SortedSet<int> needed)
    {
        if (needed.Count == 0 && input.Schema.Count > 0)
            needed.Add(Cheapest(input));
        var positions = needed.Select((column, i) => (column, i)).ToDictionary(pair => pair.column, pair => pair.i);
        return (Prune(input, needed), column => positions[column]);
    }

    // The rowtime of a table is read in any case.
    static int Cheapest(LogicalNode input)
    {
        var schema = input.Schema;
        var best = input is LogicalScan scan ? Math.Max(0, scan.Columns.ToList().IndexOf(scan.Table.Rowtime ?? -1)) : 0;
        if (input is LogicalScan { Table.Rowtime: not null })
            return best;
        for (var i = 1; i < schema.Count; i++)
        {
            if (Cost(schema[i].Type.Layout) < Cost(schema[best].Type.Layout))
                best = i;
        }
        return best;
    }

    static int Cost(ColumnLayout layout) => layout switch
    {
        ColumnLayout.Row or ColumnLayout.List or ColumnLayout.Map => 100,
        ColumnLayout.Bytes => 50,
        ColumnLayout.Int128 => 16,
        ColumnLayout.Int64 or ColumnLayout.Float64 => 8,
        _ => 4,
    };

    static LogicalNode Filter(LogicalFilter filter, SortedSet<int> needed)
    {
        var read = new SortedSet<int>(needed);
        filter.Predicate.CollectColumns(read);
        var (input, map) = Input(filter.Input, read);
        var pruned = filter with { Input = input, Predicate = filter.Predicate.MapColumns(map) };
        return read.Count == needed.Count ? pruned : LogicalProject.Pick(pruned, needed.Select(map));
    }

    static LogicalNode Join(LogicalJoin join, SortedSet<int> needed)
    {
        var width = join.Left.Schema.Count;
        var read = new SortedSet<int>(needed);
        join.Condition?.CollectColumns(read);
        var (left, leftMap) = Input(join.Left, [.. read.Where(column => column < width)]);
        var (right, rightMap) = Input(join.Right, [.. read.Where(column => column >= width).Select(column => column - width)]);
        var pruned = join with { Left = left, Right = right, Condition = join.Condition?.MapColumns(Map) };
        // An input of which nothing is read keeps a column all the same.
        return pruned.Schema.Count == needed.Count && read.Count == needed.Count ? pruned : LogicalProject.Pick(pruned, needed.Select(Map));

        int Map(int column) => column < width ? leftMap(column) : left.Schema.Count + rightMap(column - width);
    }

    static LogicalProject Project(LogicalProject project, SortedSet<int> needed)
    {
        var read = new SortedSet<int>();
        foreach (var column in needed)
            project.Projections[column].CollectColumns(read);
        var (input, map) = Input(project.Input, read);
        return project with
        {
            Input = input,
            Projections = [.. needed.Select(column => project.Projections[column].MapColumns(map))],
            Names = [.. needed.Select(column => project.Names[column])],
        };
    }

    static LogicalNode Aggregate(LogicalAggregate aggregate, SortedSet<int> needed)
    {
        var keyCount = aggregate.Keys.Count;
        var kept = needed.Where(column => column >= keyCount).Select(column => column - keyCount).ToList();
        // Without keys the aggregates are what makes the one row.
        if (kept.Count == 0 && keyCount == 0 && aggregate.Aggregates.Count > 0)
            kept.Add(0);
        var read = new SortedSet<int>(aggregate.Keys);
        foreach (var index in kept)
            aggregate.Aggregates[index].CollectColumns(read);
        var (input, map) = Input(aggregate.Input, read);
        var pruned = aggregate with
        {
            Input = input,
            Keys = aggregate.Keys.Map(map),
            Aggregates = [.. kept.Select(index => aggregate.Aggregates[index].MapColumns(map))],
        };
        var columns = Enumerable.Range(0, keyCount).Concat(kept.Select(index => keyCount + index)).ToList();
        return Picked(pruned, columns, needed);
    }

    static LogicalNode Sort(LogicalSort sort, SortedSet<int> needed)
    {
        var read = new SortedSet<int>(needed);
        read.UnionWith(sort.Keys.Select(key => key.Column));
        var (input, map) = Input(sort.Input, read);
        var pruned = sort with { Input = input, Keys = sort.Keys.Map(key => key with { Column = map(key.Column) }) };
        return Picked(pruned, [.. read], needed);
    }

    static LogicalNode Over(LogicalOver over, SortedSet<int> needed)
    {
        var width = over.Input.Schema.Count;
        var calls = needed.Where(column => column >= width).ToList();
        if (calls.Count == 0)
            return Prune(over.Input, needed);
        var read = new SortedSet<int>(needed.Where(column => column < width).Concat(over.Partition).Concat(over.Order.Select(key => key.Column)));
        foreach (var column in calls)
            read.UnionWith(over.Calls[column - width].Columns);
        var (input, map) = Input(over.Input, read);
        var pruned = over with
        {
            Input = input,
            Partition = over.Partition.Map(map),
            Order = over.Order.Map(key => key with { Column = map(key.Column) }),
            Calls = [.. calls.Select(column => over.Calls[column - width].MapColumns(map))],
        };
        return Picked(pruned, [.. read, .. calls], needed);
    }

    static LogicalNode TopN(LogicalTopN top, SortedSet<int> needed)
    {
        var rank = top.Input.Schema.Count;
        var isRead = needed.Contains(rank);
        var read = new SortedSet<int>(needed.Where(column => column < rank).Concat(top.Partition).Concat(top.Order.Select(key => key.Column)));
        var (input, map) = Input(top.Input, read);
        var pruned = top with
        {
            Input = input,
            Partition = top.Partition.Map(map),
            Order = top.Order.Map(key => key with { Column = map(key.Column) }),
            RankName = isRead ? top.RankName : null,
        };
        return Picked(pruned, isRead ? [.. read, rank] : [.. read], needed);
    }

    // The number of the set stays: it is what tells the copies of a row apart.
    static LogicalNode Expand(LogicalExpand expand, SortedSet<int> needed)
    {
        var read = new SortedSet<int>(needed.Where(column => column > 0).Select(column => column - 1));
        var (input, map) = Input(expand.Input, read);
        var pruned = new LogicalExpand(input, Kept(expand.Keys), expand.Sets.Map(Kept)) { Span = expand.Span };
        return Picked(pruned, [0, .. read.Select(column => column + 1)], needed);

        ValueList<int> Kept(ValueList<int> columns) => [.. columns.Where(read.Contains).Select(map)];
    }

    static LogicalProject Temporal(LogicalTemporalJoin join, SortedSet<int> needed)
    {
        var width = join.Left.Schema.Count;
        var read = new SortedSet<int>(needed) { join.LeftTime, join.RightTime + width };
        read.UnionWith(join.RightKey.Select(column => column + width));
        join.Condition.CollectColumns(read);
        var (left, leftMap) = Input(join.Left, [.. read.Where(column => column < width)]);
        var (right, rightMap) = Input(join.Right, [.. read.Where(column => column >= width).Select(column => column - width)]);
        var pruned = join with
        {
            Left = left,
            Right = right,
            Condition = join.Condition.MapColumns(Map),
            LeftTime = leftMap(join.LeftTime),
            RightTime = rightMap(join.RightTime),
            RightKey = join.RightKey.Map(rightMap),
        };
        return LogicalProject.Pick(pruned, needed.Select(Map));

        int Map(int column) => column < width ? leftMap(column) : left.Schema.Count + rightMap(column - width);
    }

    static LogicalNode Lookup(LogicalLookupJoin join, SortedSet<int> needed)
    {
        var width = join.Input.Schema.Count;
        var read = new SortedSet<int>(needed);
        join.Condition.CollectColumns(read);
        var (input, map) = Input(join.Input, [.. read.Where(column => column < width)]);
        var columns = read.Where(column => column >= width).ToList();
        var pruned = join with { Input = input, Columns = [.. columns.Select(column => join.Columns[column - width])], Condition = join.Condition.MapColumns(Map) };
        return pruned.Schema.Count == needed.Count && read.Count == needed.Count ? pruned : LogicalProject.Pick(pruned, needed.Select(Map));

        int Map(int column) => column < width ? map(column) : input.Schema.Count + columns.IndexOf(column);
    }

    // Where no column is read, the number of the row is the cheapest.
    static LogicalCorrelate Correlate(LogicalCorrelate correlate, SortedSet<int> needed)
    {
        var keptCount = correlate.Kept.Count;
        var kept = needed.Where(column => column < keptCount).Select(column => correlate.Kept[column]).ToList();
        var produced = needed.Where(column => column >= keptCount).Select(column => column - keptCount).ToList();
        var read = new SortedSet<int>(kept);
        foreach (var argument in correlate.Table.Arguments)
            argument.CollectColumns(read);
        var (input, map) = Input(correlate.Input, read);
        var table = correlate.Table;
        return correlate with
        {
            Input = input,
            Kept = [.. kept.Select(map)],
            Table = table with { Arguments = table.Arguments.Map(argument => argument.MapColumns(map)) },
            Produced = needed.Count == 0 ? [table.Ordinality] : [.. produced.Select(column => correlate.Produced[column])],
            Names = needed.Count == 0 ? [table.Columns(correlate.IsOuter)[table.Ordinality].Name] : [.. produced.Select(column => correlate.Names[column])],
        };
    }

    // All columns but the last are the key of the input.
    static LogicalNode Replicate(LogicalReplicate replicate, SortedSet<int> needed)
    {
        var pruned = replicate with { Input = All(replicate.Input) };
        return Picked(pruned, [.. Enumerable.Range(0, pruned.Schema.Count)], needed);
    }

    static LogicalNode WindowTable(LogicalWindowTable window, SortedSet<int> needed)
    {
        var width = window.Input.Schema.Count;
        var read = new SortedSet<int>(needed.Where(column => column < width)) { window.Window.TimeColumn };
        read.UnionWith(window.PartitionKeys);
        var (input, map) = Input(window.Input, read);
        var pruned = window with
        {
            Input = input,
            Window = window.Window.WithTimeColumn(map(window.Window.TimeColumn)),
            PartitionKeys = window.PartitionKeys.Map(map),
        };
        return Picked(pruned, [.. read, width, width + 1, width + 2], needed);
    }

    static LogicalNode Proctime(LogicalProctime proctime, SortedSet<int> needed)
    {
        var read = new SortedSet<int>(needed) { proctime.Column };
        var (input, map) = Input(proctime.Input, read);
        return Picked(new LogicalProctime(input, map(proctime.Column)) { Span = proctime.Span }, [.. read], needed);
    }

    static LogicalNode WindowAggregate(LogicalWindowAggregate aggregate, SortedSet<int> needed)
    {
        var keyCount = aggregate.Keys.Count;
        var first = keyCount + aggregate.Aggregates.Count;
        var calls = needed.Where(column => column >= keyCount && column < first).ToList();
        var properties = needed.Where(column => column >= first).ToList();
        var read = new SortedSet<int>(aggregate.Keys) { aggregate.Window.TimeColumn };
        foreach (var column in calls)
            aggregate.Aggregates[column - keyCount].CollectColumns(read);
        var (input, map) = Input(aggregate.Input, read);
        var pruned = aggregate with
        {
            Input = input,
            Window = aggregate.Window.WithTimeColumn(map(aggregate.Window.TimeColumn)),
            Keys = aggregate.Keys.Map(map),
            Aggregates = [.. calls.Select(column => aggregate.Aggregates[column - keyCount].MapColumns(map))],
            Properties = [.. properties.Select(column => aggregate.Properties[column - first])],
        };
        return Picked(pruned, [.. Enumerable.Range(0, keyCount), .. calls, .. properties], needed);
    }

    // The node gives the listed old columns; picks the needed ones where it gives more.
    static LogicalNode Picked(LogicalNode node, List<int> columns, SortedSet<int> needed) =>
        columns.SequenceEqual(needed) ? node : LogicalProject.Pick(node, needed.Select(column => columns.IndexOf(column)));
}
