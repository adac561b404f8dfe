using SqlStream.Core.Diagnostics;

namespace SqlStream.State.Checkpoints;

/// <summary>A directory with checkpoints that share files, or a savepoint.</summary>
/// <param name="Folder">Where paths begin.</param>
/// <param name="Relative">Its path below the one that was searched; empty for that itself.</param>
/// <param name="Entries">What was found and asked for, oldest first.</param>
/// <param name="Only">The one checkpoint directory that was asked for; null: all of the folder.</param>
/// <param name="IsClosed">Whether every file must belong to a checkpoint: in a savepoint and a copy.</param>
sealed record FoundFolder(
    CheckpointFolder Folder, string Relative, IReadOnlyList<InspectedCheckpoint> Entries, string? Only, bool IsClosed);

/// <summary>Finds checkpoints below a path that a person typed.</summary>
static class CheckpointSearch
{
    const int DepthMax = 8;

    /// <summary>The folders below a path, in ordinal order; <see cref="SqlException"/> 42704 where there is none.</summary>
    public static IReadOnlyList<FoundFolder> Find(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (File.Exists(full) && Path.GetFileName(full) == CheckpointFolder.ManifestName)
            full = Path.GetDirectoryName(full)!;
        if (!Directory.Exists(full))
            throw StateErrors.NothingToInspect(full);
        var folders = new List<FoundFolder>();
        if (CheckpointStore.IdOf(Path.GetFileName(full)) is { } id && !IsSavepoint(full))
            folders.Add(Job(Path.GetDirectoryName(full)!, "", id));
        else
            Walk(full, "", 0, folders);
        return folders.Count > 0 ? folders : throw StateErrors.NothingToInspect(full);
    }

    static void Walk(string directory, string relative, int depth, List<FoundFolder> folders)
    {
        if (File.Exists(Path.Combine(directory, CheckpointFolder.ManifestName)))
        {
            folders.Add(Savepoint(directory, relative));
            return;
        }
        var children = LocalDisk.Guard(directory, () => Directory.GetDirectories(directory));
        Array.Sort(children, string.CompareOrdinal);
        if (Array.Exists(children, static child => CheckpointStore.IdOf(Path.GetFileName(child)) is not null && !IsSavepoint(child)))
        {
            folders.Add(Job(directory, relative, null));
            return;
        }
        if (depth == DepthMax)
            return;
        foreach (var child in children)
        {
            if (new DirectoryInfo(child).LinkTarget is null)
                Walk(child, Path.Combine(relative, Path.GetFileName(child)), depth + 1, folders);
        }
    }

    static bool IsSavepoint(string directory)
    {
        var folder = new CheckpointFolder(new LocalFileStore(directory), "");
        return folder.Store.Exists(CheckpointFolder.ManifestName)
            && Look(folder, CheckpointFolder.ManifestName).Manifest is { SelfContained: true };
    }

    static FoundFolder Savepoint(string directory, string relative)
    {
        var folder = new CheckpointFolder(new LocalFileStore(directory), "");
        return new FoundFolder(folder, relative, [Look(folder, CheckpointFolder.ManifestName)], null, IsClosed: true);
    }

    static FoundFolder Job(string directory, string relative, long? only)
    {
        var folder = new CheckpointFolder(new LocalFileStore(directory), "");
        var ids = new SortedSet<long>();
        foreach (var child in LocalDisk.Guard(directory, () => Directory.GetDirectories(directory)))
        {
            if (CheckpointStore.IdOf(Path.GetFileName(child)) is { } id && (only is null || only == id))
                ids.Add(id);
        }
        var entries = new List<InspectedCheckpoint>();
        foreach (var id in ids)
        {
            if (folder.Store.Exists(CheckpointStore.ManifestOf(id)))
                entries.Add(Look(folder, CheckpointStore.ManifestOf(id)));
        }
        var isCopy = folder.Store.Exists(CopyMarker.Name);
        return new FoundFolder(folder, relative, entries, only is null ? null : CheckpointStore.DirectoryOf(only.Value), isCopy);
    }

    static InspectedCheckpoint Look(CheckpointFolder folder, string manifestPath)
    {
        var directory = Path.GetDirectoryName(folder.Store.Locate(manifestPath))!;
        try
        {
            var manifest = folder.ReadManifest(manifestPath);
            return new InspectedCheckpoint(directory, folder, manifestPath, manifest, folder.FindMissing(manifest));
        }
        catch (SqlException e)
        {
            var diagnostic = e.Diagnostics[0];
            return new InspectedCheckpoint(
                directory, folder, manifestPath, null, diagnostic.Detail is null ? diagnostic.Message : $"{diagnostic.Message}: {diagnostic.Detail}");
        }
    }
}
