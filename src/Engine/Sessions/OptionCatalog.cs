using System.Globalization;
using SqlStream.Core.Connect;
using SqlStream.Execution;
using SqlStream.Planner;
using SqlStream.State;

namespace SqlStream.Engine.Sessions;

/// <summary>The options that SET knows, with their defaults, and what jobs take from them.</summary>
public static class OptionCatalog
{
    /// <summary>Every option: key, default, meaning. Keys are Flink's where it has the option.</summary>
    public static IReadOnlyList<OptionDefinition> All { get; } =
    [
        new("execution.runtime-mode", "automatic", "Whether updating operators over bounded input emit final rows only.", ["automatic", "streaming", "batch"]),
        new("execution.checkpointing.interval", "1 s", "Time between checkpoints; 0 turns them off."),
        new("execution.checkpointing.mode", "EXACTLY_ONCE", "Whether inputs are held back until a barrier has come on all.", ["EXACTLY_ONCE", "AT_LEAST_ONCE"]),
        new("execution.checkpointing.timeout", "10 min", "A checkpoint that takes longer fails."),
        new("execution.checkpointing.min-pause", "0 s", "Pause between checkpoints."),
        new("execution.checkpointing.max-concurrent-checkpoints", "1", "Checkpoints whose state is frozen at once; they are written one after the other."),
        new("execution.checkpointing.on-rows", null, "Rows read since the last epoch that ask for a checkpoint before its time."),
        new("execution.checkpointing.on-state-bytes", null, "Changed state since the last epoch that asks for a checkpoint before its time."),
        new("execution.checkpointing.tolerable-failed-checkpoints", "unlimited", "Failed checkpoints in a row that a job survives."),
        new("execution.checkpointing.num-retained", "3", "Checkpoints kept."),
        new("execution.checkpointing.dir", null, "Where checkpoints go; by default into the data directory."),
        new("execution.checkpointing.savepoint-dir", null, "Where savepoints go unless the statement says."),
        new("execution.state-recovery.ignore-unclaimed-state", "false", "State that a changed script does not use is dropped.", ["true", "false"]),
        new("execution.state-recovery.sinks", "resume", "What becomes of a sink that does not fit the checkpoint: the job stops, the sink goes on under a new identity, or what it has is dropped when it comes again.",
            ["resume", "fork", "skip-to-marker"]),
        new("kafka.bootstrap.servers", "localhost:9092", "Brokers of Kafka tables that name none."),
        new("parallelism.default", null, "Subtasks of a task; by default one a worker."),
        new("pipeline.name", null, "Name of the next jobs."),
        new("pipeline.max-parallelism", "128", "Key groups; fixed for the life of a job."),
        new("restart-strategy.type", "exponential-delay", "What happens after a failure that may pass.", ["none", "fixed-delay", "exponential-delay"]),
        new("restart-strategy.fixed-delay.attempts", "1", "Restarts."),
        new("restart-strategy.fixed-delay.delay", "1 s", "Pause before a restart."),
        new("restart-strategy.exponential-delay.initial-backoff", "1 s", "First pause."),
        new("restart-strategy.exponential-delay.max-backoff", "1 min", "Longest pause."),
        new("restart-strategy.exponential-delay.backoff-multiplier", "1.5", "Growth of the pause."),
        new("restart-strategy.exponential-delay.reset-backoff-threshold", "1 h", "After this long without a failure the pause begins anew."),
        new("state.backend.type", "rocksdb", "Where state lies.", ["rocksdb", "memory", "hashmap", "filesystem", "jobmanager"]),
        new("state.memory-budget", "256 mb", "Memory for the state of a job."),
        new("table.dml-sync", "false", "INSERT waits for its job.", ["true", "false"]),
        new("table.exec.sink.not-null-enforcer", "ERROR", "NULL for a NOT NULL column fails the job, or the row is left out.", ["ERROR", "DROP"]),
        new("table.exec.source.idle-timeout", "30 s", "A split that was caught up this long does not hold back the watermark; 0 never."),
        new(SessionOptions.LookupCapacityKey, "10000", "So many rows of a lookup join may wait to be asked for again."),
        new(SessionOptions.LookupOrderKey, "ORDERED", "Whether rows of a lookup join may pass others that wait to be asked for again.", ["ORDERED", "ALLOW_UNORDERED"]),
        new(SessionOptions.LookupTimeoutKey, "3 min", "How long one answer of a lookup by key may take before the job restarts."),
        new(SessionOptions.StateTtlKey, "0 ms", "Rows of joins and groups are forgotten when they are that old; 0 never."),
        new("table.optimizer.agg-phase-strategy", "AUTO", "Whether rows are folded by group before they are sent to who keeps the group.", ["AUTO", "ONE_PHASE", "TWO_PHASE"]),
        new(SessionOptions.DeterminismKey, "IGNORE", "Values that are others when a row is taken back are warned of, or refused.", ["IGNORE", "TRY_RESOLVE"]),
        new("table.local-time-zone", "UTC", "Time zone of the session."),
    ];

    /// <summary>True for an option that SET knows.</summary>
    public static bool IsKnown(string key) => All.Any(option => option.Key == key);

    /// <summary>Checks a key and its value.</summary>
    public static void Check(string key, string value)
    {
        var definition = All.FirstOrDefault(option => option.Key == key) ?? throw EngineErrors.NoSuchOption(key, All.Select(option => option.Key));
        if (definition.Values is { } values && !values.Contains(value, StringComparer.OrdinalIgnoreCase))
            throw EngineErrors.WrongOptionValue(key, value, "one of " + string.Join(", ", values.Select(one => $"'{one}'")));
        // Reading it as a job will do finds every other wrong value here, where the user can see which statement it was.
        _ = ReadJob(new Dictionary<string, string> { [key] = value }, "00000000000000000000000000000000", "check", ".");
        if (key == "table.local-time-zone")
            _ = TimeZone(value);
        var session = new SessionOptions(new Dictionary<string, string> { [key] = value });
        _ = (session.RuntimeMode, session.StateTtl, session.Lookups);
    }

