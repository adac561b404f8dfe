using SqlStream.Core.Time;

namespace SqlStream.State.Checkpoints;

/// <summary>A checkpoint before it is durable: what <c>CheckpointStore.Publish</c> turns into files and a manifest.</summary>
public sealed record CheckpointDraft
{
    /// <summary>From <c>CheckpointStore.NextCheckpointId</c>.</summary>
    public required long CheckpointId { get; init; }

    /// <summary>The committed epoch. Equals that of <see cref="State"/>.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>When it was triggered.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Timestamp of the store's TimeProvider at the trigger, for the duration; null: not measured.</summary>
    public long? StartTimestamp { get; init; }

    /// <inheritdoc cref="CheckpointManifest.Trigger"/>
    public required string Trigger { get; init; }

    /// <inheritdoc cref="CheckpointManifest.EngineVersion"/>
    public required string EngineVersion { get; init; }

    /// <inheritdoc cref="CheckpointManifest.JobId"/>
    public required string JobId { get; init; }

    /// <inheritdoc cref="CheckpointManifest.JobName"/>
    public required string JobName { get; init; }

    /// <inheritdoc cref="CheckpointManifest.Sql"/>
    public required string Sql { get; init; }

    /// <inheritdoc cref="CheckpointManifest.Plan"/>
    public required string Plan { get; init; }

    /// <inheritdoc cref="CheckpointManifest.PlanGraph"/>
    public ManifestPlan? PlanGraph { get; init; }

    /// <inheritdoc cref="CheckpointManifest.MaxParallelism"/>
    public required int MaxParallelism { get; init; }

    /// <inheritdoc cref="CheckpointManifest.Parallelism"/>
    public required int Parallelism { get; init; }

    /// <inheritdoc cref="CheckpointManifest.Operators"/>
    public IReadOnlyList<ManifestOperator> Operators { get; init; } = [];

    /// <inheritdoc cref="CheckpointManifest.Sources"/>
    public IReadOnlyList<ManifestSource> Sources { get; init; } = [];

    /// <inheritdoc cref="CheckpointManifest.Sinks"/>
    public IReadOnlyList<ManifestSink> Sinks { get; init; } = [];

    /// <summary>The state. Stays the caller's, who disposes it after publishing.</summary>
    public required StateSnapshot State { get; init; }

    /// <summary>Segments of the output log that are named by <see cref="Sinks"/>. Hand over the same object in each
    /// checkpoint as long as the segment is unshipped: what is stored already is then neither read nor written again.</summary>
    public IReadOnlyList<DraftFile> Segments { get; init; } = [];
}

/// <summary>A segment file on its way into checkpoints.</summary>
public sealed class DraftFile
{
    /// <summary>A segment with its bytes in memory.</summary>
    public DraftFile(string logicalName, ReadOnlyMemory<byte> content)
    {
        LogicalName = logicalName;
        Content = content;
        Size = content.Length;
    }

    /// <summary>A segment in a local file that does not change any more.</summary>
    /// <param name="logicalName">See <see cref="LogicalName"/>.</param>
    /// <param name="localPath">The file.</param>
    /// <param name="size">Its length in bytes.</param>
    /// <param name="crc32c">Of its content, if who wrote it knows: then the file need not be read before it is stored.</param>
    public DraftFile(string logicalName, string localPath, long size, uint? crc32c = null)
    {
        LogicalName = logicalName;
        LocalPath = localPath;
        Size = size;
        Crc32c = crc32c;
    }

    /// <summary>A segment that a checkpoint of the same job directory holds already, after a restore.</summary>
    public DraftFile(ManifestFile stored)
    {
        LogicalName = stored.Name;
        Size = stored.Size;
        Stored = stored;
    }

    /// <summary>The name in the manifest, unique among the segments of a checkpoint.</summary>
    public string LogicalName { get; }

    /// <summary>Bytes.</summary>
    public long Size { get; }

    /// <summary>The local file, if any.</summary>
    public string? LocalPath { get; }

    /// <summary>Where a published checkpoint holds it; null until one does.</summary>
    public ManifestFile? Stored { get; internal set; }

    internal ReadOnlyMemory<byte> Content { get; }

    internal uint? Crc32c { get; }
}
