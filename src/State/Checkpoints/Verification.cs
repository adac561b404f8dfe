using SqlStream.Core.Diagnostics;

namespace SqlStream.State.Checkpoints;

/// <summary>Collects what is wrong in a number of folders.</summary>
sealed class Verification
{
    readonly List<VerifyFinding> _findings = [];
    int _checkpoints;
    int _files;
    long _bytes;

    public VerifyReport Report()
    {
        _findings.Sort(static (left, right) => string.CompareOrdinal(left.Path, right.Path));
        return new VerifyReport(_checkpoints, _files, _bytes, _findings);
    }

    public void Add(FoundFolder found, CancellationToken cancellation)
    {
        var known = new HashSet<string>();
        var verified = new HashSet<ManifestFile>();
        foreach (var entry in found.Entries)
        {
            _checkpoints++;
            known.Add(entry.ManifestPath);
            if (entry.Manifest is null)
            {
                Damage(found.Folder, entry.ManifestPath, CheckpointStore.IdOf(Path.GetFileName(entry.Path)), entry.Problem!);
                continue;
            }
            _files++;
            _bytes += found.Folder.Store.Size(found.Folder.NameOf(entry.ManifestPath)) ?? 0;
            foreach (var file in entry.Manifest.Files)
            {
                known.Add(file.Path);
                // The same file in several checkpoints is read once, unless they disagree about it.
                if (verified.Add(file with { Name = "" }))
                    VerifyFile(found.Folder, entry.Manifest, file, cancellation);
            }
        }
        AddMarker(found, known);
        AddUnknownFiles(found, known);
    }

    void VerifyFile(CheckpointFolder folder, CheckpointManifest manifest, ManifestFile file, CancellationToken cancellation)
    {
        if (file.Offset is null)
        {
            _files++;
            _bytes += file.Size;
        }
        string? damage;
        try
        {
            damage = folder.FindDamage(file, cancellation);
        }
        catch (ExternalException e)
        {
            damage = e.Message;
        }
        if (damage is not null)
            Damage(folder, file.Path, manifest.CheckpointId, damage);
    }

    void AddMarker(FoundFolder found, HashSet<string> known)
    {
        known.Add(CopyMarker.Name);
        try
        {
            foreach (var path in CopyMarker.Read(found.Folder)?.Manifests ?? [])
            {
                var isAsked = found.Only is null || path.StartsWith(found.Only + "/", StringComparison.Ordinal);
                if (isAsked && known.Add(path))
                    Damage(found.Folder, path, null, "it does not exist");
            }
        }
        catch (SqlException e)
        {
            Damage(found.Folder, CopyMarker.Name, null, e.Diagnostics[0].Detail ?? e.Message);
        }
    }

    void AddUnknownFiles(FoundFolder found, HashSet<string> known)
    {
        // Asked about one checkpoint only, the files of the others are none of our business.
        var where = found.Only is null ? found.Folder.Prefix : found.Folder.NameOf(found.Only);
        var skip = found.Folder.Prefix.Length == 0 ? 0 : found.Folder.Prefix.Length + 1;
        foreach (var name in found.Folder.Store.List(where))
        {
            var path = name[skip..];
            if (known.Contains(path) || (!found.IsClosed && !IsInCheckpoints(path)))
                continue;
            var problem = found.IsClosed ? "no checkpoint names it" : "it is a leftover: no checkpoint names it";
            _findings.Add(new VerifyFinding(found.Folder.Store.Locate(name), null, problem, found.IsClosed));
        }
    }

    static bool IsInCheckpoints(string path)
    {
        var end = path.IndexOf('/');
        return end > 0
            && (path[..end] == CheckpointStore.SharedDirectory || CheckpointStore.IdOf(path[..end]) is not null);
    }

    void Damage(CheckpointFolder folder, string path, long? checkpointId, string problem)
    {
        var full = folder.Store.Locate(folder.NameOf(path));
        // A damaged container would be named once for each of its parts.
        if (!_findings.Exists(finding => finding.Path == full && finding.IsDamage))
            _findings.Add(new VerifyFinding(full, checkpointId, problem, IsDamage: true));
    }
}
