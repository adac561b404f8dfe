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

    public static SqlException LookupTooLarge(long rows) => new(
        SqlState.ConfigurationLimitExceeded,
        string.Create(CultureInfo.InvariantCulture, $"the rows of a lookup table do not fit into memory: {rows} rows take more than 1 GB"),
        "Join a table with fewer rows or columns, or a table that is asked by key.");

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

    public static SqlException DamagedFile(string path, long checkpointId, string reason) => new(
        SqlState.DataCorrupted,
        $"file \"{path}\" of checkpoint {checkpointId} is damaged",
        hint: "Restore from another checkpoint by naming it; it is never chosen silently, because sinks may be ahead of it.",
        detail: Sentence(reason));

    public static SqlException BrokenCheckpoint(string path, string problem) => new(
        SqlState.DataCorrupted, $"checkpoint \"{path}\" is damaged", detail: Sentence(problem));

    public static SqlException CannotPrune(string path) => new(
        SqlState.WrongObjectType,
        $"\"{path}\" is a single checkpoint or savepoint",
        hint: "Prune the directory of its job; a savepoint is deleted like any directory.");

    public static SqlException NoSuchCheckpoint(string path) =>
        new(SqlState.UndefinedObject, $"checkpoint \"{path}\" does not exist");

    public static SqlException NothingToInspect(string path) => new(
        SqlState.UndefinedObject,
        $"there is no checkpoint below \"{path}\"",
        hint: "Name a data directory, a checkpoint directory, a job in it, one chk-n, a savepoint, or a copy of one.");

    public static ExternalException CheckpointIdTaken(string path) => new(
        $"checkpoint \"{path}\" exists already", Retry.Never, SqlState.ObjectInUse,
        hint: "Another process seems to write checkpoints of the same job.");

    public static SqlException SavepointExists(string path) =>
        new(SqlState.DuplicateObject, $"savepoint \"{path}\" already exists", "Name another directory.");

    public static ExternalException NotWrittenAsRead(string path) => new(
        $"file \"{path}\" was read back differently from how it was written", Retry.Backoff, SqlState.DataCorrupted,
        hint: "The checkpoint is discarded. Check the disk or the store.");

    public static SqlException DirectoryInUse(string directory, string owner, bool isOwn) => new(
        SqlState.ObjectInUse,
        $"data directory \"{directory}\" is in use by {(isOwn ? "another engine of this process" : $"process {owner}")}",
        hint: isOwn ? "Dispose that engine, or open this one on another directory." : "Stop that process, or use another --data directory.");

    public static ExternalException DirectoryNotMade(string directory, ExternalException cause) => new(
        $"data directory \"{directory}\" cannot be made: {cause.Message}", cause.Retry, cause.SqlState, cause.InnerException,
        "Name a directory that may be written with --data.");

    public static SqlException DamagedLease(string path) => new(
        SqlState.DataCorrupted,
        $"lease file \"{path}\" is damaged",
        hint: "It numbers the starts in this data directory, which fences older processes. "
            + "Restore it from a backup, or start over in another directory with --restore.");

    public static SqlException NewerLease(string path, int version, int known) => new(
        SqlState.FeatureNotSupported,
        $"lease file \"{path}\" was written by a newer engine",
        hint: "Use the engine version that wrote it, or a later one.",
        detail: $"Its format version is {version}; this engine reads up to {known}.");

    public static SqlException CopyTargetDiffers(string path) => new(
        SqlState.DuplicateObject,
        $"file \"{path}\" exists with other content",
        hint: "Copy into an empty directory, or into one that an earlier copy of the same checkpoint left.");

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
