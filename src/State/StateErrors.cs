using SqlStream.Core.Diagnostics;
using SqlStream.State.Checkpoints;

namespace SqlStream.State;

/// <summary>Every message of this layer.</summary>
static class StateErrors
{
    public static Diagnostic BackendAlias(string name) => new(
        "00000", $"state backend \"{name}\" is called \"memory\" here", SourceSpan.None, Severity: Severity.Notice);

    public static SqlException NoSuchBackend(string name, string? hint) =>
        new(SqlState.InvalidParameterValue, $"state backend \"{name}\" does not exist", hint ?? "Use \"rocksdb\" or \"memory\".");

    public static SqlException DamagedManifest(string path, string reason) => new(
        SqlState.DataCorrupted,
        $"checkpoint manifest \"{path}\" is damaged",
        hint: "Restore from another checkpoint by naming it; it is never chosen silently, because sinks may be ahead of it.",
        detail: Sentence(reason));

    public static SqlException NewerFormat(string path, int version) => new(
        SqlState.FeatureNotSupported,
        $"checkpoint manifest \"{path}\" was written by a newer engine",
        hint: "Use the engine version that wrote it, or a later one.",
        detail: $"Its format version is {version}; this engine reads up to {CheckpointManifest.CurrentFormatVersion}.");

    static string Sentence(string text) =>
        text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..] + (text.EndsWith('.') ? "" : ".");
}
