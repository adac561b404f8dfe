using SqlStream.Core.Files;

namespace SqlStream.Connectors.FileSystem;

/// <summary>Appends the rows of one delivery to hidden files, one for each partition; a file that has become large enough is
/// followed by a new one.</summary>
/// <remarks>Few files are open at once. One that is closed for another is synced, so that only its length has to be kept.</remarks>
sealed class PartWriter : IDisposable
{
    const int OpenFilesMax = 64;

    readonly IDurableDirectory _directory;
    readonly PartNames _names;
    readonly ReadOnlyMemory<byte> _header;
    readonly long _rollBytes;
    readonly long _nowMicros;
    readonly Dictionary<string, Part> _parts = new(StringComparer.Ordinal);
    readonly List<Part> _open = [];
    readonly List<OpenPart> _full = [];
    readonly HashSet<string> _written = new(StringComparer.Ordinal);
    long _next;
    long _uses;

    public PartWriter(IDurableDirectory directory, PartNames names, FileMarker marker, long nowMicros,
        ReadOnlyMemory<byte> header, long rollBytes)
    {
        _directory = directory;
        _names = names;
        _header = header;
        _rollBytes = rollBytes;
        _nowMicros = nowMicros;
        foreach (var part in marker.Open)
            _parts[part.Directory] = new Part(part);
        _next = marker.Next;
    }

    /// <summary>The files that have become large enough, in the order in which they did.</summary>
    public IReadOnlyList<OpenPart> Full => _full;

    /// <summary>The directories of the partitions that got rows.</summary>
    public IReadOnlyCollection<string> Written => _written;

    /// <summary>Appends rows of a partition.</summary>
    public void Append(string directory, ReadOnlySpan<byte> rows)
    {
        _written.Add(directory);
        if (!_parts.TryGetValue(directory, out var part))
        {
            _parts[directory] = part = new Part(new OpenPart(_names.Open(_next), _next, 0, _nowMicros, directory));
            _next++;
        }
        part.LastUse = ++_uses;
        if (part.File is null)
            Open(part);
        part.File!.Append(rows);
        if (part.File.Length < _rollBytes)
            return;
        Close(part);
        _full.Add(part.Known);
        _parts.Remove(directory);
    }

    /// <summary>Makes everything durable and adds the in-progress files to a marker.</summary>
    public FileMarker Finish(FileMarker marker)
    {
        foreach (var part in _open.ToList())
            Close(part);
        return marker with
        {
            Open = [.. _parts.Values.Select(part => part.Known).OrderBy(part => part.Number)],
            Next = _next,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in _open)
            part.File!.Dispose();
        _open.Clear();
    }

    void Open(Part part)
    {
        if (_open.Count == OpenFilesMax)
            Close(_open.MinBy(candidate => candidate.LastUse)!);
        var file = _directory.OpenAppend(part.Known.Name, part.Known.Bytes);
        part.File = file;
        _open.Add(part);
        if (file.Length == 0 && !_header.IsEmpty)
            file.Append(_header.Span);
    }

    void Close(Part part)
    {
        var file = part.File!;
        file.Sync();
        part.Known = part.Known with { Bytes = file.Length };
        _open.Remove(part);
        part.File = null;
        file.Dispose();
    }

    sealed class Part(OpenPart known)
    {
        public OpenPart Known { get; set; } = known;

        public IAppendFile? File { get; set; }

        public long LastUse { get; set; }
    }
}
