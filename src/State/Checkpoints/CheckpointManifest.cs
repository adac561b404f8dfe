using System.Text.Json.Serialization;

namespace SqlStream.State.Checkpoints;

/// <summary>Everything that is known about one checkpoint or savepoint. Field by field: docs/mechanisms/state-format.md.</summary>
/// <remarks>Immutable once published. Read and written by <see cref="ManifestFormat"/> only.</remarks>
public sealed record CheckpointManifest
{
    /// <summary>The version that this engine writes, and the newest it reads.</summary>
    public const int CurrentFormatVersion = 1;

    /// <summary>Version of the format.</summary>
    public int FormatVersion { get; init; } = CurrentFormatVersion;

    /// <summary>Version of the engine that wrote it.</summary>
    public required string EngineVersion { get; init; }

    /// <summary>Id of the job.</summary>
    public required string JobId { get; init; }

    /// <summary>Name of the job.</summary>
    public required string JobName { get; init; }

    /// <summary>Number of the checkpoint; never used twice in a job.</summary>
    public required long CheckpointId { get; init; }

    /// <summary>The epoch that it makes durable.</summary>
    public required long Epoch { get; init; }

    /// <summary>When it was triggered, UTC.</summary>
    public required DateTimeOffset TimeUtc { get; init; }

    /// <summary>Why: <c>interval</c>, <c>statement</c>, <c>api</c>, <c>savepoint</c>, <c>stop</c>, <c>state-size</c>.</summary>
    public required string Trigger { get; init; }

    /// <summary>True where all files lie beside the manifest (savepoint); false where paths begin at the directory above (checkpoint).</summary>
    public bool SelfContained { get; init; }

    /// <summary>SQL text of the job.</summary>
    public required string Sql { get; init; }

    /// <summary>The physical plan, for people.</summary>
    public required string Plan { get; init; }

    /// <summary>The physical plan, for tools and for restoring under another plan; null where it was not written.</summary>
    public ManifestPlan? PlanGraph { get; init; }

    /// <summary>Number of key groups; fixed for the job's life.</summary>
    public required int MaxParallelism { get; init; }

    /// <summary>Parallelism when it was taken.</summary>
    public required int Parallelism { get; init; }

    /// <summary>The state backend that wrote the state files.</summary>
    public required string StateBackend { get; init; }

    /// <summary>Operators with their state tables.</summary>
    public IReadOnlyList<ManifestOperator> Operators { get; init; } = [];

    /// <summary>Positions of the sources.</summary>
    public IReadOnlyList<ManifestSource> Sources { get; init; } = [];

    /// <summary>What the sinks have committed, and output that is not shipped yet.</summary>
    public IReadOnlyList<ManifestSink> Sinks { get; init; } = [];

    /// <summary>The files, in order of kind and name.</summary>
    public IReadOnlyList<ManifestFile> Files { get; init; } = [];

    /// <summary>Bytes that were new in the store.</summary>
    public long BytesWritten { get; init; }

    /// <summary>Bytes of all files.</summary>
    public long BytesTotal { get; init; }

    /// <summary>From the trigger to the moment before the manifest was published.</summary>
    public long DurationMs { get; init; }
}

/// <summary>An operator.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="Name">For people.</param>
/// <param name="Parallelism">Number of subtasks.</param>
/// <param name="Tables">Its state tables.</param>
/// <param name="State">Small operator state per subtask, null where a subtask has none.</param>
public sealed record ManifestOperator(
    string Id, string Name, int Parallelism, IReadOnlyList<ManifestTable> Tables, IReadOnlyList<byte[]?>? State = null);

/// <summary>A state table.</summary>
/// <param name="Name">Unique in the operator.</param>
/// <param name="TableId">First two bytes of its keys.</param>
/// <param name="KeyType">SQL type of the key.</param>
/// <param name="ValueType">SQL type of the value.</param>
/// <param name="Version">Version of the layout.</param>
/// <param name="Bytes">About how many bytes its entries take up; null in manifests of earlier engines.</param>
/// <param name="BytesWritten">Bytes of the keys and values that have changed since the checkpoint before; null in manifests of earlier engines.</param>
public sealed record ManifestTable(string Name, int TableId, string KeyType, string ValueType, int Version, long? Bytes = null, long? BytesWritten = null);

