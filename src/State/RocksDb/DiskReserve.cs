namespace SqlStream.State.RocksDb;

/// <summary>Watches the free space of the working directory, because RocksDB cannot go on after a full disk.</summary>
sealed class DiskReserve(string directory, long reserveBytes)
{
    const long OverheadBytes = 1 << 20;

    /// <summary>Fails while nothing is damaged when the disk has no room for a change set.</summary>
    public void Require(long bytes)
    {
        var (free, _) = LocalDisk.Space(directory);
        if (free < bytes + OverheadBytes)
            throw StateErrors.WorkingDirectoryFull(directory, free, bytes + OverheadBytes + reserveBytes, null);
    }

    /// <summary>Whether compaction must wait. It may go on when twice the reserve is free, so that it does not flutter.</summary>
    public bool IsTouched(bool before)
    {
        var (free, total) = LocalDisk.Space(directory);
        // On a small disk the reserve would be all of it.
        var reserve = Math.Min(reserveBytes, total / 8);
        return free < (before ? 2 * reserve : reserve);
    }
}
