namespace SqlStream.State.Checkpoints;

/// <summary>How much of a checkpoint is an operator's.</summary>
/// <param name="Id">Identity of the operator.</param>
/// <param name="Name">What it is.</param>
/// <param name="Table">The table that it reads or writes; null for others.</param>
/// <param name="Parallelism">Its subtasks.</param>
/// <param name="OwnBytes">Bytes that it keeps beside tables; they are written anew in every checkpoint.</param>
/// <param name="Tables">Its tables; that of a sink is the output that waits to be delivered.</param>
public sealed record OperatorSize(string Id, string Name, string? Table, int Parallelism, long OwnBytes, IReadOnlyList<TableSize> Tables)
{
    /// <summary>Bytes that are new; null where the checkpoint does not say so of all its tables.</summary>
    public long? BytesWritten => Tables.Aggregate((long?)OwnBytes, static (sum, table) => sum + table.BytesWritten);

    /// <summary>Bytes in all; null where the checkpoint does not say so of all its tables.</summary>
    public long? Bytes => Tables.Aggregate((long?)OwnBytes, static (sum, table) => sum + table.Bytes);

    /// <summary>The operators of a checkpoint, then the outputs that are no operator's: late rows, rows that could not be read.</summary>
    public static IReadOnlyList<OperatorSize> Of(CheckpointManifest manifest)
    {
        var plan = (manifest.PlanGraph?.Operators ?? []).DistinctBy(static one => one.Id).ToDictionary(static one => one.Id);
        var outputs = Outputs(manifest);
        List<OperatorSize> sizes = [];
        foreach (var one in manifest.Operators)
        {
            List<TableSize> tables = [.. one.Tables.Select(static table => new TableSize(table.Name, table.BytesWritten, table.Bytes))];
            var planned = plan.GetValueOrDefault(one.Id);
            if (planned?.SinkId is { } sink && outputs.Remove(sink, out var output))
                tables.Add(output.Size);
            var bytes = (one.State ?? []).Sum(static state => (long)(state?.Length ?? 0));
            sizes.Add(new OperatorSize(one.Id, one.Name, planned?.Table, one.Parallelism, bytes, tables));
        }
        sizes.AddRange(outputs.Select(entry => new OperatorSize(entry.Key, "Sink", entry.Value.Table, manifest.Parallelism, 0, [entry.Value.Size])));
        return sizes;
    }

    static Dictionary<string, (string Table, TableSize Size)> Outputs(CheckpointManifest manifest)
    {
        var segments = manifest.Files.Where(static file => file.Kind == ManifestFileKind.Segment).ToDictionary(static file => file.Name);
        // A savepoint holds all files itself.
        var own = CheckpointStore.DirectoryOf(manifest.CheckpointId) + "/";
        return manifest.Sinks.ToDictionary(static sink => sink.SinkId, sink => (sink.Table, new TableSize(
            "output",
            sink.Unshipped.Where(one => segments.TryGetValue(one.File, out var file) && file.Path.StartsWith(own, StringComparison.Ordinal)).Sum(static one => one.Bytes),
            sink.Unshipped.Sum(static one => one.Bytes))));
    }
}

/// <summary>How much of a checkpoint is a table's.</summary>
/// <param name="Name">The table, unique in its operator.</param>
/// <param name="BytesWritten">Bytes of keys and values that have changed since the checkpoint before; null where the checkpoint does not say so.</param>
/// <param name="Bytes">About how many bytes its entries take up; null where the checkpoint does not say so.</param>
public sealed record TableSize(string Name, long? BytesWritten, long? Bytes);
