using System.Text.Json;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors.FileSystem;

/// <summary>Lists the files of a path and cuts large ones into ranges. A bounded scan lists once; a watched one lists
/// again and again and gives each file once, by its name. What either has listed is known after a restart, whichever it is then: a scan that was
/// watched before and is bounded now lists once more.</summary>
sealed class FileSplitEnumerator : ISplitEnumerator
{
    const int DirectoryLevelsMax = 40;

    readonly FileOptions _options;
    readonly bool _isSplittable;
    readonly bool _isPartitioned;
    readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    bool _listed;
    string? _state;

    public FileSplitEnumerator(FileOptions options, bool isSplittable, bool isPartitioned, string? state)
    {
        _options = options;
        _isSplittable = isSplittable;
        _isPartitioned = isPartitioned;
        if (state is not null)
            RestoreState(state);
    }

    /// <inheritdoc/>
    public TimeSpan Interval => _options.MonitorInterval ?? TimeSpan.Zero;

    bool IsWatching => _options.MonitorInterval is not null;

    /// <inheritdoc/>
    public (IReadOnlyList<SourceSplit> Splits, bool Done) Discover(CancellationToken cancellation)
    {
        if (_listed && !IsWatching)
            return ([], true);
        var files = new List<(string Path, long Size)>();
        Add(files, _options.Path, isRoot: true, 0, cancellation);
        files.Sort(static (left, right) => string.CompareOrdinal(left.Path, right.Path));
        var splits = new List<SourceSplit>();
        foreach (var (path, size) in files)
        {
            // A watched file that is still empty is about to be written; it is looked at again.
            if (size == 0 || !_seen.Add(path))
                continue;
            FileContent.EnsureReadable(path);
            Cut(path, size, splits);
        }
        if (!_listed || splits.Count > 0)
            _state = null;
        _listed = true;
        return (splits, !IsWatching);
    }

    /// <inheritdoc/>
    public string SaveState() => _state ??=
        JsonSerializer.Serialize(new { version = 1, listed = _listed && !IsWatching, seen = _seen.Order(StringComparer.Ordinal) });

    void Add(List<(string Path, long Size)> files, string path, bool isRoot, int level, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var status = FileStatus.Of(path);
        switch (status.Kind)
        {
            case FileKind.Regular:
                files.Add((path, status.Size));
                break;
            case FileKind.Directory when level <= DirectoryLevelsMax:
                foreach (var entry in FileErrors.Guard(path, () => Directory.GetFileSystemEntries(path)))
                {
                    if (!HiddenNames.Contains(Path.GetFileName(entry), _isPartitioned))
                        Add(files, entry, isRoot: false, level + 1, cancellation);
                }
                break;
            default:
                // Beside the files of a directory there may be pipes and sockets; only the path
                // itself must be readable.
                if (isRoot || status.Kind == FileKind.Directory)
                    throw FileErrors.NotRegular(path);
                break;
        }
    }

    // The end of a bounded scan is fixed now: what is appended later does not belong to it.
    void Cut(string path, long size, List<SourceSplit> splits)
    {
        if (FileContent.IsCompressed(path))
        {
            splits.Add(new FileSplit(path, 0, null).ToSourceSplit());
            return;
        }
        long? end = IsWatching ? null : size;
        var start = 0L;
        if (_isSplittable)
        {
            for (; size - start > _options.SplitBytes; start += _options.SplitBytes)
                splits.Add(new FileSplit(path, start, start + _options.SplitBytes).ToSourceSplit());
        }
        splits.Add(new FileSplit(path, start, end).ToSourceSplit());
    }

    void RestoreState(string state)
    {
        try
        {
            using var document = JsonDocument.Parse(state);
            _listed = document.RootElement.GetProperty("listed").GetBoolean();
            foreach (var path in document.RootElement.GetProperty("seen").EnumerateArray())
                _seen.Add(path.GetString()!);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw FileErrors.PositionMalformed(state);
        }
    }
}
