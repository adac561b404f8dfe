using SqlStream.Core.Diagnostics;

namespace SqlStream.State.Checkpoints;

/// <summary>The directory at which the paths in a manifest begin: that of a job, of a savepoint or of a copy. Reads and verifies.</summary>
public sealed class CheckpointFolder
{
    /// <summary>Name of the file that makes a checkpoint one.</summary>
    public const string ManifestName = "manifest.json";

    /// <summary>A directory of a store; an empty prefix is its root.</summary>
    public CheckpointFolder(IFileStore store, string prefix)
    {
        Store = store;
        Prefix = prefix;
    }

    /// <summary>The store.</summary>
    public IFileStore Store { get; }

    /// <summary>The directory in it.</summary>
    public string Prefix { get; }

    /// <summary>Whether a file belongs to the state (the rest is output).</summary>
    public static bool IsState(ManifestFile file) =>
        file.Kind is ManifestFileKind.Sst or ManifestFileKind.RocksDb or ManifestFileKind.State;

    /// <summary>The name in the store of a path in a manifest.</summary>
    public string NameOf(string path) => Prefix.Length == 0 ? path : Prefix + "/" + path;

    /// <summary>Reads a manifest; <paramref name="path"/> as in the folder, <c>manifest.json</c> for a savepoint.</summary>
    public CheckpointManifest ReadManifest(string path = ManifestName)
    {
        var name = NameOf(path);
        using var stream = Store.OpenRead(name);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        var manifest = ManifestFormat.Read(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), Store.Locate(name));
        foreach (var file in manifest.Files)
        {
            // Names become local paths; the checksum says who wrote them, not that they are harmless.
            if (!IsRelative(file.Path) || file.Name.Length == 0 || (file.Offset ?? 0) < 0 || file.Size < 0
                || (file.Kind != ManifestFileKind.Container && (file.Name.Contains('/') || !IsRelative(file.Name))))
                throw StateErrors.DamagedManifest(Store.Locate(name), $"it names a file \"{file.Name}\" at \"{file.Path}\"");
        }
        return manifest;
    }

    /// <summary>Puts the state files into an existing local directory, each verified (size and CRC32C).</summary>
    /// <remarks>Damage is a <see cref="SqlException"/> XX001 that names file and checkpoint. Large files are hard links where the
    /// file system allows it: they must not be written to.</remarks>
    public void RestoreFiles(CheckpointManifest manifest, string localDirectory, CancellationToken cancellation)
    {
        foreach (var file in manifest.Files)
        {
            if (IsState(file))
                RestoreFile(manifest, file, Path.Combine(localDirectory, file.Name), cancellation);
        }
    }

    /// <summary>Puts one file at a local path that is free, verified.</summary>
    public void RestoreFile(CheckpointManifest manifest, ManifestFile file, string localPath, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var name = NameOf(file.Path);
        if (!Store.Exists(name))
            throw StateErrors.DamagedFile(Store.Locate(name), manifest.CheckpointId, "it does not exist");
        if (file.Offset is null)
            Store.ExportFile(name, localPath);
        else
            ExtractPart(file, localPath);
        (long Size, uint Crc32c) found;
        using (var stream = File.OpenRead(localPath))
            found = FileDigest.Quick(stream, cancellation);
        if (found == (file.Size, file.Crc32c))
            return;
        File.Delete(localPath);
        throw StateErrors.DamagedFile(Store.Locate(name), manifest.CheckpointId, Difference(file, found.Size));
    }

    /// <summary>Compares every byte of a file with the manifest; what is wrong, or null.</summary>
    public string? FindDamage(ManifestFile file, CancellationToken cancellation)
    {
        var name = NameOf(file.Path);
        if (!Store.Exists(name))
            return "it does not exist";
        using var stream = Store.OpenRead(name);
        if (file.Offset is { } offset)
            Skip(stream, offset);
        // One byte more than expected shows a file that grew.
        var limit = file.Offset is null ? long.MaxValue : file.Size;
        var found = FileDigest.Of(stream, cancellation, limit);
        var whole = found == new FileDigest(file.Size, file.Crc32c, file.Sha256);
        return whole ? null : Difference(file, found.Size);
    }

    /// <summary>What existence and size of the files say; null where nothing is wrong.</summary>
    internal string? FindMissing(CheckpointManifest manifest)
    {
        foreach (var file in manifest.Files)
        {
            if (file.Offset is not null)
                continue;
            var name = NameOf(file.Path);
            var size = Store.Size(name);
            if (size is null)
                return $"file \"{Store.Locate(name)}\" does not exist";
            if (size != file.Size)
                return $"file \"{Store.Locate(name)}\" is damaged: {Difference(file, size.Value)}";
        }
        return null;
    }

    static string Difference(ManifestFile file, long size) =>
        size == file.Size ? "its checksum does not match the manifest" : $"it has {size} bytes instead of {file.Size}";

    static bool IsRelative(string path)
    {
        foreach (var part in path.Split('/'))
        {
            if (part is "" or "." or ".." || part.Contains('\0') || part.Contains('\\'))
                return false;
        }
        return true;
    }

    static void Skip(Stream stream, long bytes)
    {
        if (stream.CanSeek)
        {
            stream.Seek(bytes, SeekOrigin.Begin);
            return;
        }
        var buffer = new byte[8192];
        while (bytes > 0)
        {
            var read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, bytes));
            if (read == 0)
                return;
            bytes -= read;
        }
    }

    void ExtractPart(ManifestFile file, string localPath)
    {
        using var stream = Store.OpenRead(NameOf(file.Path));
        Skip(stream, file.Offset!.Value);
        LocalDisk.Guard(localPath, () =>
        {
            using var target = new FileStream(localPath, FileMode.CreateNew, FileAccess.Write);
            var buffer = new byte[1 << 16];
            var left = file.Size;
            while (left > 0)
            {
                var read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
                if (read == 0)
                    return;
                target.Write(buffer, 0, read);
                left -= read;
            }
        });
    }
}
