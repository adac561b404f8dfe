using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Files;
using SqlStream.Core.Time;

namespace SqlStream.Connectors.FileSystem;

/// <summary>Appends the rows of each epoch to hidden files, one for each partition, and publishes files that are large or old enough.</summary>
/// <remarks>The order that makes it exactly once: rows are appended and synced; the marker, written in one step, says
/// which epoch the files hold, how long each hidden file is with it, and which files are complete; then complete files
/// get their final names. A crash before the marker leaves bytes beyond the committed lengths, which the next start cuts
/// off; a crash after it leaves names to be changed, which the next start does.
/// Hidden files lie in the table's own directory, so that partitions show nothing but complete files.
/// Every operation that fails forgets what it knew, and the next one begins by reading the marker, so that there is one
/// path for retries and for recoveries. INSERT OVERWRITE keeps all files hidden until the job has ended; its last marker names what is
/// published and what is removed then. While an operation runs, a lock file is held open: of two processes one waits,
/// and then finds the marker of the other.</remarks>
sealed class RollingFileShipper(
    IDurableDirectory directory, ShipperContext context, FileOptions options, string extension,
    ReadOnlyMemory<byte> header, bool isPartitioned = false, FileReplacement? replacement = null) : ISinkShipper
{
    readonly PartNames _names = new(context.JobId, context.SinkId, extension);
    readonly RollingSteps _steps = new(
        new PartNames(context.JobId, context.SinkId, extension), options, context.Clock,
        replacement is null ? null : written => replacement.Old(directory, written));
    long _incarnation;
    bool _isSettled;

    /// <inheritdoc/>
    public void Fence(long incarnation, CancellationToken cancellation)
    {
        using var hold = directory.OpenAppend(_names.Lock, 0);
        CrashPoint.Hit("file.locked");
        _incarnation = incarnation;
        var marker = Recover();
        if (marker.Incarnation < incarnation)
            WriteMarker(marker.Settled with { Incarnation = incarnation });
        CrashPoint.Hit("file.fenced");
    }

    /// <inheritdoc/>
    public SinkMarker? ReadMarker(CancellationToken cancellation) => LoadMarker().Delivered;

    /// <inheritdoc/>
    public void Ship(
        IReadOnlyList<IOutputSegment> segments, SinkPosition from, SinkMarker marker, CancellationToken cancellation)
    {
        Check.That(marker.IsWholeEpoch && from == SinkPosition.Start);
        using var hold = directory.OpenAppend(_names.Lock, 0);
        var before = Recover();
        // An earlier try got as far as the marker.
        if (before.Delivered is { } delivered && delivered.Epoch >= marker.Epoch)
            return;
        var after = before.Settled with { Incarnation = _incarnation, Delivered = marker };
        _isSettled = false;
        using (var writer = new PartWriter(directory, _names, before, _steps.NowMicros, header, options.RollBytes))
        {
            Append(segments, writer, cancellation);
            CrashPoint.Hit("file.appended");
            after = _steps.Delivered(writer.Finish(after), writer);
        }
        CrashPoint.Hit("file.synced");
        WriteMarker(after);
        CrashPoint.Hit("file.marker-written");
        CarryOut(after);
        _isSettled = true;
    }

    /// <inheritdoc/>
    public void Advance(EventTime watermark) => _steps.Watermark = watermark;

    /// <inheritdoc/>
    public void Tick(CancellationToken cancellation)
    {
        if (RollingSteps.HasWork(_steps.Rolled(LoadMarker(), isEnd: false)))
            Roll(isEnd: false);
    }

    /// <inheritdoc/>
    public void Finish(CancellationToken cancellation) => Roll(isEnd: true);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Files are open only during an operation.
    }

    void Append(IReadOnlyList<IOutputSegment> segments, PartWriter writer, CancellationToken cancellation)
    {
        foreach (var segment in segments)
        {
            foreach (var frame in segment.Frames())
            {
                cancellation.ThrowIfCancellationRequested();
                if (!isPartitioned)
                {
                    writer.Append("", frame.Span);
                    continue;
                }
                for (var rest = frame.Span; !rest.IsEmpty;)
                {
                    var rows = PartitionFrames.Read(ref rest, out var partition);
                    writer.Append(partition, rows);
                }
            }
        }
    }

    void Roll(bool isEnd)
    {
        using var hold = directory.OpenAppend(_names.Lock, 0);
        var marker = Recover();
        var rolled = _steps.Rolled(marker, isEnd) with { Incarnation = _incarnation };
        if (!RollingSteps.HasWork(rolled) && rolled.IsReplaced == marker.IsReplaced)
            return;
        _isSettled = false;
        WriteMarker(rolled);
        CrashPoint.Hit("file.roll-written");
        CarryOut(rolled);
        _isSettled = true;
    }

    FileMarker LoadMarker()
    {
        var content = directory.Read(_names.Marker);
        return content is null ? FileMarker.Empty : FileMarker.Parse(content, $"{directory.Path}/{_names.Marker}");
    }

    void WriteMarker(FileMarker marker) => directory.Replace(_names.Marker, marker.ToJson());

    /// <summary>Brings the directory to what the marker says, and returns the marker.</summary>
    FileMarker Recover()
    {
        var marker = LoadMarker();
        if (marker.Incarnation > _incarnation)
            throw FileErrors.NewerOwner(directory.Path, _incarnation, marker.Incarnation);
        if (!_isSettled)
            CarryOut(marker);
        marker = marker with { Remove = [] };
        foreach (var open in marker.Open)
            CutUncommitted(open);
        if (!_isSettled)
            DeleteLeftovers(marker);
        _isSettled = true;
        CrashPoint.Hit("file.recovered");
        return marker;
    }

    void CarryOut(FileMarker marker)
    {
        foreach (var publication in marker.Publish)
        {
            // Neither there nor here: its consumer has taken it.
            if (!directory.Exists(publication.From))
                continue;
            if (!directory.Rename(publication.From, publication.To))
                throw FileErrors.NameTaken($"{directory.Path}/{publication.To}");
            CrashPoint.Hit("file.renamed");
        }
        foreach (var success in marker.Success)
        {
            directory.Replace(success, []);
            CrashPoint.Hit("file.succeeded");
        }
        if (marker.Remove.Count == 0)
            return;
        directory.Delete(marker.Remove);
        CrashPoint.Hit("file.removed");
        // Files of the same names may be put there by others from now on.
        WriteMarker(marker.Settled);
    }

    void CutUncommitted(OpenPart open)
    {
        var length = directory.Length(open.Name) ?? 0;
        if (length < open.Bytes)
            throw FileErrors.UncommittedMissing($"{directory.Path}/{open.Name}", length, open.Bytes);
        if (length == open.Bytes)
            return;
        using var file = directory.OpenAppend(open.Name, open.Bytes);
        file.Sync();
        CrashPoint.Hit("file.cut");
    }

    // Hidden files that no marker names were begun by a delivery that did not get to its marker.
    void DeleteLeftovers(FileMarker marker)
    {
        foreach (var name in directory.List(PartNames.OpenPrefix))
        {
            if (_names.OpenNumber(name) >= marker.Next)
                directory.Delete(name);
        }
    }
}
