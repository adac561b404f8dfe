using SqlStream.Core.Types;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;
using SqlStream.Planner.Properties;

namespace SqlStream.Planner.Lowering;

/// <summary>Sinks: all changes of a key reach the same subtask, so that they are written in order.</summary>
sealed class SinkLowering(TimeSpan stateTtl)
{
    readonly Dictionary<string, int> _sinks = [];

    /// <summary>The sink over its input.</summary>
    public PhysicalSink Lower(LogicalSink sink, PhysicalNode input)
    {
        var table = sink.Table;
        var (updates, key) = (!input.Changelog.IsAppendOnly, table.PrimaryKey);
        var materializes = updates && !key.IsEmpty && !sink.Sink.Accepts.HasUpdateBefore && sink.Sink.Accepts.HasUpdateAfter && NeedsLastRows(sink, input);
        if (materializes)
            input = new PhysicalUpsertMaterialize(AggregateLowering.Partitioned(input, key), key) { TtlMillis = (long)stateTtl.TotalMilliseconds };
        else if (updates && !key.IsEmpty && !IsPartitionedBy(input, key))
            input = new PhysicalExchange(input, ExchangeKind.Hash, key);
        var number = _sinks[table.Name] = _sinks.GetValueOrDefault(table.Name) + 1;
        var notNull = Enumerable.Range(0, table.Schema.Count)
            .Where(i => !table.Schema[i].Type.IsNullable && input.Schema[i].Type.IsNullable);
        return new PhysicalSink(
            input, table.Name, table, sink.Sink, number == 1 ? table.Name : $"{table.Name}#{number}", [.. notNull], sink.DropsNulls)
        { Deletes = sink.Deletes, Mode = sink.Mode };
    }

    // Several rows may have the key, or the changes of one may come in another order.
    static bool NeedsLastRows(LogicalSink sink, PhysicalNode input) =>
        SinkKeys.IsKey(input, sink.Table.PrimaryKey) ? !KeyOrder.IsKept(input, sink.Table.PrimaryKey) : sink.Mode.Deduplicates;

    // A sink keeps no state by key, so that any hash of the same columns will do.
    static bool IsPartitionedBy(PhysicalNode input, ValueList<int> key) =>
        Distribution.Of(input) is { } known && (known.IsEmpty || known.ToHashSet().SetEquals(key));
}
