using System.Globalization;
using System.Runtime.InteropServices;
using SqlStream.Core.Diagnostics;
using SqlStream.State.Checkpoints;
using ExternalException = SqlStream.Core.Diagnostics.ExternalException;

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

    public static ExternalException RocksDbMissing() => new(
        "the RocksDB library is not installed",
        Retry.Never,
        SqlState.UndefinedFile,
        hint: "Install the package that brings librocksdb.so.7.8 (Debian: apt-get install librocksdb7.8), "
            + "or use state.backend.type 'memory'.");

    public static ExternalException RocksDbFailed(string action, string directory, string text)
    {
        if (text.Contains("No space left on device", StringComparison.Ordinal)
            || text.Contains("Disk quota exceeded", StringComparison.Ordinal))
        {
            var free = Directory.Exists(directory) ? LocalDisk.Space(directory).Free : 0;
            return WorkingDirectoryFull(directory, free, DirectoryBytes(directory) + (256L << 20), text);
        }
        return new ExternalException(
            $"RocksDB could not {action} in \"{directory}\": {text}",
            Retry.Backoff,
            text.StartsWith("Corruption", StringComparison.Ordinal) ? SqlState.DataCorrupted : SqlState.IoError);
    }

    public static ExternalException WorkingDirectoryFull(string directory, long free, long needed, string? text) => new(
        $"no space left for state in \"{directory}\"" + (text is null ? "" : $": {text}"),
        Retry.Backoff,
        SqlState.DiskFull,
        hint: $"{Mebibytes(free)} are free there and about {Mebibytes(needed)} are needed. "
            + "The job goes on from its last checkpoint when there is room.");

    public static ExternalException FileFailed(string path, int errno, Exception? cause = null)
    {
        var reason = errno == 0 ? cause?.Message ?? "input/output error" : LowerFirst(Marshal.GetPInvokeErrorMessage(errno));
        return errno switch
        {
            Posix.NoSpace or Posix.QuotaExceeded => new ExternalException(
                $"could not write \"{path}\": {reason}", Retry.Backoff, SqlState.DiskFull, cause,
                "Free space on that file system; the next attempt goes on by itself."),
            Posix.AccessDenied or Posix.NotPermitted or Posix.ReadOnlyFileSystem => new ExternalException(
                $"could not access \"{path}\": {reason}", Retry.Never, SqlState.InsufficientPrivilege, cause),
            Posix.NoEntry => new ExternalException(
                $"file \"{path}\" does not exist", Retry.Never, SqlState.UndefinedFile, cause),
            _ => new ExternalException($"could not access \"{path}\": {reason}", Retry.Backoff, SqlState.IoError, cause),
        };
    }

    public static SqlException DamagedRun(string path) => new(
        SqlState.DataCorrupted, $"state file \"{path}\" is damaged", detail: "It is not a well-formed run of the memory backend.");

    static long DirectoryBytes(string directory)
    {
        if (!Directory.Exists(directory))
            return 0;
        var bytes = 0L;
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles())
        {
            try
            {
                bytes += file.Length;
            }
            catch (FileNotFoundException)
            {
                // Compaction deleted it meanwhile.
                continue;
            }
        }
        return bytes;
    }

    static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MB");

    static string LowerFirst(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];

    static string Sentence(string text) =>
        text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..] + (text.EndsWith('.') ? "" : ".");
}
