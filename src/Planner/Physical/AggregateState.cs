using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Planner.Physical;

/// <summary>The text of the state of aggregating operators.</summary>
static class AggregateState
{
    /// <summary><c>acc v1 (k STRING) -> (rows BIGINT, count BIGINT)</c>, and one table more per set of DISTINCT
    /// arguments, with a count for each aggregate over them, and by the number of the group, too, where groups have one.</summary>
    public static string Layout(PhysicalNode input, ValueList<string> keys, ValueList<BoundAggregate> aggregates, bool isNumbered = false)
    {
        var key = string.Join(", ", (IEnumerable<string>)keys);
        var values = aggregates.Where(aggregate => !aggregate.IsRowCount).Select(aggregate => aggregate.Call.StateLayout).Prepend("rows BIGINT");
        var layout = $"acc v1 ({key}) -> ({string.Join(", ", values)})";
        ValueList<string> group = isNumbered ? [.. keys, "number BIGINT"] : keys;
        for (var i = 0; i < aggregates.Count; i++)
        {
            if (!aggregates[i].Distinct || AccumulatorTables.DistinctOwner(aggregates, i) != i)
                continue;
            var arguments = aggregates[i].Arguments.Select(index => input.Schema[index].ToDefinition());
            var counts = AccumulatorTables.DistinctMembers(aggregates, i).Select(_ => "count BIGINT");
            layout += $"; distinct v1 ({string.Join(", ", group.Concat(arguments))}) -> ({string.Join(", ", isNumbered ? counts.Append("key INT") : counts)})";
        }
        return layout;
    }

    /// <summary><c>sessions v1 (k STRING) -> list of (start TIMESTAMP(6), end TIMESTAMP(6), rows BIGINT, count BIGINT)</c>.</summary>
    public static string Sessions(PhysicalNode input, ValueList<int> keys, ValueList<BoundAggregate> aggregates)
    {
        var values = aggregates.Where(aggregate => !aggregate.IsRowCount).Select(aggregate => aggregate.Call.StateLayout);
        return $"{PhysicalSessionTable.SessionsTable} v1 ({string.Join(", ", keys.Select(key => input.Schema[key].ToDefinition()))}) -> "
            + $"list of ({string.Join(", ", (IEnumerable<string>)["start TIMESTAMP(6)", "end TIMESTAMP(6)", "rows BIGINT", .. values])})";
    }

    /// <summary>How the state of groups grows that are kept for ever.</summary>
    public static string Growth(PhysicalNode input, ValueList<int> keys, ValueList<BoundAggregate> aggregates)
    {
        // DISTINCT and, where rows are taken away, extremes keep the values themselves.
        var keepsValues = aggregates.Any(aggregate =>
            aggregate.Distinct || (aggregate.Call is BlobAggregate blob && (blob.KeepsValues || !input.Changelog.IsAppendOnly)));
        return (keys.IsEmpty, keepsValues) switch
        {
            (true, false) => "bounded by: one row",
            (true, true) => "grows with: distinct values",
            (false, false) => "grows with: distinct keys",
            (false, true) => "grows with: distinct keys and values",
        };
    }

    /// <summary><c>name TYPE</c>, without nullability, which stored bytes do not depend on.</summary>
    public static string ToDefinition(this Field field) => $"{field.Name} {field.Type.AllNullable}";
}
