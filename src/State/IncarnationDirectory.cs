using System.Globalization;

namespace SqlStream.State;

/// <summary>A fresh directory for one life of a backend, below the job's working directory. A lock marks it as in use, so
/// that the next life can delete what dead ones left behind.</summary>
sealed class IncarnationDirectory : IDisposable
{
    const string LockName = "in-use.lock";

    readonly FileStream _lock;
    int _snapshots;

    IncarnationDirectory(string path, FileStream hold)
    {
        Path = path;
        _lock = hold;
    }

    public string Path { get; }

    /// <summary>Creates <c>prefix-n</c> below a directory and deletes its dead siblings.</summary>
    public static IncarnationDirectory Create(string parent, string prefix)
    {
        return LocalDisk.Guard(parent, () =>
        {
            Directory.CreateDirectory(parent);
            var newest = 0L;
            foreach (var sibling in Directory.GetDirectories(parent, prefix + "-*"))
            {
                var number = System.IO.Path.GetFileName(sibling)[(prefix.Length + 1)..];
                if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n))
                    continue;
                newest = Math.Max(newest, n);
                DeleteIfDead(sibling);
            }
            var path = System.IO.Path.Combine(
                parent, string.Create(CultureInfo.InvariantCulture, $"{prefix}-{newest + 1:d6}"));
            Directory.CreateDirectory(path);
            return new IncarnationDirectory(path, OpenLock(System.IO.Path.Combine(path, LockName), FileMode.CreateNew));
        });
    }

    /// <summary>A name below this directory that was not used before.</summary>
    public string NewSnapshotDirectory() => System.IO.Path.Combine(
        Path, string.Create(CultureInfo.InvariantCulture, $"snapshot-{Interlocked.Increment(ref _snapshots):d6}"));

    /// <summary>Deletes everything but the snapshots, whose readers may still be at work; the next life deletes the rest.</summary>
    public void Dispose()
    {
        _lock.Dispose();
        if (!Directory.Exists(Path))
            return;
        foreach (var entry in Directory.GetDirectories(Path))
        {
            if (!System.IO.Path.GetFileName(entry).StartsWith("snapshot-", StringComparison.Ordinal))
                Directory.Delete(entry, recursive: true);
        }
        foreach (var file in Directory.GetFiles(Path))
            File.Delete(file);
        if (Directory.GetDirectories(Path).Length == 0)
            Directory.Delete(Path);
    }

    static void DeleteIfDead(string directory)
    {
        try
        {
            var file = System.IO.Path.Combine(directory, LockName);
            if (File.Exists(file))
                OpenLock(file, FileMode.Open).Dispose();
        }
        catch (IOException)
        {
            // Locked: another life of the backend in this process is about to end, and deletes it itself.
            return;
        }
        Directory.Delete(directory, recursive: true);
    }

    static FileStream OpenLock(string file, FileMode mode) => new(file, mode, FileAccess.ReadWrite, FileShare.None);
}
