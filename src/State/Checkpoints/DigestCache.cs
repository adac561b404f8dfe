namespace SqlStream.State.Checkpoints;

/// <summary>Digests of immutable state files by name and size, valid within one life of a backend: RocksDB never uses a
/// file number twice in it, and does not touch a file again once a snapshot holds it.</summary>
sealed class DigestCache
{
    readonly Dictionary<(string Name, long Size), FileDigest> _digests = [];
    object? _lineage;

    public FileDigest Of(StateSnapshot snapshot, SnapshotFile file, CancellationToken cancellation)
    {
        if (!ReferenceEquals(_lineage, snapshot.Lineage))
        {
            _digests.Clear();
            _lineage = snapshot.Lineage;
        }
        if (_digests.TryGetValue((file.LogicalName, file.Size), out var digest))
            return digest;
        using (var stream = LocalDisk.Guard(file.LocalPath, () => File.OpenRead(file.LocalPath)))
            digest = FileDigest.Of(stream, cancellation);
        _digests.Add((file.LogicalName, file.Size), digest);
        return digest;
    }

    /// <summary>Forgets the files that the newest snapshot does not have any more.</summary>
    public void Trim(StateSnapshot snapshot)
    {
        if (_digests.Count <= 2 * snapshot.Files.Count + 64)
            return;
        var live = new HashSet<(string, long)>();
        foreach (var file in snapshot.Files)
            live.Add((file.LogicalName, file.Size));
        foreach (var key in _digests.Keys)
        {
            if (!live.Contains(key))
                _digests.Remove(key);
        }
    }
}
