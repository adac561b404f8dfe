namespace SqlStream.Engine.Sessions;

/// <summary>Options of Flink that a script may set and that have nothing to act on here: they are accepted with a word about it, so that a
/// script need not be changed. Options that would change results are not among them (<see cref="UnsupportedOptions"/>).</summary>
static class IgnoredOptions
{
    const string NoCluster = "there is no cluster";
    const string NoJvm = "there is no JVM";
    const string Tuned = "the engine tunes this itself";
    const string Aligned = "barriers are aligned";
    const string StateFiles = "checkpoints have their own layout";

    // A key, or the beginning of keys.
    static readonly (string Prefix, string Reason)[] s_families =
    [
        ("sql-client.", "it belongs to Flink's SQL client; --output says how results are written"),
        ("table.display.", "it belongs to Flink's SQL client; --output says how results are written"),
        ("sql-gateway.", "it belongs to Flink's SQL gateway"),
        ("jobmanager.", "there is no JVM and no job manager"),
        ("taskmanager.", "there is no JVM and no task manager"),
        ("rest.", "there is no Flink cluster"),
        ("web.", "there is no Flink web console"),
        ("yarn.", NoCluster),
        ("kubernetes.", NoCluster),
        ("akka.", NoCluster),
        ("pekko.", NoCluster),
        ("high-availability", NoCluster),
        ("heartbeat.", NoCluster),
        ("cluster.", NoCluster),
        ("slot", NoCluster),
        ("blob.", NoCluster),
        ("jobstore.", NoCluster),
        ("execution.target", NoCluster),
        ("execution.attached", NoCluster),
        ("execution.shutdown-on-attached-exit", NoCluster),
        ("env.", NoJvm),
        ("classloader.", NoJvm),
        ("pipeline.jars", NoJvm),
        ("pipeline.classpaths", NoJvm),
        ("pipeline.generic-types", NoJvm),
        ("pipeline.force-", NoJvm),
        ("pipeline.serialization-config", NoJvm),
        ("pipeline.closure-cleaner-level", NoJvm),
        ("table.generated-code.", NoJvm),
        ("table.exec.operator-fusion-codegen.", NoJvm),
        ("table.codegen.", NoJvm),
        ("metrics.", "metrics are not reported to others"),
        ("state.backend.rocksdb.", "'state.memory-budget' bounds memory, and the rest is tuned"),
        ("state.backend.forst.", "'state.memory-budget' bounds memory, and the rest is tuned"),
        ("state.backend.latency-track", Tuned),
        ("state.backend.local-recovery", StateFiles),
        ("state.backend.incremental", "checkpoints are always incremental"),
        ("state.backend.async", "checkpoints are always written in the background"),
        ("state.changelog.", StateFiles),
        ("state.latency-track.", Tuned),
        ("state.size-track.", Tuned),
        ("state.storage.", StateFiles),
        ("state.checkpoint-storage", StateFiles),
        ("execution.checkpointing.storage", StateFiles),
        ("execution.checkpointing.create-subdir", StateFiles),
        ("execution.checkpointing.data-inline-threshold", StateFiles),
        ("execution.checkpointing.write-buffer-size", StateFiles),
        ("execution.checkpointing.cleaner.", StateFiles),
        ("execution.checkpointing.file-merging.", StateFiles),
        ("execution.checkpointing.local-backup.", StateFiles),
        ("execution.checkpointing.incremental", "checkpoints are always incremental"),
        ("execution.checkpointing.externalized-checkpoint-retention", "checkpoints of a canceled job are kept"),
        ("execution.checkpointing.unaligned", Aligned),
        ("execution.checkpointing.aligned-checkpoint-timeout", Aligned),
        ("execution.checkpointing.force-unaligned", Aligned),
        ("execution.checkpointing.alignment-timeout", Aligned),
        ("execution.checkpointing.interval-during-backlog", "the interval is always the same"),
        ("execution.checkpointing.checkpoints-after-tasks-finish", "checkpoints go on until all inputs have ended"),
        ("execution.state-recovery.from-local", StateFiles),
        ("execution.state-recovery.claim-mode", "a savepoint that a job starts from is never deleted"),
        ("execution.batch.", Tuned),
        ("execution.batch-shuffle-mode", Tuned),
        ("execution.sorted-inputs.", Tuned),
        ("execution.buffer-timeout", "partial batches go on after 10 ms"),
        ("restart-strategy.exponential-delay.jitter-factor", "pauses are not varied"),
        ("parallelism.max", Tuned),
        ("table.exec.mini-batch.", "changes are always folded per key and batch"),
        ("table.exec.uid.", "operators know their state by what they compute"),
        ("table.exec.sort.", Tuned),
        ("table.exec.spill-compression", Tuned),
        ("table.exec.window-agg.", Tuned),
        ("table.exec.local-hash-agg.", Tuned),
        ("table.exec.rank.", Tuned),
        ("table.exec.async-", Tuned),
        ("table.exec.shuffle-mode", Tuned),
        ("table.exec.disabled-operators", Tuned),
        ("table.exec.simplify-operator-name-enabled", Tuned),
        ("table.exec.sink.keyed-shuffle", "the changes of a key always reach the same subtask"),
        ("table.exec.sink.rowtime-inserter", "rows have no time beside their columns"),
        ("table.exec.deduplicate.", "changes are always folded per key and batch"),
        ("table.optimizer.", "plans are chosen without it"),
        ("table.plan.", "plans are chosen without it"),
        ("pipeline.object-reuse", "batches are always shared"),
        ("pipeline.operator-chaining", "operators are always chained where they can be"),
        ("pipeline.auto-watermark-interval", "watermarks move with every batch"),
        ("pipeline.auto-generate-uids", "operators know their state by what they compute"),
        ("pipeline.registered-", NoJvm),
        ("pipeline.default-kryo-serializers", NoJvm),
        ("pipeline.vertex-", Tuned),
        ("python.", "there is no Python"),
    ];

    /// <summary>The line, or null for an option that is none of these.</summary>
    public static string? Notice(string key)
    {
        foreach (var (prefix, reason) in s_families)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal))
                return $"option '{key}' has no effect: {reason}";
        }
        return null;
    }
}
