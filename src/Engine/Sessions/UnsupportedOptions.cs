namespace SqlStream.Engine.Sessions;

/// <summary>Options of Flink that would change results or state and that are not there yet. The value that stands for what the engine does
/// anyway is accepted; every other one is refused rather than ignored.</summary>
static class UnsupportedOptions
{
    static readonly Dictionary<string, string[]> s_harmless = new(StringComparer.Ordinal)
    {
        ["table.exec.sink.type-length-enforcer"] = ["IGNORE"],
        ["table.exec.sink.upsert-materialize"] = ["AUTO", "NONE"],
        ["table.exec.sink.require-on-conflict"] = ["false"],
        ["table.exec.source.cdc-events-duplicate"] = ["false"],
        ["table.exec.legacy-cast-behaviour"] = ["DISABLED"],
        ["table.exec.legacy-bytes-to-string-cast"] = ["false"],
        ["table.exec.emit.early-fire.enabled"] = ["false"],
        ["table.exec.emit.late-fire.enabled"] = ["false"],
        ["table.exec.emit.allow-lateness"] = ["0", "0 ms", "0 s"],
        ["table.dynamic-table-options.enabled"] = ["true"],
        ["table.column-expansion-strategy"] = [],
        ["table.rtas-ctas.atomicity-enabled"] = ["false"],
        ["table.sql-dialect"] = ["default"],
        ["table.builtin-catalog-name"] = ["default_catalog"],
        ["table.builtin-database-name"] = ["default_database"],
        ["execution.state-recovery.path"] = [],
        ["pipeline.sources.pause-until-first-checkpoint"] = ["false"],
    };

    /// <summary>True where the option is one of these and has the value of what happens anyway. Raises 0A000 for every other value.</summary>
    public static bool IsHarmless(string key, string value)
    {
        if (!s_harmless.TryGetValue(key, out var values))
            return false;
        return values.Contains(value, StringComparer.OrdinalIgnoreCase) ? true : throw EngineErrors.OptionNotSupported(key, value, values);
    }

    /// <summary>True for one of these.</summary>
    public static bool Contains(string key) => s_harmless.ContainsKey(key);
}
