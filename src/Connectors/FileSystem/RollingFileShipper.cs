using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Files;

namespace SqlStream.Connectors.FileSystem;

/// <summary>Appends the rows of each epoch to hidden files, one for each partition, and publishes files that are large or old enough.</summary>
/// <remarks>The order that makes it exactly once: rows are appended and synced; the marker, written in one step, says
/// which epoch the files hold, how long each hidden file is with it, and which files are complete; then complete files
/// get their final names. A crash before the marker leaves bytes beyond the committed lengths, which the next start cuts
/// off; a crash after it leaves names to be changed, which the next start does.
/// Hidden files lie in the table's own directory, so that partitions show nothing but complete files.
/// Every operation that fails forgets what it knew, and the next one begins by reading the marker, so that there is one
/// path for retries and for recoveries. While an operation runs, a lock file is held open: of two processes one waits,
/// and then finds the marker of the other.</remarks>
sealed class RollingFileShipper(
    IDurableDirectory directory, ShipperContext context, FileOptions options, string extension,
    ReadOnlyMemory<byte> header, bool isPartitioned = false) : ISinkShipper
{
    // More partitions than that are not kept hidden at once: the marker, which names them all, is written with each epoch.
    const int OpenPartsMax = 256;

    readonly PartNames _names = new(context.JobId, context.SinkId, extension);
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
        using (var writer = new PartWriter(directory, _names, before, NowMicros, header, options.RollBytes))
        {
            Append(segments, writer, cancellation);
            CrashPoint.Hit("file.appended");
            after = Complete(Await(writer.Finish(after), writer.Written), writer.Full);
        }
        CrashPoint.Hit("file.synced");
        after = Declare(Complete(after, Ripe(after)), isEnd: false);
        WriteMarker(after);
        CrashPoint.Hit("file.marker-written");
        CarryOut(after);
        _isSettled = true;
    }

    /// <inheritdoc/>
    public void Tick(CancellationToken cancellation)
    {
        if (HasWork(Rolled(LoadMarker(), isEnd: false)))
            Roll(isEnd: false);
    }

    /// <inheritdoc/>
    public void Finish(CancellationToken cancellation) => Roll(isEnd: true);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Files are open only during an operation.
    }

    long NowMicros => (context.Clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    bool IsPast(long sinceMicros, TimeSpan span) => NowMicros - sinceMicros >= span.Ticks / TimeSpan.TicksPerMicrosecond;

    bool IsDue(WaitingPartition partition) => options.Commit is { } commit && IsPast(partition.SinceMicros, commit.Delay);

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
        var rolled = Rolled(Recover(), isEnd);
        if (!HasWork(rolled))
            return;
        _isSettled = false;
        WriteMarker(rolled);
        CrashPoint.Hit("file.roll-written");
        CarryOut(rolled);
        _isSettled = true;
    }

    FileMarker Rolled(FileMarker marker, bool isEnd) =>
        Declare(Complete(marker.Settled with { Incarnation = _incarnation }, isEnd ? marker.Open : Ripe(marker)), isEnd);

    static bool HasWork(FileMarker marker) => marker.Publish.Count > 0 || marker.Success.Count > 0;

    // The files that are published though they are not full: old ones, those of partitions that are to be complete now, and where there are
    // too many, those that were begun first.
    List<OpenPart> Ripe(FileMarker marker)
    {
        var due = options.Commit is { Delay: var delay } && delay > TimeSpan.Zero
            ? marker.Waiting.Where(IsDue).Select(partition => partition.Directory).ToHashSet(StringComparer.Ordinal)
            : [];
        var ripe = marker.Open.Where(part => IsPast(part.OpenedMicros, options.RollInterval) || due.Contains(part.Directory)).ToList();
        var excess = marker.Open.Count - ripe.Count - OpenPartsMax;
        return excess <= 0 ? ripe : [.. ripe, .. marker.Open.Except(ripe).Take(excess)];
    }

    FileMarker Complete(FileMarker marker, IReadOnlyList<OpenPart> parts) => parts.Count == 0 ? marker : marker with
    {
        Open = [.. marker.Open.Except(parts)],
        Publish =
        [
            .. marker.Publish,
            .. parts.Select(part => new Publication(part.Name, InDirectory(part.Directory, _names.Final(marker.Delivered!.Epoch.Value, part.Number)))),
        ],
    };

    FileMarker Await(FileMarker marker, IEnumerable<string> written) => options.Commit is null ? marker : marker with
    {
        Waiting =
        [
            .. marker.Waiting,
            .. written.Except(marker.Waiting.Select(partition => partition.Directory)).Select(partition => new WaitingPartition(partition, NowMicros)),
        ],
    };

    // A partition is complete when all its rows are published.
    FileMarker Declare(FileMarker marker, bool isEnd)
    {
        if (options.Commit is not { } commit)
            return marker;
        var complete = marker.Waiting
            .Where(partition => (isEnd || IsDue(partition)) && marker.Open.All(part => part.Directory != partition.Directory))
            .ToList();
        return complete.Count == 0 ? marker : marker with
        {
            Waiting = [.. marker.Waiting.Except(complete)],
            Success = [.. complete.Select(partition => InDirectory(partition.Directory, commit.SuccessFile))],
        };
    }

    static string InDirectory(string partition, string name) => partition.Length == 0 ? name : $"{partition}/{name}";

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
