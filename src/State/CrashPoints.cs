namespace SqlStream.State;

/// <summary>The places at which tests may end the process, by the name that <c>SQLSTREAM_CRASH</c> takes.</summary>
public static class CrashPoints
{
    /// <summary>The data directory is this process's, under a new number.</summary>
    public const string LeaseTaken = "lease.taken";

    /// <summary>The change set of a subtask is in a file of the working directory, and not in the database.</summary>
    public const string SstWritten = "state.sst-written";

    /// <summary>The database holds the epoch; nobody was told.</summary>
    public const string Ingested = "state.ingested";

    /// <summary>The snapshot is in a directory of the working directory.</summary>
    public const string SnapshotTaken = "state.snapshot-taken";

    /// <summary>One more file of a checkpoint is in the store.</summary>
    public const string FileImported = "checkpoint.file-imported";

    /// <summary>All files of a checkpoint are in the store, read back and found whole.</summary>
    public const string FilesVerified = "checkpoint.files-verified";

    /// <summary>The names of all files are durable; the manifest is not there.</summary>
    public const string BeforeManifest = "checkpoint.before-manifest";

    /// <summary>The manifest is durable; nobody was told.</summary>
    public const string Published = "checkpoint.published";

    /// <summary>The manifest of an old checkpoint is deleted, its files are not.</summary>
    public const string RetainManifestDeleted = "retain.manifest-deleted";

    /// <summary>One file that no retained checkpoint names is deleted.</summary>
    public const string RetainFilesDeleted = "retain.files-deleted";

    /// <summary>The files of a savepoint are copied; its manifest is not there.</summary>
    public const string SavepointCopied = "savepoint.copied";

    /// <summary>The files of a checkpoint are in the fresh working directory; the database is not open.</summary>
    public const string RestoreFilesLinked = "restore.files-linked";

    /// <summary>The restored database is open.</summary>
    public const string RestoreOpened = "restore.opened";

    /// <summary>Those of a job's checkpoints, in the order of the protocol.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        SstWritten, Ingested, SnapshotTaken, FileImported, FilesVerified, BeforeManifest, Published,
        RetainManifestDeleted, RetainFilesDeleted, RestoreFilesLinked, RestoreOpened,
    ];
}
