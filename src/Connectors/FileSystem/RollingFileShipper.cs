using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Files;

namespace SqlStream.Connectors.FileSystem;

/// <summary>Appends the rows of each epoch to a hidden file and publishes files that are large or old enough.</summary>
/// <remarks>The order that makes it exactly once: rows are appended and synced; the marker, written in one step, says
/// which epoch the files hold, how long the hidden file is with it, and which files are complete; then complete files
/// get their final names. A crash before the marker leaves bytes beyond the committed length, which the next start cuts
/// off; a crash after it leaves names to be changed, which the next start does.
/// Every operation that fails forgets what it knew, and the next one begins by reading the marker, so that there is one
/// path for retries and for recoveries. While an operation runs, a lock file is held open: of two processes one waits,
/// and then finds the marker of the other.</remarks>
sealed class RollingFileShipper(
    IDurableDirectory directory, ShipperContext context, FileOptions options, string extension,
    ReadOnlyMemory<byte> header) : ISinkShipper
{
    readonly PartNames _names = new(context.JobId, context.SinkId, extension);
    long _incarnation;
    bool _leftoversGone;

    /// <inheritdoc/>
    public void Fence(long incarnation, CancellationToken cancellation)
    {
        using var hold = directory.OpenAppend(_names.Lock, 0);
        CrashPoint.Hit("file.locked");
        _incarnation = incarnation;
        var marker = Recover();
        if (marker.Incarnation < incarnation)
            WriteMarker(marker with { Incarnation = incarnation, Publish = [] });
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
        var after = before with { Incarnation = _incarnation, Delivered = marker, Publish = [] };
        _leftoversGone = false;
        using (var writer = new PartWriter(directory, _names, before, NowMicros, header, options.RollBytes))
        {
            foreach (var segment in segments)
            {
                foreach (var frame in segment.Frames())
                {
                    cancellation.ThrowIfCancellationRequested();
                    writer.Append(frame.Span);
                }
            }
            CrashPoint.Hit("file.appended");
            after = writer.Finish(after);
        }
        CrashPoint.Hit("file.synced");
        if (IsOld(after.Open))
            after = Roll(after);
        WriteMarker(after);
        CrashPoint.Hit("file.marker-written");
        Publish(after);
        _leftoversGone = true;
    }

    /// <inheritdoc/>
    public void Tick(CancellationToken cancellation)
    {
        if (IsOld(LoadMarker().Open))
            PublishOpen();
    }

    /// <inheritdoc/>
    public void Finish(CancellationToken cancellation) => PublishOpen();

    /// <inheritdoc/>
    public void Dispose()
    {
        // Files are open only during an operation.
    }

    long NowMicros => (context.Clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    bool IsOld(OpenPart? part) =>
        part is not null && NowMicros - part.OpenedMicros >= options.RollInterval.Ticks / TimeSpan.TicksPerMicrosecond;

    void PublishOpen()
    {
        using var hold = directory.OpenAppend(_names.Lock, 0);
        var marker = Recover();
        if (marker.Open is null)
            return;
        var rolled = Roll(marker with { Incarnation = _incarnation, Publish = [] });
        WriteMarker(rolled);
        CrashPoint.Hit("file.roll-written");
        Publish(rolled);
    }

    FileMarker Roll(FileMarker marker) => marker with
    {
        Open = null,
        Publish =
        [
            .. marker.Publish,
            new Publication(marker.Open!.Name, _names.Final(marker.Delivered!.Epoch.Value, marker.Open.Number)),
        ],
    };

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
        Publish(marker);
        if (marker.Open is { } open)
            CutUncommitted(open);
        if (!_leftoversGone)
            DeleteLeftovers(marker);
        _leftoversGone = true;
        CrashPoint.Hit("file.recovered");
        return marker;
    }

    void Publish(FileMarker marker)
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
