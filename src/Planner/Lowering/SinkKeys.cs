using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>Whether a sink's primary key is what tells the rows of its input apart.</summary>
static class SinkKeys
{
    /// <summary>True if some upsert key of the input is the primary key.</summary>
    public static bool Match(PhysicalSink sink) =>
        !sink.Table.PrimaryKey.IsEmpty
        && sink.Input.UpsertKeys.Any(key => key.Count == sink.Table.PrimaryKey.Count && key.All(sink.Table.PrimaryKey.Contains));
}
