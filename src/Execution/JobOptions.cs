namespace SqlStream.Execution;

/// <summary>How a job restarts after a failure that is nobody's fault.</summary>
public enum RestartKind
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>A number of times, after a fixed delay.</summary>
    FixedDelay,

    /// <summary>For ever, after a delay that grows.</summary>
    ExponentialDelay,
}

/// <summary>A restart strategy (<c>restart-strategy.*</c>).</summary>
public sealed record RestartStrategy
{
    /// <summary>The kind.</summary>
    public RestartKind Kind { get; init; } = RestartKind.ExponentialDelay;

    /// <summary>Restarts of <see cref="RestartKind.FixedDelay"/> at the most.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>Delay of <see cref="RestartKind.FixedDelay"/>, first delay of <see cref="RestartKind.ExponentialDelay"/>.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest delay.</summary>
    public TimeSpan DelayMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>By how much the delay grows.</summary>
    public double Multiplier { get; init; } = 1.5;

    /// <summary>After running this long without a failure the delay begins anew.</summary>
    public TimeSpan ResetAfter { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>What becomes of a sink that does not fit the checkpoint that a job starts from (<c>execution.state-recovery.sinks</c>).</summary>
public enum SinkRecovery
{
    /// <summary>The job stops with the reason.</summary>
    Resume,

    /// <summary>The sink goes on under a new identity: what it has been given since the checkpoint comes again.</summary>
    Fork,

    /// <summary>Rows that the sink has are dropped while they come again; only where they come in the same order.</summary>
    SkipToMarker,
}

/// <summary>What a job needs to know beside its plan.</summary>
public sealed record JobOptions
{
    /// <summary>Identity of the job: 32 hexadecimal digits.</summary>
    public required string JobId { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The statement.</summary>
    public string Sql { get; init; } = "";

    /// <summary>The plan as EXPLAIN prints it, for manifests.</summary>
    public string PlanText { get; init; } = "";

    /// <summary>Subtasks of a task.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>Key groups; fixed for the life of the job.</summary>
    public int MaxParallelism { get; init; } = 128;

    /// <summary>Rows of a batch at the most.</summary>
    public int BatchRows { get; init; } = Core.Rows.Batch.RowsMax;

    /// <summary>Batches that a channel holds.</summary>
    public int ChannelCapacity { get; init; } = 8;

    /// <summary>Time between checkpoints; zero turns them off.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Rows read since the last epoch that ask for a checkpoint before its time; zero for no number.</summary>
    public long CheckpointOnRows { get; init; }

    /// <summary>Bytes of changed state since the last epoch that ask for a checkpoint before its time; zero for no number.</summary>
    public long CheckpointOnStateBytes { get; init; }

    /// <summary>Checkpoints whose state is frozen at once; they are written one after the other.</summary>
    public int CheckpointsConcurrentMax { get; init; } = 1;

    /// <summary>Pause between the end of a checkpoint and the next.</summary>
    public TimeSpan CheckpointMinPause { get; init; }

    /// <summary>A checkpoint that takes longer fails.</summary>
    public TimeSpan CheckpointTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Checkpoints that may fail in a row; null for any number.</summary>
    public int? TolerableFailedCheckpoints { get; init; }

    /// <summary>Whether inputs are held back until a barrier has come on all of them.</summary>
    public bool ExactlyOnce { get; init; } = true;

    /// <summary>Checkpoints kept.</summary>
    public int CheckpointsRetained { get; init; } = 3;

    /// <summary><c>rocksdb</c> or <c>memory</c>.</summary>
    public string StateBackend { get; init; } = "rocksdb";

    /// <summary>Bytes of memory for state.</summary>
    public long MemoryBudgetBytes { get; init; } = 256L << 20;

    /// <summary>A split that was caught up this long does not hold back the watermark; zero never.</summary>
    public TimeSpan SourceIdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What becomes of a sink that does not fit the checkpoint.</summary>
    public SinkRecovery Sinks { get; init; }

    /// <summary>Ends the names of sinks that are given a new identity; drawn once a job is started.</summary>
    public string ForkId { get; init; } = "";

    /// <summary>What happens after a failure.</summary>
    public RestartStrategy Restart { get; init; } = new();

    /// <summary>A directory of the job's own for its database, snapshots and output log; it is emptied at every start.</summary>
    public required string WorkingDirectory { get; init; }
}
