using System.Runtime.InteropServices;
using SqlStream.Core.Files;

namespace SqlStream.Connectors.FileSystem;

/// <summary>A directory of the local file system.</summary>
/// <remarks>A file that is open for appending is locked: another process, or another sink of this one, is refused
/// while it is.</remarks>
sealed class LocalDirectory(string path) : IDurableDirectory
{
    readonly HashSet<string> _durableParents = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Path { get; } = path;

    /// <inheritdoc/>
    public bool Exists(string name) => File.Exists(Full(name));

    /// <inheritdoc/>
    public long? Length(string name)
    {
        var file = new FileInfo(Full(name));
        return FileErrors.Guard(file.FullName, () => file.Exists ? file.Length : (long?)null);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string prefix)
    {
        var names = new List<string>();
        if (Directory.Exists(Path))
            Add(names, "", prefix);
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public byte[]? Read(string name)
    {
        var file = Full(name);
        return FileErrors.Guard(file, () => File.Exists(file) ? File.ReadAllBytes(file) : null);
    }

    /// <inheritdoc/>
    public IAppendFile OpenAppend(string name, long length)
    {
        var file = Full(name);
        CreateParent(file);
        return FileErrors.Guard(file, () => new LocalAppendFile(file, length));
    }

    /// <inheritdoc/>
    public void Replace(string name, ReadOnlySpan<byte> content)
    {
        var file = Full(name);
        CreateParent(file);
        var draft = file + ".tmp";
        try
        {
            using var stream = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }
        catch (Exception e) when (FileErrors.IsFailure(e))
        {
            throw FileErrors.Translate(draft, e);
        }
        if (Posix.Rename(draft, file) != 0)
            throw FileErrors.Failed(file, Marshal.GetLastPInvokeError());
        SyncDirectory(Parent(file));
    }

    /// <inheritdoc/>
    public bool Rename(string from, string to)
    {
        var (source, target) = (Full(from), Full(to));
        CreateParent(target);
        if (!TryRenameNew(source, target))
            return false;
        SyncDirectory(Parent(target));
        if (Parent(source) != Parent(target))
            SyncDirectory(Parent(source));
        return true;
    }

    /// <inheritdoc/>
    public void Delete(string name)
    {
        var file = Full(name);
        FileErrors.Guard(file, () =>
        {
            if (File.Exists(file))
                File.Delete(file);
            return true;
        });
    }

    /// <inheritdoc/>
    public void Delete(IReadOnlyList<string> names)
    {
        foreach (var name in names)
            Delete(name);
        foreach (var parent in names.Select(name => Parent(Full(name))).Distinct().Where(Directory.Exists))
            SyncDirectory(parent);
    }

    /// <summary>The names of the directories in a directory, sorted.</summary>
    public IReadOnlyList<string> ListDirectories(string name)
    {
        var directory = Full(name);
        return FileErrors.Guard(directory, () => new DirectoryInfo(directory).GetDirectories().Select(found => found.Name).Order(StringComparer.Ordinal).ToList());
    }

    /// <summary>Makes a directory, durably.</summary>
    public void MakeDirectory(string name) => CreateDirectory(Full(name));

    /// <summary>Deletes a directory with all that is in it; what links lead to stays.</summary>
    public void DeleteDirectory(string name)
    {
        var directory = Full(name);
        FileErrors.Guard(directory, () =>
        {
            Directory.Delete(directory, recursive: true);
            return true;
        });
        SyncDirectory(Parent(directory));
    }

    /// <summary>Makes the names in a directory durable.</summary>
    public static void SyncDirectory(string directory)
    {
        var descriptor = Posix.Open(directory, Posix.CloseOnExec, 0);
        if (descriptor < 0)
            throw FileErrors.Failed(directory, Marshal.GetLastPInvokeError());
        try
        {
            if (Posix.Fsync(descriptor) != 0)
                throw FileErrors.Failed(directory, Marshal.GetLastPInvokeError());
        }
        finally
        {
            _ = Posix.Close(descriptor);
        }
    }

    string Full(string name) => System.IO.Path.Combine(Path, name);

    static string Parent(string file) => System.IO.Path.GetDirectoryName(file) is { Length: > 0 } parent ? parent : ".";

    // A directory that exists may stem from a process that ended before it made the name durable, so it is synced once.
    void CreateParent(string file)
    {
        var parent = Parent(file);
        if (_durableParents.Contains(parent))
            return;
        CreateDirectory(parent);
        if (parent.Length > Path.Length && parent.StartsWith(Path, StringComparison.Ordinal))
            SyncDirectory(Parent(parent));
        _durableParents.Add(parent);
    }

    static void CreateDirectory(string directory)
    {
        if (Directory.Exists(directory))
            return;
        var parent = Parent(directory);
        CreateDirectory(parent);
        FileErrors.Guard(directory, () => Directory.CreateDirectory(directory));
        SyncDirectory(parent);
    }

    // Goes only into those subdirectories in which a name can begin with the prefix.
    void Add(List<string> names, string relative, string prefix)
    {
        var directory = Full(relative);
        foreach (var entry in FileErrors.Guard(directory, () => new DirectoryInfo(directory).GetFileSystemInfos()))
        {
            var name = relative + entry.Name;
            if (entry is FileInfo && name.StartsWith(prefix, StringComparison.Ordinal))
                names.Add(name);
            else if (entry is DirectoryInfo { LinkTarget: null } && MayBeginWith(name + "/", prefix))
                Add(names, name + "/", prefix);
        }
    }

    static bool MayBeginWith(string directory, string prefix) =>
        directory.StartsWith(prefix, StringComparison.Ordinal)
            || prefix.StartsWith(directory, StringComparison.Ordinal);

    static bool TryRenameNew(string from, string to)
    {
        if (Posix.RenameAt2(Posix.CurrentDirectory, from, Posix.CurrentDirectory, to, Posix.RenameNoReplace) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        if (errno == Posix.Exists)
            return CompletesLink(from, to);
        if (errno is not (Posix.InvalidArgument or Posix.NotImplemented))
            throw FileErrors.Failed(to, errno);
        // The file system has no rename without replacing; a hard link refuses an existing target just as well.
        if (Posix.Link(from, to) == 0)
        {
            File.Delete(from);
            return true;
        }
        errno = Marshal.GetLastPInvokeError();
        return errno == Posix.Exists ? CompletesLink(from, to) : throw FileErrors.Failed(to, errno);
    }

    // A crash between link and delete leaves one file under two names.
    static bool CompletesLink(string from, string to)
    {
        if (!File.Exists(from) || FileStatus.Of(from).Inode != FileStatus.Of(to).Inode)
            return false;
        File.Delete(from);
        return true;
    }
}

/// <summary>A local file that is appended to.</summary>
sealed class LocalAppendFile : IAppendFile
{
    readonly string _path;
    readonly FileStream _stream;
    bool _isNew;

    public LocalAppendFile(string path, long length)
    {
        _path = path;
        // An empty file may stem from a process that ended before it made the name durable.
        _isNew = length == 0;
        _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0);
        if (_stream.Length < length)
        {
            _stream.Dispose();
            throw FileErrors.UncommittedMissing(path, new FileInfo(path).Length, length);
        }
        _stream.SetLength(length);
        _stream.Position = length;
    }

    /// <inheritdoc/>
    public long Length => _stream.Position;

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream.Write(bytes);
        }
        catch (Exception e) when (FileErrors.IsFailure(e))
        {
            throw FileErrors.Translate(_path, e);
        }
    }

    /// <inheritdoc/>
    public void Sync()
    {
        FileErrors.Guard(_path, () =>
        {
            _stream.Flush(flushToDisk: true);
            return true;
        });
        if (_isNew)
            LocalDirectory.SyncDirectory(Path.GetDirectoryName(_path) is { Length: > 0 } parent ? parent : ".");
        _isNew = false;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
