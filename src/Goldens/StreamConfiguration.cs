namespace SqlStream.Goldens;

/// <summary>What interrupts a stream in its middle.</summary>
public enum Interruption
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A checkpoint, more rows, then the job is canceled and started again from the checkpoint.</summary>
    Crash,

    /// <summary>A savepoint, from which the job goes on in another data directory.</summary>
    Savepoint,
}

/// <summary>One way to run a stream; every way must give the same result.</summary>
/// <param name="Name">Its name.</param>
public sealed record StreamConfiguration(string Name)
{
    /// <summary>Rows of a batch at the most.</summary>
    public int BatchRows { get; init; } = 4096;
    /// <summary>Batches that wait between two subtasks at the most.</summary>
    public int ChannelCapacity { get; init; } = 8;
    /// <summary>Subtasks of each task.</summary>
    public int Parallelism { get; init; } = 1;
    /// <summary>The same after the interruption.</summary>
    public int ParallelismAfter { get; init; } = 1;
    /// <summary>Where state is kept.</summary>
    public string Backend { get; init; } = "memory";
    /// <summary>A checkpoint comes after every block.</summary>
    public bool CheckpointAfterBlocks { get; init; }
    /// <summary>What comes in the middle.</summary>
    public Interruption Interruption { get; init; }

    /// <summary>Phases of aggregations, which a job may change when it goes on: the state is the same.</summary>
    public string Phases { get; init; } = "AUTO";
    /// <summary>The same after the interruption.</summary>
    public string PhasesAfter { get; init; } = "AUTO";

    /// <summary>All ways; the first is the plain one.</summary>
    public static IReadOnlyList<StreamConfiguration> All { get; } =
    [
        new("straight"),
        new("batch of 1") { BatchRows = 1 },
        new("batch of 3, parallelism 3") { BatchRows = 3, Parallelism = 3, Phases = "TWO_PHASE" },
        new("rocksdb, checkpoint after every block") { Backend = "rocksdb", CheckpointAfterBlocks = true, Parallelism = 2, Phases = "TWO_PHASE" },
        new("memory, checkpoint after every block") { CheckpointAfterBlocks = true, BatchRows = 1 },
        new("channel capacity 1") { ChannelCapacity = 1, BatchRows = 1, Parallelism = 2, Phases = "ONE_PHASE" },
        new("crash, then parallelism 3") { Interruption = Interruption.Crash, Parallelism = 2, ParallelismAfter = 3, Backend = "rocksdb", Phases = "ONE_PHASE", PhasesAfter = "TWO_PHASE" },
        new("crash in memory, then parallelism 1") { Interruption = Interruption.Crash, Parallelism = 3, ParallelismAfter = 1, BatchRows = 1 },
        new("savepoint, then parallelism 3") { Interruption = Interruption.Savepoint, Parallelism = 1, ParallelismAfter = 3, Backend = "rocksdb" },
        new("savepoint in memory, then parallelism 2") { Interruption = Interruption.Savepoint, Parallelism = 3, ParallelismAfter = 2, BatchRows = 3, Phases = "TWO_PHASE", PhasesAfter = "ONE_PHASE" },
    ];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
