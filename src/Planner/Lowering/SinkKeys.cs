using SqlStream.Core.Types;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>Whether a sink's primary key is what tells the rows of its input apart.</summary>
static class SinkKeys
{
    /// <summary>True if some upsert key of the input is the primary key.</summary>
    public static bool Match(PhysicalSink sink) => IsKey(sink.Input, sink.Table.PrimaryKey);

    /// <summary>True if some upsert key of a node consists of some columns.</summary>
    public static bool IsKey(PhysicalNode node, ValueList<int> columns) =>
        !columns.IsEmpty && node.UpsertKeys.Any(key => key.Count == columns.Count && key.All(columns.Contains));
}
