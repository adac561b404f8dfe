using SqlStream.Core.Diagnostics;

namespace SqlStream.State.Checkpoints;

/// <summary>Works on checkpoints and savepoints in directories, without an engine: the commands <c>sqlstream checkpoints</c>.</summary>
public sealed class CheckpointInspector
{
    readonly IReadOnlyList<FoundFolder> _folders;

    CheckpointInspector(IReadOnlyList<FoundFolder> folders) => _folders = folders;

    /// <summary>Finds what a path means: a data directory, a checkpoint directory, a job in it, one <c>chk-n</c>, a savepoint,
    /// or a copy of those. Where there is nothing, <see cref="SqlException"/> 42704.</summary>
    public static CheckpointInspector Open(string path) => new(CheckpointSearch.Find(path));

    /// <summary>What was found, by directory and number; broken ones with the reason.</summary>
    public IReadOnlyList<InspectedCheckpoint> List()
    {
        var entries = new List<InspectedCheckpoint>();
        foreach (var folder in _folders)
            entries.AddRange(folder.Entries);
        return entries;
    }

    /// <summary>The newest whole checkpoint, by time and number. Where none is whole, the reason of the newest is raised.</summary>
    public InspectedCheckpoint Show()
    {
        InspectedCheckpoint? newest = null;
        InspectedCheckpoint? broken = null;
        foreach (var entry in List())
        {
            if (!entry.IsValid)
                broken = entry;
            else if (newest is null || IsNewer(entry.Manifest!, newest.Manifest!))
                newest = entry;
        }
        if (newest is not null)
            return newest;
        throw broken is null
            ? StateErrors.NothingToInspect(_folders[0].Folder.Store.Locate(""))
            : StateErrors.BrokenCheckpoint(broken.Path, broken.Problem!);
    }

    /// <summary>Reads and checks every byte of every file.</summary>
    public VerifyReport Verify(CancellationToken cancellation)
    {
        var verification = new Verification();
        foreach (var folder in _folders)
            verification.Add(folder, cancellation);
        return verification.Report();
    }

    /// <summary>Copies what was found into a directory, verifying all of it. May be repeated after an interruption: what is
    /// there and whole is not copied again. Damage is a <see cref="SqlException"/> XX001.</summary>
    public CopyReport Copy(string destination, CancellationToken cancellation)
    {
        var store = new LocalFileStore(destination);
        var bytes = 0L;
        var checkpoints = 0;
        foreach (var folder in _folders)
        {
            var target = new CheckpointFolder(store, folder.Relative.Replace(Path.DirectorySeparatorChar, '/'));
            var manifests = new List<string>();
            foreach (var entry in folder.Entries)
            {
                bytes += CopyOne(entry, target, cancellation);
                manifests.Add(entry.ManifestPath);
                checkpoints++;
            }
            // A savepoint is closed by its nature; other copies are by this marker.
            if (manifests.Count > 0 && !manifests.Contains(CheckpointFolder.ManifestName))
                CopyMarker.Write(target, manifests);
        }
        return new CopyReport(checkpoints, bytes);
    }

    /// <summary>Keeps the newest <paramref name="keep"/> whole checkpoints of each job, deletes the others, and what nobody names. Savepoints
    /// beside them are their owner's and stay.
    /// No process may work on the job meanwhile: take its <see cref="JobLease"/>.</summary>
    public PruneReport Prune(int keep, bool dryRun)
    {
        var checkpoints = new List<string>();
        var files = 0;
        var bytes = 0L;
        var prunable = _folders.Where(folder => folder.Only is null && !IsSavepoint(folder)).ToList();
        if (prunable.Count == 0)
            throw StateErrors.CannotPrune(_folders[0].Folder.Store.Locate(_folders[0].Only ?? ""));
        foreach (var folder in prunable)
        {
            var store = new CheckpointStore(folder.Folder.Store, folder.Folder.Prefix);
            var retention = new Retention(folder.Folder, store.List(), keep, []);
            var going = new List<string>(retention.FindSuperfluousFiles());
            foreach (var id in retention.Deleted)
            {
                checkpoints.Add(folder.Folder.Store.Locate(CheckpointStore.DirectoryOf(id)));
                if (!going.Contains(CheckpointStore.ManifestOf(id)))
                    going.Add(CheckpointStore.ManifestOf(id));
            }
            foreach (var path in going)
            {
                files++;
                bytes += folder.Folder.Store.Size(folder.Folder.NameOf(path)) ?? 0;
            }
            if (dryRun)
                continue;
            CopyMarker.Forget(folder.Folder, retention.Deleted.Select(CheckpointStore.ManifestOf));
            store.Retain(keep, []);
        }
        return new PruneReport(checkpoints, files, bytes);
    }

    static bool IsNewer(CheckpointManifest left, CheckpointManifest right) =>
        left.TimeUtc != right.TimeUtc ? left.TimeUtc > right.TimeUtc : left.CheckpointId > right.CheckpointId;

    static bool IsSavepoint(FoundFolder folder) =>
        folder.Entries.Count == 1 && folder.Entries[0].ManifestPath == CheckpointFolder.ManifestName;

    static long CopyOne(InspectedCheckpoint entry, CheckpointFolder target, CancellationToken cancellation)
    {
        if (entry.Manifest is null)
            throw StateErrors.BrokenCheckpoint(entry.Path, entry.Problem!);
        var bytes = CheckpointCopy.CopyFiles(entry.Folder, target, entry.Manifest, cancellation);
        // Byte for byte, so that the copy's checksums are those of the original.
        var manifest = ReadAll(entry.Folder.Store, entry.Folder.NameOf(entry.ManifestPath));
        var name = target.NameOf(entry.ManifestPath);
        if (target.Store.PublishIfAbsent(name, manifest))
            return bytes + manifest.Length;
        if (!manifest.AsSpan().SequenceEqual(ReadAll(target.Store, name)))
            throw StateErrors.CopyTargetDiffers(target.Store.Locate(name));
        return bytes;
    }

    static byte[] ReadAll(IFileStore store, string name)
    {
        using var stream = store.OpenRead(name);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
