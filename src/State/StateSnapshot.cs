using SqlStream.Core.Time;

namespace SqlStream.State;

/// <summary>One file of a snapshot.</summary>
/// <param name="LogicalName">The name under which the backend wants it back when it restores.</param>
/// <param name="LocalPath">Where it is now.</param>
/// <param name="Size">Bytes.</param>
/// <param name="IsImmutableShared">True when later snapshots of the same backend hold the same file under the same name.</param>
public sealed record SnapshotFile(string LogicalName, string LocalPath, long Size, bool IsImmutableShared);

/// <summary>The content of a backend as of one epoch, as files. Disposing deletes the directory; the files stay readable
/// until then, whatever the backend does.</summary>
public sealed class StateSnapshot : IDisposable
{
    readonly string? _directory;

    /// <summary>Takes ownership of <paramref name="directory"/>; null where there is nothing to delete.</summary>
    public StateSnapshot(Epoch epoch, string backend, string? directory, IReadOnlyList<SnapshotFile> files, object lineage)
    {
        Epoch = epoch;
        Backend = backend;
        _directory = directory;
        Files = files;
        Lineage = lineage;
    }

    /// <summary>The epoch.</summary>
    public Epoch Epoch { get; }

    /// <summary>Name of the backend that reads the files.</summary>
    public string Backend { get; }

    /// <summary>The files, in order of their names; empty while nothing was ever written.</summary>
    public IReadOnlyList<SnapshotFile> Files { get; }

    /// <summary>The same object for all snapshots of one backend instance. Within it an immutable file is identified by name and size.</summary>
    public object Lineage { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_directory is not null && Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }
}