    /// <summary>The time zone of a session.</summary>
    public static TimeZoneInfo TimeZone(string name) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            ? zone
            : throw EngineErrors.WrongOptionValue("table.local-time-zone", name, "a time zone such as UTC or Europe/Berlin");

    /// <summary>The settings of a job.</summary>
    public static JobOptions ReadJob(IReadOnlyDictionary<string, string> values, string jobId, string name, string workingDirectory, int workers = 1)
    {
        var reader = new Reader(values);
        return new JobOptions
        {
            JobId = jobId,
            Name = name,
            WorkingDirectory = workingDirectory,
            Parallelism = (int)reader.Integer("parallelism.default", workers, 1, KeyGroups.MaxParallelismLimit),
            MaxParallelism = (int)reader.Integer("pipeline.max-parallelism", 128, 1, KeyGroups.MaxParallelismLimit),
            CheckpointInterval = reader.Duration("execution.checkpointing.interval", TimeSpan.FromSeconds(1)),
            CheckpointMinPause = reader.Duration("execution.checkpointing.min-pause", TimeSpan.Zero),
            CheckpointOnRows = reader.Integer("execution.checkpointing.on-rows", 0, 1, long.MaxValue),
            CheckpointOnStateBytes = reader.MemorySize("execution.checkpointing.on-state-bytes", 0, 1),
            CheckpointsConcurrentMax = (int)reader.Integer("execution.checkpointing.max-concurrent-checkpoints", 1, 1, 10),
            CheckpointTimeout = reader.Duration("execution.checkpointing.timeout", TimeSpan.FromMinutes(10)),
            TolerableFailedCheckpoints = reader.Text("execution.checkpointing.tolerable-failed-checkpoints") is null or "unlimited"
                ? null
                : (int)reader.Integer("execution.checkpointing.tolerable-failed-checkpoints", 0, 0, int.MaxValue),
            CheckpointsRetained = (int)reader.Integer("execution.checkpointing.num-retained", 3, 1, 1_000),
            ExactlyOnce = !string.Equals(reader.Text("execution.checkpointing.mode"), "AT_LEAST_ONCE", StringComparison.OrdinalIgnoreCase),
            StateBackend = reader.Text("state.backend.type") ?? StateBackends.RocksDb,
            MemoryBudgetBytes = reader.MemorySize("state.memory-budget", 256L << 20, 8 << 20),
            SourceIdleTimeout = reader.Duration("table.exec.source.idle-timeout", TimeSpan.FromSeconds(30)),
            Restart = ReadRestart(reader),
            Sinks = reader.Text("execution.state-recovery.sinks")?.ToLowerInvariant() switch
            {
                "fork" => SinkRecovery.Fork,
                "skip-to-marker" => SinkRecovery.SkipToMarker,
                _ => SinkRecovery.Resume,
            },
        };
    }

    static RestartStrategy ReadRestart(Reader reader)
    {
        var isFixed = reader.Text("restart-strategy.type") == "fixed-delay";
        return new RestartStrategy
        {
            Kind = reader.Text("restart-strategy.type") switch
            {
                "none" => RestartKind.None,
                "fixed-delay" => RestartKind.FixedDelay,
                _ => RestartKind.ExponentialDelay,
            },
            Attempts = (int)reader.Integer("restart-strategy.fixed-delay.attempts", 1, 0, int.MaxValue),
            Delay = reader.Duration(
                isFixed ? "restart-strategy.fixed-delay.delay" : "restart-strategy.exponential-delay.initial-backoff", TimeSpan.FromSeconds(1)),
            DelayMax = reader.Duration("restart-strategy.exponential-delay.max-backoff", TimeSpan.FromMinutes(1)),
            Multiplier = reader.Number("restart-strategy.exponential-delay.backoff-multiplier", 1.5, 1, 100),
            ResetAfter = reader.Duration("restart-strategy.exponential-delay.reset-backoff-threshold", TimeSpan.FromHours(1)),
        };
    }

    sealed class Reader(IReadOnlyDictionary<string, string> values)
    {
        public string? Text(string key) => values.GetValueOrDefault(key);

        public long Integer(string key, long fallback, long min, long max)
        {
            if (Text(key) is not { } text)
                return fallback;
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
                ? value
                : throw EngineErrors.WrongOptionValue(key, text, $"a whole number from {min} to {max}");
        }

        public double Number(string key, double fallback, double min, double max)
        {
            if (Text(key) is not { } text)
                return fallback;
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
                ? value
                : throw EngineErrors.WrongOptionValue(key, text, FormattableString.Invariant($"a number from {min} to {max}"));
        }

        public TimeSpan Duration(string key, TimeSpan fallback)
        {
            if (Text(key) is not { } text)
                return fallback;
            return Durations.TryParse(text, out var value) ? value : throw EngineErrors.WrongOptionValue(key, text, "a duration such as 100ms, 1 s or 10 min");
        }

        public long MemorySize(string key, long fallback, long min)
        {
            if (Text(key) is not { } text)
                return fallback;
            return MemorySizes.TryParse(text, out var value) && value >= min
                ? value
                : throw EngineErrors.WrongOptionValue(key, text, $"a size of at least {MemorySizes.Format(min)}, such as 256 mb");
        }
    }
}
