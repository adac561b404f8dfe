using System.Buffers;
using SqlStream.Core.Diagnostics;

namespace SqlStream.State.Checkpoints;

/// <summary>Brings the files of one checkpoint into a folder, reads them back, and builds the manifest. Lives for one checkpoint.</summary>
/// <param name="folder">Where to.</param>
/// <param name="checkpointId">Number of the checkpoint.</param>
/// <param name="stored">Files that published checkpoints of the folder name, by path: they are whole and may be named again.</param>
/// <param name="segmentSource">Where the stored segments of the draft lie, when it is another folder.</param>
/// <param name="digests">Known digests.</param>
sealed class CheckpointWriter(
    CheckpointFolder folder,
    long checkpointId,
    IReadOnlyDictionary<string, ManifestFile> stored,
    CheckpointFolder? segmentSource,
    DigestCache digests)
{
    /// <summary>Segments from this size on are files of their own.</summary>
    const long LargeBytes = 1 << 20;

    readonly Dictionary<string, ManifestFile> _physical = [];
    readonly List<ManifestFile> _parts = [];
    readonly List<(DraftFile Segment, ManifestFile File)> _segments = [];
    readonly List<string> _written = [];
    long _bytesWritten;

    /// <summary>Names in the store of what was written, also when the writing failed.</summary>
    public IReadOnlyList<string> Written => _written;

    /// <summary>Directory of the checkpoint in the folder.</summary>
    public string Directory { get; } = CheckpointStore.DirectoryOf(checkpointId);

    /// <summary>Imports and verifies all files; the manifest still lacks its duration.</summary>
    public CheckpointManifest Write(CheckpointDraft draft, CancellationToken cancellation)
    {
        AddState(draft, cancellation);
        AddSegments(draft, cancellation);
        CrashPoint.Hit(CrashPoints.FilesVerified);
        foreach (var directory in DirectoriesWritten())
            folder.Store.SyncDirectory(directory);
        return BuildManifest(draft);
    }

    /// <summary>Tells the segments where they are now. Call it once the manifest is published.</summary>
    public void MarkStored()
    {
        foreach (var (segment, file) in _segments)
            segment.Stored = file;
    }

    void AddState(CheckpointDraft draft, CancellationToken cancellation)
    {
        var small = new Container(Directory + "/state.bin");
        foreach (var file in draft.State.Files)
        {
            cancellation.ThrowIfCancellationRequested();
            var kind = KindOf(draft.State.Backend, file);
            if (file.IsImmutableShared)
                AddShared(draft.State, file, kind, cancellation);
            else
                _parts.Add(small.Add(file.LogicalName, kind, LocalDisk.Guard(file.LocalPath, () => File.ReadAllBytes(file.LocalPath))));
        }
        digests.Trim(draft.State);
        AddContainer(small, cancellation);
    }

    void AddShared(StateSnapshot snapshot, SnapshotFile file, ManifestFileKind kind, CancellationToken cancellation)
    {
        var digest = digests.Of(snapshot, file, cancellation);
        Check.That(digest.Size == file.Size);
        var path = $"{CheckpointStore.SharedDirectory}/{digest.Sha256}{Path.GetExtension(file.LogicalName)}";
        var entry = new ManifestFile(file.LogicalName, path, kind, digest.Size, digest.Crc32c, digest.Sha256);
        if (!IsPresent(entry))
        {
            // What lies there without a manifest that names it may be a part: it is written anew.
            Import(file.LocalPath, entry);
            VerifyWritten(entry, cancellation);
        }
        _parts.Add(entry);
        _physical.TryAdd(path, entry);
    }

    void AddSegments(CheckpointDraft draft, CancellationToken cancellation)
    {
        var small = new Container(Directory + "/output.bin");
        for (var i = 0; i < draft.Segments.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var segment = draft.Segments[i];
            if (segment.Stored is { } known)
                AddStoredSegment(segment, known, cancellation);
            else if (segment.Size < LargeBytes)
                AddSmallSegment(segment, small);
            else
                AddLargeSegment(segment, $"{Directory}/segment-{i}.bin", cancellation);
        }
        AddContainer(small, cancellation);
    }

    void AddSmallSegment(DraftFile segment, Container container)
    {
        var content = segment.LocalPath is { } local
            ? LocalDisk.Guard(local, () => File.ReadAllBytes(local))
            : segment.Content.Span;
        Check.That(content.Length == segment.Size);
        Remember(segment, container.Add(segment.LogicalName, ManifestFileKind.Segment, content));
    }

    void AddLargeSegment(DraftFile segment, string path, CancellationToken cancellation)
    {
        var entry = segment is { LocalPath: { } local, Crc32c: { } crc } ? ImportKnown(segment, local, crc, path, cancellation) : ImportRead(segment, path, cancellation);
        _physical.Add(path, entry);
        Remember(segment, entry);
    }

    // What is read back is compared with what was computed while it was written: one reading is enough.
    ManifestFile ImportKnown(DraftFile segment, string localPath, uint crc, string path, CancellationToken cancellation)
    {
        Import(localPath, new ManifestFile(segment.LogicalName, path, ManifestFileKind.Segment, segment.Size, crc, ""));
        var name = folder.NameOf(path);
        using var stream = folder.Store.OpenRead(name);
        var digest = FileDigest.Of(stream, cancellation);
        return (digest.Size, digest.Crc32c) == (segment.Size, crc)
            ? new ManifestFile(segment.LogicalName, path, ManifestFileKind.Segment, digest.Size, crc, digest.Sha256)
            : throw StateErrors.NotWrittenAsRead(folder.Store.Locate(name));
    }

    ManifestFile ImportRead(DraftFile segment, string path, CancellationToken cancellation)
    {
        FileDigest digest;
        using (var stream = OpenLocal(segment))
            digest = FileDigest.Of(stream, cancellation);
        Check.That(digest.Size == segment.Size);
        var entry = new ManifestFile(
            segment.LogicalName, path, ManifestFileKind.Segment, digest.Size, digest.Crc32c, digest.Sha256);
        if (segment.LocalPath is { } local)
            Import(local, entry);
        else
            WriteContent(entry, segment.Content.Span);
        VerifyWritten(entry, cancellation);
        return entry;
    }

    void AddStoredSegment(DraftFile segment, ManifestFile known, CancellationToken cancellation)
    {
        var source = segmentSource ?? folder;
        var container = known.Offset is null ? known : ContainerOf(known.Path);
        if (segmentSource is not null)
            CopyStored(source, container, cancellation);
        else if (!IsPresent(container))
            throw StateErrors.DamagedFile(folder.Store.Locate(folder.NameOf(known.Path)), checkpointId, "it does not exist any more");
        _physical.TryAdd(container.Path, container);
        Remember(segment, known);
    }

    ManifestFile ContainerOf(string path) => stored.TryGetValue(path, out var container)
        ? container
        : throw new EngineBugException($"checkpoint {checkpointId} needs {path}, which no published checkpoint names; they name {string.Join(", ", stored.Keys)}");

    void CopyStored(CheckpointFolder source, ManifestFile file, CancellationToken cancellation)
    {
        if (_physical.ContainsKey(file.Path))
            return;
        using (var stream = source.Store.OpenRead(source.NameOf(file.Path)))
        {
            Note(file);
            folder.Store.Write(folder.NameOf(file.Path), stream, durable: true);
        }
        VerifyWritten(file, cancellation);
    }

    void AddContainer(Container container, CancellationToken cancellation)
    {
        if (container.Length == 0)
            return;
        var digest = FileDigest.Of(container.Content);
        var entry = new ManifestFile(
            container.Path, container.Path, ManifestFileKind.Container, digest.Size, digest.Crc32c, digest.Sha256);
        WriteContent(entry, container.Content);
        VerifyWritten(entry, cancellation);
        _physical.Add(entry.Path, entry);
    }

    bool IsPresent(ManifestFile file) =>
        _physical.ContainsKey(file.Path)
        || (segmentSource is null && stored.ContainsKey(file.Path) && folder.Store.Size(folder.NameOf(file.Path)) == file.Size);

    void Import(string localPath, ManifestFile file)
    {
        Note(file);
        folder.Store.ImportFile(localPath, folder.NameOf(file.Path));
        CrashPoint.Hit(CrashPoints.FileImported);
    }

    void WriteContent(ManifestFile file, ReadOnlySpan<byte> content)
    {
        Note(file);
        folder.Store.Write(folder.NameOf(file.Path), content, durable: true);
        CrashPoint.Hit(CrashPoints.FileImported);
    }

    void Note(ManifestFile file)
    {
        _written.Add(folder.NameOf(file.Path));
        _bytesWritten += file.Size;
    }

    void VerifyWritten(ManifestFile file, CancellationToken cancellation)
    {
        var name = folder.NameOf(file.Path);
        using var stream = folder.Store.OpenRead(name);
        if (FileDigest.Quick(stream, cancellation) != (file.Size, file.Crc32c))
            throw StateErrors.NotWrittenAsRead(folder.Store.Locate(name));
    }

    void Remember(DraftFile segment, ManifestFile file)
    {
        _parts.Add(file);
        _segments.Add((segment, file));
    }

    HashSet<string> DirectoriesWritten()
    {
        var directories = new HashSet<string>();
        foreach (var name in _written)
            directories.Add(name[..name.LastIndexOf('/')]);
        return directories;
    }

    CheckpointManifest BuildManifest(CheckpointDraft draft)
    {
        var files = new List<ManifestFile>(_parts);
        var total = 0L;
        foreach (var file in _physical.Values)
        {
            total += file.Size;
            if (file.Kind == ManifestFileKind.Container)
                files.Add(file);
        }
        files.Sort(static (left, right) => left.Kind != right.Kind
            ? left.Kind.CompareTo(right.Kind)
            : string.CompareOrdinal(left.Name, right.Name));
        return new CheckpointManifest
        {
            EngineVersion = draft.EngineVersion,
            JobId = draft.JobId,
            JobName = draft.JobName,
            CheckpointId = checkpointId,
            Epoch = draft.Epoch.Value,
            TimeUtc = draft.Time.ToUniversalTime(),
            Trigger = draft.Trigger,
            Sql = draft.Sql,
            Plan = draft.Plan,
            PlanGraph = draft.PlanGraph,
            MaxParallelism = draft.MaxParallelism,
            Parallelism = draft.Parallelism,
            StateBackend = draft.State.Backend,
            Operators = draft.Operators,
            Sources = draft.Sources,
            Sinks = draft.Sinks,
            Files = files,
            BytesWritten = _bytesWritten,
            BytesTotal = total,
        };
    }

    static ManifestFileKind KindOf(string backend, SnapshotFile file)
    {
        if (backend == StateBackends.Memory)
            return ManifestFileKind.State;
        return file.IsImmutableShared ? ManifestFileKind.Sst : ManifestFileKind.RocksDb;
    }

    static Stream OpenLocal(DraftFile segment) => segment.LocalPath is { } local
        ? LocalDisk.Guard(local, () => File.OpenRead(local))
        : new MemoryStream(segment.Content.ToArray(), writable: false);

    sealed class Container(string path)
    {
        readonly ArrayBufferWriter<byte> _bytes = new();

        public string Path => path;

        public int Length => _bytes.WrittenCount;

        public ReadOnlySpan<byte> Content => _bytes.WrittenSpan;

        public ManifestFile Add(string name, ManifestFileKind kind, ReadOnlySpan<byte> content)
        {
            var digest = FileDigest.Of(content);
            var entry = new ManifestFile(name, path, kind, digest.Size, digest.Crc32c, digest.Sha256, Length);
            _bytes.Write(content);
            return entry;
        }
    }
}
