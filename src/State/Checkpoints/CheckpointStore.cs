using System.Globalization;
using SqlStream.Core.Diagnostics;

namespace SqlStream.State.Checkpoints;

/// <summary>The checkpoints of one job in a file store. One instance per job and process writes; thread-safe, one operation at a time.</summary>
/// <remarks>Protocol (docs/mechanisms/state-format.md): files first, synced and read back; then the names; then the manifest,
/// which appears whole or not at all, under a number that was free. Deleting goes the other way round. So a checkpoint whose
/// manifest is there is complete, whenever the process or the machine dies.</remarks>
public sealed class CheckpointStore
{
    /// <summary>Directory of the files that several checkpoints may name.</summary>
    internal const string SharedDirectory = "shared";
    const string DirectoryPrefix = "chk-";

    readonly CheckpointFolder _folder;
    readonly TimeProvider _time;
    readonly DigestCache _digests = new();
    readonly Lock _lock = new();
    Dictionary<string, ManifestFile>? _stored;
    long _lastId;

    /// <summary>The checkpoints below <paramref name="jobPrefix"/>.</summary>
    public CheckpointStore(IFileStore store, string jobPrefix, TimeProvider? time = null)
    {
        _folder = new CheckpointFolder(store, jobPrefix);
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The job's directory, for reading.</summary>
    public CheckpointFolder Folder => _folder;

    /// <summary>A number that no checkpoint of this job has or had, nor an interrupted one that left files.</summary>
    public long NextCheckpointId()
    {
        lock (_lock)
        {
            foreach (var id in FindDirectories())
                _lastId = Math.Max(_lastId, id);
            return ++_lastId;
        }
    }

    /// <summary>Makes a checkpoint durable and returns when it is. Where it fails, no manifest is left and older checkpoints are untouched.</summary>
    /// <remarks>An <see cref="Core.Diagnostics.ExternalException"/> says what the store could not do (53100: disk full); the job goes on.</remarks>
    public CheckpointInfo Publish(CheckpointDraft draft, CancellationToken cancellation)
    {
        lock (_lock)
        {
            Check.That(draft.State.Epoch == draft.Epoch);
            var name = ManifestOf(draft.CheckpointId);
            if (_folder.Store.Exists(_folder.NameOf(name)))
                throw StateErrors.CheckpointIdTaken(_folder.Store.Locate(_folder.NameOf(name)));
            var writer = new CheckpointWriter(_folder, draft.CheckpointId, Stored(), null, _digests);
            var manifest = WriteManifest(_folder, writer, draft, name, selfContained: false, cancellation);
            if (manifest is null)
                throw StateErrors.CheckpointIdTaken(_folder.Store.Locate(_folder.NameOf(name)));
            AddPhysical(Stored(), manifest);
            _lastId = Math.Max(_lastId, draft.CheckpointId);
            writer.MarkStored();
            CrashPoint.Hit(CrashPoints.Published);
            return InfoOf(manifest, null);
        }
    }

    /// <summary>Every published checkpoint, by number; broken ones with the reason. A checkpoint that was interrupted
    /// before its manifest is none.</summary>
    public IReadOnlyList<CheckpointInfo> List()
    {
        var infos = new List<CheckpointInfo>();
        foreach (var id in FindDirectories())
        {
            if (_folder.Store.Exists(_folder.NameOf(ManifestOf(id))))
                infos.Add(Look(id));
        }
        return infos;
    }

    /// <summary>The newest published checkpoint, also if it is broken: an older one is not taken in its place, because the
    /// sinks may be ahead of it. Null where there is none.</summary>
    public CheckpointInfo? Latest()
    {
        var ids = FindDirectories();
        for (var i = ids.Count - 1; i >= 0; i--)
        {
            if (_folder.Store.Exists(_folder.NameOf(ManifestOf(ids[i]))))
                return Look(ids[i]);
        }
        return null;
    }

    /// <summary>The manifest of a checkpoint; <see cref="SqlException"/> 42704 where there is none, XX001 where it is damaged.</summary>
    public CheckpointManifest Load(long checkpointId)
    {
        var name = ManifestOf(checkpointId);
        if (!_folder.Store.Exists(_folder.NameOf(name)))
            throw StateErrors.NoSuchCheckpoint(_folder.Store.Locate(_folder.NameOf(name)));
        var manifest = _folder.ReadManifest(name);
        if (manifest.CheckpointId != checkpointId)
            throw StateErrors.DamagedManifest(_folder.Store.Locate(_folder.NameOf(name)), $"it is that of checkpoint {manifest.CheckpointId}");
        return manifest;
    }

    /// <inheritdoc cref="CheckpointFolder.RestoreFiles"/>
    public void RestoreFiles(CheckpointManifest manifest, string localDirectory, CancellationToken cancellation) =>
        _folder.RestoreFiles(manifest, localDirectory, cancellation);

    /// <summary>What a backend needs to start from a checkpoint of this job.</summary>
    public StateRestore RestoreFrom(CheckpointManifest manifest) =>
        new(manifest, (directory, cancellation) => _folder.RestoreFiles(manifest, directory, cancellation));

    /// <summary>Keeps the newest <paramref name="count"/> whole checkpoints and the pinned ones; deletes what is older, the files
    /// that then no manifest names, and the leftovers of interrupted checkpoints. Returns the deleted numbers.</summary>
    /// <remarks>A broken checkpoint that is newer than the oldest one kept stays for inspection. While a kept
    /// manifest cannot be read, no file but manifests is deleted: it may name any.</remarks>
    public IReadOnlyList<long> Retain(int count, IReadOnlyCollection<long> pinned)
    {
        lock (_lock)
        {
            Check.That(count > 0);
            var retention = new Retention(_folder, List(), count, pinned);
            // From here on the cache may name files that are gone, also if deleting fails half-way.
            _stored = null;
            foreach (var id in FindDirectories())
                _lastId = Math.Max(_lastId, id);
            retention.Apply();
            return retention.Deleted;
        }
    }

    /// <summary>Writes a checkpoint as a savepoint: a directory that holds everything and may be moved.</summary>
    public CheckpointManifest ExportSavepoint(
        CheckpointDraft draft, IFileStore target, string name, CancellationToken cancellation)
    {
        lock (_lock)
        {
            Check.That(draft.State.Epoch == draft.Epoch);
            var folder = new CheckpointFolder(target, name);
            RequireFree(folder);
            var writer = new CheckpointWriter(folder, draft.CheckpointId, Stored(), _folder, _digests);
            return WriteManifest(folder, writer, draft, CheckpointFolder.ManifestName, selfContained: true, cancellation)
                ?? throw StateErrors.SavepointExists(target.Locate(name));
        }
    }

    /// <summary>Writes a published checkpoint of this job as a savepoint.</summary>
    public CheckpointManifest ExportSavepoint(
        CheckpointManifest manifest, IFileStore target, string name, CancellationToken cancellation)
    {
        lock (_lock)
        {
            var folder = new CheckpointFolder(target, name);
            RequireFree(folder);
            var bytes = CheckpointCopy.CopyFiles(_folder, folder, manifest, cancellation);
            CrashPoint.Hit(CrashPoints.SavepointCopied);
            var savepoint = manifest with { SelfContained = true, BytesWritten = bytes };
            if (!target.PublishIfAbsent(folder.NameOf(CheckpointFolder.ManifestName), ManifestFormat.Write(savepoint)))
                throw StateErrors.SavepointExists(target.Locate(name));
            return savepoint;
        }
    }

    /// <summary><c>chk-n</c>.</summary>
    internal static string DirectoryOf(long id) => string.Create(CultureInfo.InvariantCulture, $"{DirectoryPrefix}{id}");

    /// <summary>The number in <c>chk-n</c>; null for other names.</summary>
    internal static long? IdOf(string directory) =>
        directory.StartsWith(DirectoryPrefix, StringComparison.Ordinal)
        && long.TryParse(directory.AsSpan(DirectoryPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : null;

    /// <summary><c>chk-n/manifest.json</c>.</summary>
    internal static string ManifestOf(long id) => DirectoryOf(id) + "/" + CheckpointFolder.ManifestName;

    static void RequireFree(CheckpointFolder folder)
    {
        if (folder.Store.Exists(folder.NameOf(CheckpointFolder.ManifestName)))
            throw StateErrors.SavepointExists(folder.Store.Locate(folder.Prefix));
    }

    CheckpointManifest? WriteManifest(
        CheckpointFolder folder, CheckpointWriter writer, CheckpointDraft draft, string name, bool selfContained, CancellationToken cancellation)
    {
        try
        {
            var manifest = writer.Write(draft, cancellation) with
            {
                SelfContained = selfContained,
                DurationMs = draft.StartTimestamp is { } start ? (long)_time.GetElapsedTime(start).TotalMilliseconds : 0,
            };
            CrashPoint.Hit(CrashPoints.BeforeManifest);
            return folder.Store.PublishIfAbsent(folder.NameOf(name), ManifestFormat.Write(manifest)) ? manifest : null;
        }
        catch (Exception e) when (e is ExternalException or SqlException or OperationCanceledException)
        {
            Undo(folder, writer, folder.NameOf(name));
            throw;
        }
    }

    // Gives the space back. What cannot be deleted now is a leftover that Retain finds; the first failure is the one to report.
    static void Undo(CheckpointFolder folder, CheckpointWriter writer, string manifestName)
    {
        try
        {
            // The manifest may be there although publishing it failed: it must be gone for good before any file is.
            if (folder.Store.Exists(manifestName))
            {
                folder.Store.Delete(manifestName);
                folder.Store.SyncDirectory(manifestName[..manifestName.LastIndexOf('/')]);
            }
            foreach (var name in writer.Written)
                folder.Store.Delete(name);
        }
        catch (ExternalException)
        {
            return;
        }
    }

    CheckpointInfo Look(long id)
    {
        CheckpointManifest manifest;
        try
        {
            manifest = Load(id);
        }
        catch (Exception e) when (e is SqlException or ExternalException)
        {
            return new CheckpointInfo(id, _folder.Store.Locate(_folder.NameOf(DirectoryOf(id))), null, ReasonOf(e));
        }
        return InfoOf(manifest, _folder.FindMissing(manifest));
    }

    static string ReasonOf(Exception e)
    {
        var diagnostic = e is SqlException sql ? sql.Diagnostics[0] : ((ExternalException)e).ToDiagnostic();
        return diagnostic.Detail is null ? diagnostic.Message : $"{diagnostic.Message}: {diagnostic.Detail}";
    }

    CheckpointInfo InfoOf(CheckpointManifest manifest, string? problem) => new(
        manifest.CheckpointId, _folder.Store.Locate(_folder.NameOf(DirectoryOf(manifest.CheckpointId))), manifest, problem);

    Dictionary<string, ManifestFile> Stored()
    {
        if (_stored is not null)
            return _stored;
        var stored = new Dictionary<string, ManifestFile>();
        foreach (var info in List())
        {
            if (info.IsValid)
                AddPhysical(stored, info.Manifest!);
        }
        return _stored = stored;
    }

    static void AddPhysical(Dictionary<string, ManifestFile> stored, CheckpointManifest manifest)
    {
        foreach (var file in manifest.Files)
        {
            if (file.Offset is null)
                stored[file.Path] = file;
        }
    }

    List<long> FindDirectories()
    {
        var ids = new SortedSet<long>();
        var skip = _folder.Prefix.Length == 0 ? 0 : _folder.Prefix.Length + 1;
        foreach (var name in _folder.Store.List(_folder.Prefix))
        {
            var rest = name.AsSpan(skip);
            var end = rest.IndexOf('/');
            if (end > 0 && IdOf(rest[..end].ToString()) is { } id)
                ids.Add(id);
        }
        return [.. ids];
    }
}
