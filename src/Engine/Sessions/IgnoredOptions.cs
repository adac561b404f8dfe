namespace SqlStream.Engine.Sessions;

/// <summary>Options of Flink that a script may set and that have nothing to act on here: they are accepted with a word about it, so that a
/// script need not be changed. Options that would change results are not among them.</summary>
static class IgnoredOptions
{
    static readonly (string Prefix, string Reason)[] s_families =
    [
        ("sql-client.", "it belongs to Flink's SQL client; --output says how results are written"),
        ("sql-gateway.", "it belongs to Flink's SQL gateway"),
        ("jobmanager.", "there is no JVM and no job manager"),
        ("taskmanager.", "there is no JVM and no task manager"),
        ("rest.", "there is no Flink cluster"),
        ("yarn.", "there is no cluster"),
        ("kubernetes.", "there is no cluster"),
        ("akka.", "there is no cluster"),
        ("pekko.", "there is no cluster"),
        ("env.java.", "there is no JVM"),
        ("classloader.", "there is no JVM"),
        ("web.", "there is no Flink web console"),
        ("state.backend.rocksdb.", "'state.memory-budget' bounds memory, and the rest is tuned"),
        ("state.backend.incremental", "checkpoints are always incremental"),
        ("table.exec.mini-batch.", "changes are always folded per key and batch"),
        ("table.optimizer.", "plans are chosen without it"),
        ("pipeline.object-reuse", "batches are always shared"),
        ("pipeline.auto-watermark-interval", "watermarks move with every batch"),
        ("execution.buffer-timeout", "partial batches go on after 10 ms"),
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
