using SqlStream.Core.Diagnostics;

namespace SqlStream.State.Checkpoints;

/// <summary>Decides which checkpoints of a job stay, and deletes the others: manifests first and durably, then the files
/// that no manifest names any more, so that a crash in between leaves only superfluous files.</summary>
sealed class Retention
{
    readonly CheckpointFolder _folder;
    readonly HashSet<string> _livePaths = [];
    readonly List<long> _deleted = [];
    readonly bool _someManifestUnreadable;

    /// <summary>Decides; nothing is deleted yet. <paramref name="published"/> is in ascending order.</summary>
    public Retention(CheckpointFolder folder, IReadOnlyList<CheckpointInfo> published, int count, IReadOnlyCollection<long> pinned)
    {
        _folder = folder;
        var whole = 0;
        for (var i = published.Count - 1; i >= 0; i--)
        {
            var info = published[i];
            var pin = false;
            foreach (var id in pinned)
                pin |= id == info.CheckpointId;
            if (whole >= count && !pin)
            {
                _deleted.Add(info.CheckpointId);
                continue;
            }
            if (info.IsValid)
                whole++;
            _livePaths.Add(CheckpointStore.ManifestOf(info.CheckpointId));
            if (info.Manifest is null)
                _someManifestUnreadable = true;
            else
                AddPaths(info.Manifest);
        }
        _deleted.Reverse();
    }

    /// <summary>Numbers of the checkpoints that go.</summary>
    public IReadOnlyList<long> Deleted => _deleted;

    /// <summary>Names in the store, relative to the folder, of the files that go besides the manifests.</summary>
    public IReadOnlyList<string> FindSuperfluousFiles()
    {
        var files = new List<string>();
        // It may name any of them; it goes itself when enough whole checkpoints follow it.
        if (_someManifestUnreadable)
            return files;
        var skip = _folder.Prefix.Length == 0 ? 0 : _folder.Prefix.Length + 1;
        foreach (var name in _folder.Store.List(_folder.Prefix))
        {
            var path = name[skip..];
            if (!_livePaths.Contains(path) && IsOurs(path))
                files.Add(path);
        }
        return files;
    }

    /// <summary>Deletes.</summary>
    public void Apply()
    {
        foreach (var id in _deleted)
        {
            _folder.Store.Delete(_folder.NameOf(CheckpointStore.ManifestOf(id)));
            // Otherwise the manifest could come back after a power failure, without its files.
            _folder.Store.SyncDirectory(_folder.NameOf(CheckpointStore.DirectoryOf(id)));
            CrashPoint.Hit(CrashPoints.RetainManifestDeleted);
        }
        var emptied = new HashSet<string>();
        foreach (var path in FindSuperfluousFiles())
        {
            _folder.Store.Delete(_folder.NameOf(path));
            emptied.Add(path[..path.IndexOf('/')]);
            CrashPoint.Hit(CrashPoints.RetainFilesDeleted);
        }
        foreach (var id in _deleted)
            emptied.Add(CheckpointStore.DirectoryOf(id));
        foreach (var directory in emptied)
        {
            if (!_someManifestUnreadable && CheckpointStore.IdOf(directory) is not null && !HasLiveFile(directory))
                _folder.Store.DeleteTree(_folder.NameOf(directory));
        }
    }

    void AddPaths(CheckpointManifest manifest)
    {
        foreach (var file in manifest.Files)
            _livePaths.Add(file.Path);
    }

    bool IsOurs(string path)
    {
        var end = path.IndexOf('/');
        if (end < 0)
            return false;
        var directory = path[..end];
        return directory == CheckpointStore.SharedDirectory || CheckpointStore.IdOf(directory) is not null;
    }

    bool HasLiveFile(string directory)
    {
        foreach (var path in _livePaths)
        {
            if (path.StartsWith(directory + "/", StringComparison.Ordinal))
                return true;
        }
        return false;
    }
}
