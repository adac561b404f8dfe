using SqlStream.Core.Connect;
using SqlStream.Core.Time;

namespace SqlStream.Execution.Sinks;

/// <summary>The epochs that were delivered last, kept for a target that loses what it has acknowledged: a server that is replaced by a copy which lags behind.</summary>
/// <remarks>Only a few, and only those whose output is in memory.</remarks>
sealed class DeliveredEpochs
{
    const long BytesMax = 8 << 20;
    const int EpochsMax = 100;

    readonly Queue<(Epoch Epoch, IReadOnlyList<OutputSegment> Segments)> _epochs = new();
    long _bytes;

    /// <summary>The last epoch that was delivered in this attempt; null if none was.</summary>
    public Epoch? Newest { get; private set; }

    /// <summary>The last epoch that is not kept any more; null if all are.</summary>
    public Epoch? Forgotten { get; private set; }

    /// <summary>An epoch has been delivered.</summary>
    public void Add(Epoch epoch, IReadOnlyList<OutputSegment> segments)
    {
        Newest = epoch;
        _epochs.Enqueue((epoch, segments));
        _bytes += Bytes(segments);
        var isInMemory = segments.All(segment => segment.Content is not null);
        while (_epochs.Count > 0 && (!isInMemory || _bytes > BytesMax || _epochs.Count > EpochsMax))
        {
            var (oldest, gone) = _epochs.Dequeue();
            _bytes -= Bytes(gone);
            Forgotten = oldest;
        }
    }

    /// <summary>Takes out the epochs that a target with that marker does not have, to be delivered again; null if some of them are not kept.</summary>
    public IReadOnlyList<(Epoch Epoch, IReadOnlyList<OutputSegment> Segments)>? TakeBehind(SinkMarker? marker)
    {
        if (Forgotten is { } forgotten && (marker is null || marker.Epoch < forgotten || (marker.Epoch == forgotten && !marker.IsWholeEpoch)))
            return null;
        var lost = _epochs.Where(entry => marker is null || entry.Epoch > marker.Epoch || (entry.Epoch == marker.Epoch && !marker.IsWholeEpoch)).ToList();
        var kept = _epochs.Take(_epochs.Count - lost.Count).ToList();
        _epochs.Clear();
        foreach (var entry in kept)
            _epochs.Enqueue(entry);
        _bytes = kept.Sum(entry => Bytes(entry.Segments));
        Newest = kept.Count > 0 ? kept[^1].Epoch : Forgotten;
        return lost;
    }

    static long Bytes(IReadOnlyList<OutputSegment> segments) => segments.Sum(segment => segment.Bytes);
}
