namespace SqlStream.Engine.Sessions;

/// <summary>Names that options had in earlier versions of Flink, which many scripts still use.</summary>
static class FormerOptions
{
    static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        ["state.backend"] = "state.backend.type",
        ["state.checkpoints.dir"] = "execution.checkpointing.dir",
        ["state.savepoints.dir"] = "execution.checkpointing.savepoint-dir",
        ["state.checkpoints.num-retained"] = "execution.checkpointing.num-retained",
        ["execution.savepoint.ignore-unclaimed-state"] = "execution.state-recovery.ignore-unclaimed-state",
        ["execution.savepoint.path"] = "execution.state-recovery.path",
        ["execution.savepoint-restore-mode"] = "execution.state-recovery.claim-mode",
        ["restart-strategy"] = "restart-strategy.type",
        ["table.exec.resource.default-parallelism"] = "parallelism.default",
    };

    /// <summary>The present name of an option.</summary>
    public static string Rename(string key) => s_names.GetValueOrDefault(key, key);
}
