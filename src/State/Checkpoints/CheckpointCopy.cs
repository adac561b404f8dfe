namespace SqlStream.State.Checkpoints;

/// <summary>Copies the files of a checkpoint from one folder into another under the same paths.</summary>
static class CheckpointCopy
{
    /// <summary>Copies what is missing and verifies every byte on both sides of the copy; returns the bytes written. The
    /// names are durable afterwards; the manifest is left to the caller.</summary>
    public static long CopyFiles(
        CheckpointFolder source, CheckpointFolder target, CheckpointManifest manifest, CancellationToken cancellation)
    {
        var written = 0L;
        var directories = new HashSet<string>();
        var done = new HashSet<string>();
        foreach (var file in manifest.Files)
        {
            if (file.Offset is not null || !done.Add(file.Path))
                continue;
            var name = target.NameOf(file.Path);
            directories.Add(name[..name.LastIndexOf('/')]);
            // What an interrupted copy left is used if it is whole.
            if (target.Store.Size(name) == file.Size && target.FindDamage(file, cancellation) is null)
                continue;
            written += CopyFile(source, target, manifest, file, cancellation);
        }
        foreach (var directory in directories)
            target.Store.SyncDirectory(directory);
        return written;
    }

    static long CopyFile(
        CheckpointFolder source, CheckpointFolder target, CheckpointManifest manifest, ManifestFile file, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (source.FindDamage(file, cancellation) is { } damage)
            throw StateErrors.DamagedFile(source.Store.Locate(source.NameOf(file.Path)), manifest.CheckpointId, damage);
        using (var stream = source.Store.OpenRead(source.NameOf(file.Path)))
            target.Store.Write(target.NameOf(file.Path), stream, durable: true);
        if (target.FindDamage(file, cancellation) is not null)
            throw StateErrors.NotWrittenAsRead(target.Store.Locate(target.NameOf(file.Path)));
        return file.Size;
    }
}
