using SqlStream.Core.Types;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;
using SqlStream.Planner.Properties;

namespace SqlStream.Planner.Lowering;

/// <summary>Sinks: all changes of a key reach the same subtask, so that they are written in order.</summary>
sealed class SinkLowering
{
    readonly Dictionary<string, int> _sinks = [];

    /// <summary>The sink over its input.</summary>
    public PhysicalSink Lower(LogicalSink sink, PhysicalNode input)
    {
        var table = sink.Table;
        if (!input.Changelog.IsAppendOnly && !table.PrimaryKey.IsEmpty && !IsPartitionedBy(input, table.PrimaryKey))
            input = new PhysicalExchange(input, ExchangeKind.Hash, table.PrimaryKey);
        var number = _sinks[table.Name] = _sinks.GetValueOrDefault(table.Name) + 1;
        var notNull = Enumerable.Range(0, table.Schema.Count)
            .Where(i => !table.Schema[i].Type.IsNullable && input.Schema[i].Type.IsNullable);
        return new PhysicalSink(
            input, table.Name, table, sink.Sink, number == 1 ? table.Name : $"{table.Name}#{number}", [.. notNull], sink.DropsNulls)
        { Deletes = sink.Deletes, Mode = sink.Mode };
    }

    // A sink keeps no state by key, so that any hash of the same columns will do.
    static bool IsPartitionedBy(PhysicalNode input, ValueList<int> key) =>
        Distribution.Of(input) is { } known && (known.IsEmpty || known.ToHashSet().SetEquals(key));
}
