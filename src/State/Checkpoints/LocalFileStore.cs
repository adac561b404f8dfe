using System.Globalization;
using SqlStream.Core.Diagnostics;

namespace SqlStream.State.Checkpoints;

/// <summary>Files below a directory of the local file system.</summary>
/// <remarks>New directories are made durable when they are made; .NET has no sync of a directory, so that goes to libc.</remarks>
public sealed class LocalFileStore : IFileStore
{
    const string TemporarySuffix = ".tmp";

    const int DirectoriesRemembered = 256;

    readonly HashSet<string> _durableDirectories = [];
    readonly string _root;
    int _temporary;

    /// <summary>Files below <paramref name="root"/>, which comes into being with the first file.</summary>
    public LocalFileStore(string root) => _root = Path.GetFullPath(root);

    /// <inheritdoc/>
    public string Locate(string name) => name.Length == 0 ? _root : Path.Combine(_root, Checked(name));

    /// <inheritdoc/>
    public bool Exists(string name) => File.Exists(Locate(name));

    /// <inheritdoc/>
    public long? Size(string name)
    {
        var file = new FileInfo(Locate(name));
        return LocalDisk.Guard(file.FullName, () => file.Exists ? file.Length : (long?)null);
    }

    /// <inheritdoc/>
    public void Write(string name, ReadOnlySpan<byte> content, bool durable) =>
        WriteFile(PathFor(name), content, FileMode.Create, durable);

    /// <inheritdoc/>
    public void Write(string name, Stream content, bool durable)
    {
        var path = PathFor(name);
        LocalDisk.Guard(path, () =>
        {
            using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
            content.CopyTo(file, 1 << 18);
            // Through the handle that wrote: it is the one that learns of a failed write-back.
            file.Flush(flushToDisk: durable);
        });
    }

    /// <inheritdoc/>
    public bool PublishIfAbsent(string name, ReadOnlySpan<byte> content)
    {
        var path = PathFor(name);
        if (File.Exists(path))
            return false;
        var temporary = WriteTemporary(path, content);
        var published = RenameOrDelete(temporary, () => LocalDisk.TryRenameNew(temporary, path));
        if (published)
            LocalDisk.SyncDirectory(Path.GetDirectoryName(path)!);
        else
            File.Delete(temporary);
        return published;
    }

    /// <inheritdoc/>
    public void Replace(string name, ReadOnlySpan<byte> content)
    {
        var path = PathFor(name);
        var temporary = WriteTemporary(path, content);
        RenameOrDelete(temporary, () =>
        {
            LocalDisk.Rename(temporary, path);
            return true;
        });
        LocalDisk.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <inheritdoc/>
    public Stream OpenRead(string name)
    {
        var path = Locate(name);
        return LocalDisk.Guard(path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
    }

    /// <inheritdoc/>
    public IEnumerable<string> List(string prefix)
    {
        var directory = Locate(prefix.TrimEnd('/'));
        if (!Directory.Exists(directory))
            return [];
        var names = LocalDisk.Guard(directory, () => Directory.GetFiles(directory, "*", SearchOption.AllDirectories));
        for (var i = 0; i < names.Length; i++)
            names[i] = Path.GetRelativePath(_root, names[i]).Replace(Path.DirectorySeparatorChar, '/');
        Array.Sort(names, string.CompareOrdinal);
        return names;
    }

    /// <inheritdoc/>
    public void Delete(string name)
    {
        var path = Locate(name);
        if (File.Exists(path))
            LocalDisk.Guard(path, () => File.Delete(path));
    }

    /// <inheritdoc/>
    public void DeleteTree(string name)
    {
        var path = Locate(name);
        if (Directory.Exists(path))
            LocalDisk.Guard(path, () => Directory.Delete(path, recursive: true));
    }

    /// <inheritdoc/>
    public void ImportFile(string localPath, string name)
    {
        var path = PathFor(name);
        Delete(name);
        LinkOrCopy(localPath, path);
        // A link shares its bytes with the file it came from, which its writer may not have synced.
        LocalDisk.SyncFile(path);
    }

    /// <inheritdoc/>
    public void ExportFile(string name, string localPath) => LinkOrCopy(Locate(name), localPath);

    /// <inheritdoc/>
    public void SyncDirectory(string name) => LocalDisk.SyncDirectory(Locate(name));

    static void LinkOrCopy(string from, string to)
    {
        if (!LocalDisk.TryLink(from, to))
            LocalDisk.Guard(to, () => File.Copy(from, to));
    }

    static string Checked(string name)
    {
        foreach (var part in name.Split('/'))
            Check.That(part is not ("" or "." or ".."));
        return name;
    }

    static void WriteFile(string path, ReadOnlySpan<byte> content, FileMode mode, bool durable)
    {
        try
        {
            using var file = new FileStream(path, mode, FileAccess.Write, FileShare.None, bufferSize: 0);
            file.Write(content);
            file.Flush(flushToDisk: durable);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LocalDisk.Translate(path, e);
        }
    }

    static bool RenameOrDelete(string temporary, Func<bool> rename)
    {
        try
        {
            return rename();
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    string WriteTemporary(string path, ReadOnlySpan<byte> content)
    {
        var unique = string.Create(CultureInfo.InvariantCulture, $".{Environment.ProcessId}-{Interlocked.Increment(ref _temporary)}");
        var temporary = Path.Combine(Path.GetDirectoryName(path)!, "." + Path.GetFileName(path) + unique + TemporarySuffix);
        try
        {
            WriteFile(temporary, content, FileMode.Create, durable: true);
            return temporary;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    string PathFor(string name)
    {
        var path = Locate(name);
        EnsureDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    // A directory that exists may be one that a killed process made and did not sync: the first use syncs it, whoever made it.
    void EnsureDirectory(string directory)
    {
        lock (_durableDirectories)
        {
            if (_durableDirectories.Contains(directory) && Directory.Exists(directory))
                return;
        }
        var parent = Path.GetDirectoryName(directory);
        if (string.IsNullOrEmpty(parent))
            return;
        if (directory.Length > _root.Length)
            EnsureDirectory(parent);
        else
            LocalDisk.CreateDirectoryDurably(parent);
        LocalDisk.Guard(directory, () => Directory.CreateDirectory(directory));
        LocalDisk.SyncDirectory(parent);
        lock (_durableDirectories)
        {
            // Each checkpoint has a directory of its own; those of old ones need not be remembered.
            if (_durableDirectories.Count >= DirectoriesRemembered)
                _durableDirectories.Clear();
            _durableDirectories.Add(directory);
        }
    }
}
