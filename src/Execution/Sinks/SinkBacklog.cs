using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SqlStream.Core.Connect;
using SqlStream.Core.Time;
using SqlStream.State.Checkpoints;

namespace SqlStream.Execution.Sinks;

/// <summary>The output of one sink that is not known to be delivered, epoch by epoch, as the coordinator sees it.</summary>
sealed class SinkBacklog(string sinkId, string table)
{
    readonly SortedDictionary<long, List<StoredSegment>> _epochs = [];

    /// <summary>Identity of the sink.</summary>
    public string SinkId { get; } = sinkId;

    /// <summary>The sink's table.</summary>
    public string Table { get; } = table;

    /// <summary>Ends <see cref="TargetId"/> where the sink was given another name; null where it was not.</summary>
    public string? Fork { get; set; }

    /// <summary>The identity under which the target knows the sink.</summary>
    public string TargetId => Fork is null ? SinkId : $"{SinkId}~{Fork}";

    /// <summary>All that the sink was given; null where that is not known.</summary>
    public SinkTally? Tally { get; set; }

    /// <summary>Rows up to there are dropped because the target has them; null where none are.</summary>
    public SinkTally? SkipTo { get; set; }

    /// <summary>What the input of the sink had reached with each epoch that is not known to be durable.</summary>
    public Queue<(Epoch Epoch, EventTime Watermark)> Watermarks { get; } = [];

    /// <summary>Rows still to be dropped.</summary>
    public long RowsToSkip => SkipTo is { } target && Tally is { } tally ? Math.Max(0, target.Rows - tally.Rows) : 0;

    /// <summary>The last epoch whose delivery is known.</summary>
    public Epoch? Committed { get; set; }

    /// <summary>Rows that are not known to be delivered.</summary>
    public long Rows => _epochs.Values.Sum(segments => segments.Sum(stored => stored.Segment.Rows));

    /// <summary>Epochs that have some.</summary>
    public int Epochs => _epochs.Count;

    /// <summary>Those of them that belong to epochs up to one.</summary>
    public long RowsUpTo(Epoch epoch) => _epochs.TakeWhile(entry => entry.Key <= epoch.Value).Sum(entry => entry.Value.Sum(stored => stored.Segment.Rows));

    /// <summary>True if nothing waits for delivery.</summary>
    public bool IsEmpty => _epochs.Count == 0;

    /// <summary>What the input of the sink had reached with an epoch that is durable; null where that is not known.</summary>
    public EventTime? WatermarkOf(Epoch epoch)
    {
        EventTime? known = null;
        while (Watermarks.TryPeek(out var next) && next.Epoch <= epoch)
            known = Watermarks.Dequeue().Watermark;
        return known;
    }

    /// <summary>Adds a segment that was sealed, or restored.</summary>
    public void Add(OutputSegment segment, DraftFile file)
    {
        if (!_epochs.TryGetValue(segment.Epoch.Value, out var segments))
            _epochs.Add(segment.Epoch.Value, segments = []);
        segments.Add(new StoredSegment(segment, file));
        segments.Sort(static (left, right) => left.Segment.Subtask.CompareTo(right.Segment.Subtask));
    }

    /// <summary>The segments of all waiting epochs up to one, in order.</summary>
    public IReadOnlyList<(Epoch Epoch, IReadOnlyList<OutputSegment> Segments)> UpTo(Epoch epoch) =>
        [.. _epochs.TakeWhile(entry => entry.Key <= epoch.Value)
            .Select(entry => (new Epoch(entry.Key), (IReadOnlyList<OutputSegment>)[.. entry.Value.Select(stored => stored.Segment)]))];

    /// <summary>An epoch has been delivered.</summary>
    public void Shipped(Epoch epoch)
    {
        foreach (var key in _epochs.Keys.TakeWhile(key => key <= epoch.Value).ToList())
        {
            foreach (var stored in _epochs[key])
            {
                // What was restored is delivered at once; a checkpoint that was begun before may still copy it. It goes with the directory.
                if (stored.Segment.Path is { } path && stored.File.Stored is not null)
                    File.Delete(path);
            }
            _epochs.Remove(key);
        }
        if (Committed is null || Committed < epoch)
            Committed = epoch;
    }

    /// <summary>The files of all waiting epochs up to one, for a checkpoint.</summary>
    public IEnumerable<DraftFile> Files(Epoch epoch) =>
        _epochs.TakeWhile(entry => entry.Key <= epoch.Value).SelectMany(entry => entry.Value.Select(stored => stored.File));

    /// <summary>The entry of the sink in a checkpoint's manifest.</summary>
    public ManifestSink ToManifest(Epoch epoch, long incarnation) => new(
        SinkId,
        Table,
        Committed?.Value,
        null,
        incarnation,
        [.. _epochs.TakeWhile(entry => entry.Key <= epoch.Value).SelectMany(entry => entry.Value).Select(stored => new ManifestSegment(
            stored.Segment.Epoch.Value, stored.Segment.Subtask, stored.File.LogicalName, stored.Segment.Rows, stored.Segment.Bytes, stored.Segment.Crc32c,
            ToManifest(stored.Segment.Tally)))],
        Fork,
        ToManifest(Tally),
        RowsToSkip > 0 ? ToManifest(SkipTo) : null);

    static ManifestTally? ToManifest(SinkTally? tally) => tally is { } known ? new ManifestTally(known.Rows, known.Crc32c) : null;

    /// <summary>The name of a segment's file within a checkpoint.</summary>
    public static string FileName(string sinkId, Epoch epoch, int subtask) =>
        string.Create(CultureInfo.InvariantCulture, $"{Safe(sinkId)}-{epoch.Value}-{subtask}.segment");

    /// <summary>The sink's name as part of a file name; different names stay different.</summary>
    public static string Safe(string name)
    {
        var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_'));
        return safe == name ? name : $"{safe}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8]}";
    }

    sealed record StoredSegment(OutputSegment Segment, DraftFile File);
}
