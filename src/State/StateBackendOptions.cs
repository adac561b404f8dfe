namespace SqlStream.State;

/// <summary>Where and how a state backend works.</summary>
public sealed record StateBackendOptions
{
    /// <summary>A directory that belongs to this job alone. The backend makes a fresh directory below it, deletes it on
    /// Dispose, and deletes those of dead predecessors when it opens. Nothing in it survives a restart.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>What the backend may use of the job's memory; it is added to the block cache, of which a process
    /// has one.</summary>
    public long MemoryBudgetBytes { get; init; } = 256L << 20;

    /// <summary>Bytes of an SST block, before compression.</summary>
    public int BlockBytes { get; init; } = 16 << 10;

    /// <summary>Bits per key of the bloom filters; a miss costs ten times more without them.</summary>
    public double BloomBitsPerKey { get; init; } = 10;

    /// <summary>Files over the same keys in level 0 at which compaction begins. The backend multiplies it by the number
    /// of files that one epoch brings, because those do not overlap. At 24 the uploads of 1 % changes stay below 8 times
    /// the change, which 8 doubles; a miss costs a third more (docs/adr/0006-epochs-checkpoints-manifest.md).</summary>
    public int Level0CompactionTrigger { get; init; } = 24;

    /// <summary>Files of level 0 at which ingestion slows down.</summary>
    public int Level0SlowdownTrigger { get; init; } = 1000;

    /// <summary>Files of level 0 at which ingestion stops.</summary>
    public int Level0StopTrigger { get; init; } = 2000;

    /// <summary>Size of the files that compaction writes.</summary>
    public long TargetFileBytes { get; init; } = 32L << 20;

    /// <summary>Compactions that may run at once.</summary>
    public int BackgroundJobs { get; init; } = 2;

    /// <summary>Free disk space below which compaction pauses, so that commits still fit.</summary>
    public long DiskReserveBytes { get; init; } = 256L << 20;

    /// <summary>From this size on the changes of a table become a file of their own, which RocksDB can place below level 0 if its range is a new one. Smaller ones
    /// share a file: every file at level 0 costs each read.</summary>
    public long TableFileBytes { get; init; } = 4L << 20;

    /// <summary>The clock that measures reads.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