/// <summary>A source.</summary>
/// <param name="OperatorId">Its operator.</param>
/// <param name="Table">Its table.</param>
/// <param name="Splits">The splits that are not read to the end: the enumerator knows which others there were.</param>
/// <param name="Enumerator">State of split discovery, as JSON.</param>
/// <param name="FinishedSplits">Number of splits that were read to the end.</param>
/// <param name="FinishedWatermarkMicros">The greatest of their watermarks; null if there is none.</param>
public sealed record ManifestSource(
    string OperatorId, string Table, IReadOnlyList<ManifestSplit> Splits, string? Enumerator = null, long FinishedSplits = 0,
    long? FinishedWatermarkMicros = null);

/// <summary>A split of a source.</summary>
/// <param name="Id">Unique in the source.</param>
/// <param name="Position">Where to go on reading, as JSON.</param>
/// <param name="WatermarkMicros">Its watermark; null before the first.</param>
/// <param name="Idle">Whether it counts as idle.</param>
/// <param name="Finished">Whether it was read to its end: only in manifests of earlier engines, which kept such splits.</param>
public sealed record ManifestSplit(
    string Id, string Position, long? WatermarkMicros = null, bool Idle = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Finished = false);

/// <summary>A sink.</summary>
/// <param name="SinkId">Stable id.</param>
/// <param name="Table">Its table.</param>
/// <param name="CommittedEpoch">Newest epoch known to be wholly in the target; null before the first.</param>
/// <param name="CommittedPosition">Position inside the epoch after it, as the sink's marker says; null at its start.</param>
/// <param name="Incarnation">Incarnation of the job that wrote last.</param>
/// <param name="Unshipped">Output that the target does not have.</param>
/// <param name="Fork">Ends the name under which the target knows the sink, where it was given another one; null where it was not.</param>
/// <param name="Tally">All that the sink was given; null where that is not known.</param>
/// <param name="SkipTo">The tally up to which rows are dropped because the target has them; null where none are.</param>
public sealed record ManifestSink(
    string SinkId, string Table, long? CommittedEpoch, string? CommittedPosition, long Incarnation, IReadOnlyList<ManifestSegment> Unshipped,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Fork = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ManifestTally? Tally = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ManifestTally? SkipTo = null);

/// <summary>What the one subtask of a sink has written since the job began.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Crc32c">Checksum of their bytes.</param>
public sealed record ManifestTally(long Rows, uint Crc32c);

/// <summary>A segment of the output log.</summary>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Subtask">The sink subtask that wrote it.</param>
/// <param name="File">Logical name of its file.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Bytes">Size.</param>
/// <param name="Crc32c">Checksum of its content.</param>
/// <param name="Tally">All that the sink was given up to its end; null where that is not known.</param>
public sealed record ManifestSegment(
    long Epoch, int Subtask, string File, long Rows, long Bytes, uint Crc32c,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ManifestTally? Tally = null);

/// <summary>A file of a checkpoint.</summary>
/// <param name="Name">Logical name: what the reader of the file calls it; unique within its kind.</param>
/// <param name="Path">Physical file, from the directory of the job (checkpoint) or of the manifest (savepoint).</param>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Crc32c">Checksum of those bytes.</param>
/// <param name="Sha256">Digest of those bytes, lower-case hexadecimal.</param>
/// <param name="Offset">Where it begins in the physical file, when that holds several small ones; null when it is the whole file.</param>
public sealed record ManifestFile(
    string Name, string Path, ManifestFileKind Kind, long Size, uint Crc32c, string Sha256, long? Offset = null);

/// <summary>What a file of a checkpoint is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ManifestFileKind>))]
public enum ManifestFileKind
{
    /// <summary>A sorted table of RocksDB.</summary>
    [JsonStringEnumMemberName("sst")]
    Sst,

    /// <summary>Another file of RocksDB.</summary>
    [JsonStringEnumMemberName("rocksdb")]
    RocksDb,

    /// <summary>A run of the memory backend.</summary>
    [JsonStringEnumMemberName("state")]
    State,

    /// <summary>A segment of the output log.</summary>
    [JsonStringEnumMemberName("segment")]
    Segment,

    /// <summary>Several small files one after the other; those are listed too, with their offsets.</summary>
    [JsonStringEnumMemberName("container")]
    Container,
}
