using SqlStream.Core.Time;

namespace SqlStream.Connectors.FileSystem;

/// <summary>Decides which files are published when, and which partitions are declared complete: from a marker the next one. Touches nothing but, for
/// INSERT OVERWRITE, the list of what is there.</summary>
/// <param name="names">The names of files.</param>
/// <param name="options">The table's options.</param>
/// <param name="clock">The clock.</param>
/// <param name="old">Of INSERT OVERWRITE: the files that go, by the directories that got rows; null for INSERT INTO.</param>
sealed class RollingSteps(PartNames names, FileOptions options, TimeProvider clock, Func<IEnumerable<string>, IReadOnlyList<string>>? old)
{
    // More partitions than that are not kept hidden at once: the marker, which names them all, is written with each epoch.
    const int OpenPartsMax = 256;

    /// <summary>The time, microseconds since 1970.</summary>
    public long NowMicros => (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Up to where all rows have been delivered.</summary>
    public EventTime Watermark { get; set; } = EventTime.MinusInfinity;

    /// <summary>What is due after a delivery.</summary>
    /// <param name="marker">The marker with the in-progress files of the writer.</param>
    /// <param name="writer">What was written.</param>
    public FileMarker Delivered(FileMarker marker, PartWriter writer)
    {
        var after = Complete(Await(marker, writer.Written), writer.Full);
        return Declare(Complete(after, Ripe(after)), isEnd: false);
    }

    /// <summary>What is due without new rows.</summary>
    /// <param name="marker">The marker as it is.</param>
    /// <param name="isEnd">The job has ended: everything is due.</param>
    public FileMarker Rolled(FileMarker marker, bool isEnd)
    {
        var settled = marker.Settled;
        if (old is null)
            return Declare(Complete(settled, isEnd ? settled.Open : Ripe(settled)), isEnd);
        return isEnd && !settled.IsReplaced ? Replaced(settled) : settled;
    }

    FileMarker Replaced(FileMarker marker)
    {
        OpenPart[] parts = [.. marker.Full, .. marker.Open];
        return Declare(Publishing(marker with { Open = [], Full = [] }, parts), isEnd: true) with
        {
            Remove = old!(parts.Select(part => part.Directory)),
            IsReplaced = true,
        };
    }

    /// <summary>Something is to be done once the marker is written.</summary>
    public static bool HasWork(FileMarker marker) => marker.Publish.Count > 0 || marker.Success.Count > 0 || marker.Remove.Count > 0;

    // The files that are published though they are not full: old ones, those of partitions that are to be complete now, and where there are
    // too many, those that were begun first.
    List<OpenPart> Ripe(FileMarker marker)
    {
        var due = options.Commit is { IsEager: false }
            ? marker.Waiting.Where(IsDue).Select(partition => partition.Directory).ToHashSet(StringComparer.Ordinal)
            : [];
        var ripe = old is null
            ? marker.Open.Where(part => IsPast(part.OpenedMicros, options.RollInterval) || due.Contains(part.Directory)).ToList()
            : [];
        var excess = marker.Open.Count - ripe.Count - OpenPartsMax;
        return excess <= 0 ? ripe : [.. ripe, .. marker.Open.Except(ripe).Take(excess)];
    }

    // What is overwritten stays until the end, and so does what takes its place.
    FileMarker Complete(FileMarker marker, IReadOnlyList<OpenPart> parts)
    {
        if (parts.Count == 0)
            return marker;
        marker = marker with { Open = [.. marker.Open.Except(parts)] };
        return old is null ? Publishing(marker, parts) : marker with { Full = [.. marker.Full, .. parts] };
    }

    FileMarker Publishing(FileMarker marker, IReadOnlyList<OpenPart> parts) => marker with
    {
        Publish =
        [
            .. marker.Publish,
            .. parts.Select(part => new Publication(part.Name, InDirectory(part.Directory, names.Final(marker.Delivered!.Epoch.Value, part.Number)))),
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
        if (options.Commit is not { } commit || (old is not null && !isEnd))
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

    bool IsPast(long sinceMicros, TimeSpan span) => NowMicros - sinceMicros >= span.Ticks / TimeSpan.TicksPerMicrosecond;

    bool IsDue(WaitingPartition partition) => options.Commit is { } commit
        && (commit.Time is { } time ? time.IsPast(partition.Directory, commit.Delay, Watermark) : IsPast(partition.SinceMicros, commit.Delay));
}
