using SqlStream.Core.Diagnostics;
using SqlStream.State.Checkpoints;

namespace SqlStream.Testing;

/// <summary>The simulated machine lost power in the middle of a file operation.</summary>
public sealed class SimulatedCrashException : Exception
{
    public SimulatedCrashException() : base("simulated crash") { }
}

/// <summary>Files on a simulated disk with a page cache: what was not synced may be lost, in part, at a crash; a name is
/// durable only once its directory was synced, a rename is atomic and may be lost. All chances come from the seed.</summary>
/// <remarks>Every operation consists of steps (create, write a half, sync, rename, sync the directory). <see cref="CrashAtStep"/>
/// ends the simulated machine before a step; then every call fails until <see cref="Restart"/>.</remarks>
public sealed class SimFileStore(int seed) : IFileStore
{
    readonly Random _random = new(seed);
    readonly List<DirectoryChange> _pending = [];
    SortedDictionary<string, Content> _names = new(StringComparer.Ordinal);
    SortedDictionary<string, Content> _durable = new(StringComparer.Ordinal);
    bool _down;
    int _temporary;

    /// <summary>Steps so far.</summary>
    public int Steps { get; private set; }

    /// <summary>Writing steps so far.</summary>
    public int Writes { get; private set; }

    /// <summary>The machine dies before this step; 0: never.</summary>
    public int CrashAtStep { get; set; }

    /// <summary>The disk is full from this writing step on; 0: never.</summary>
    public int FullFromWrite { get; set; }

    /// <summary>Mutant: syncing a directory does nothing. A test that stays green with it proves nothing.</summary>
    public bool IgnoreDirectorySync { get; set; }

    public string Locate(string name) => "sim:/" + name;

    public bool Exists(string name) => Running(_names.ContainsKey(name));

    public long? Size(string name) => Running<long?>(_names.TryGetValue(name, out var content) ? content.Bytes.Length : null);

    public void Write(string name, ReadOnlySpan<byte> content, bool durable)
    {
        var file = Create(name);
        Fill(file, content, name);
        if (durable)
            Sync(file);
    }

    public void Write(string name, Stream content, bool durable)
    {
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        Write(name, bytes.ToArray(), durable);
    }

    public bool PublishIfAbsent(string name, ReadOnlySpan<byte> content)
    {
        if (Exists(name))
            return false;
        MoveNew(name, content);
        return true;
    }

    public void Replace(string name, ReadOnlySpan<byte> content) => MoveNew(name, content);

    public Stream OpenRead(string name)
    {
        Running(true);
        return _names.TryGetValue(name, out var content)
            ? new MemoryStream(content.Bytes, writable: false)
            : throw new ExternalException($"file \"{Locate(name)}\" does not exist", Retry.Never, SqlState.UndefinedFile);
    }

    public IEnumerable<string> List(string prefix)
    {
        Running(true);
        var directory = prefix.Length == 0 ? "" : prefix.TrimEnd('/') + "/";
        return [.. _names.Keys.Where(name => name.StartsWith(directory, StringComparison.Ordinal))];
    }

    public void Delete(string name)
    {
        if (!Exists(name))
            return;
        Step();
        Change(new DirectoryChange(DirectoryOf(name), name, null, null));
    }

    public void DeleteTree(string name)
    {
        foreach (var file in List(name))
            Delete(file);
    }

    public void ImportFile(string localPath, string name) => Write(name, File.ReadAllBytes(localPath), durable: true);

    public void ExportFile(string name, string localPath)
    {
        using var stream = OpenRead(name);
        using var target = new FileStream(localPath, FileMode.CreateNew);
        stream.CopyTo(target);
    }

    public void SyncDirectory(string name)
    {
        Step();
        if (IgnoreDirectorySync)
            return;
        foreach (var change in _pending.Where(change => change.Directory == name))
            change.ApplyTo(_durable);
        _pending.RemoveAll(change => change.Directory == name);
    }

    /// <summary>Inverts one bit of a file, on disk and in the cache.</summary>
    public void FlipBit(string name, long bit)
    {
        var bytes = (byte[])_names[name].Bytes.Clone();
        bytes[bit / 8] ^= (byte)(1 << (int)(bit % 8));
        _names[name].Bytes = bytes;
        _names[name].Durable = bytes;
    }

    /// <summary>Loses power now, and starts again with what chance left on the disk.</summary>
    public void Restart()
    {
        foreach (var change in _pending.Where(_ => _random.Next(2) == 0))
            change.ApplyTo(_durable);
        _pending.Clear();
        foreach (var content in _durable.Values)
        {
            content.Bytes = AfterCrash(content);
            content.Durable = content.Bytes;
        }
        _names = new SortedDictionary<string, Content>(_durable, StringComparer.Ordinal);
        _durable = new SortedDictionary<string, Content>(_durable, StringComparer.Ordinal);
        _down = false;
        CrashAtStep = 0;
        FullFromWrite = 0;
    }

    byte[] AfterCrash(Content content)
    {
        if (ReferenceEquals(content.Bytes, content.Durable))
            return content.Bytes;
        switch (_random.Next(4))
        {
            case 0:
                return content.Durable;
            case 1:
                return content.Bytes;
            case 2:
                return content.Bytes[.._random.Next(content.Bytes.Length + 1)];
            default:
                // The length got to the disk, a page did not.
                var torn = (byte[])content.Bytes.Clone();
                var hole = _random.Next(torn.Length + 1);
                torn.AsSpan(hole, Math.Min(512, torn.Length - hole)).Clear();
                return torn;
        }
    }

    void MoveNew(string name, ReadOnlySpan<byte> content)
    {
        var temporary = $"{DirectoryOf(name)}/.tmp-{++_temporary}";
        var file = Create(temporary);
        Fill(file, content, temporary);
        Sync(file);
        Step();
        Change(new DirectoryChange(DirectoryOf(name), temporary, name, file));
        SyncDirectory(DirectoryOf(name));
    }

    Content Create(string name)
    {
        Step();
        var file = new Content();
        Change(new DirectoryChange(DirectoryOf(name), null, name, file));
        return file;
    }

    void Fill(Content file, ReadOnlySpan<byte> content, string name)
    {
        foreach (var end in new[] { content.Length / 2, content.Length })
        {
            Step();
            Writes++;
            if (FullFromWrite > 0 && Writes >= FullFromWrite)
                throw new ExternalException($"could not write \"{Locate(name)}\": no space left on device", Retry.Backoff, SqlState.DiskFull);
            file.Bytes = content[..end].ToArray();
        }
    }

    void Sync(Content file)
    {
        Step();
        file.Durable = file.Bytes;
    }

    void Change(DirectoryChange change)
    {
        change.ApplyTo(_names);
        _pending.Add(change);
    }

    void Step()
    {
        Running(true);
        Steps++;
        if (Steps != CrashAtStep)
            return;
        _down = true;
        throw new SimulatedCrashException();
    }

    T Running<T>(T value) => _down ? throw new SimulatedCrashException() : value;

    static string DirectoryOf(string name) => name.Contains('/') ? name[..name.LastIndexOf('/')] : "";

    sealed class Content
    {
        public byte[] Bytes { get; set; } = [];
        public byte[] Durable { get; set; } = [];
    }

    sealed record DirectoryChange(string Directory, string? Removed, string? Added, Content? File)
    {
        public void ApplyTo(SortedDictionary<string, Content> names)
        {
            if (Removed is not null)
                names.Remove(Removed);
            if (Added is not null)
                names[Added] = File!;
        }
    }
}
