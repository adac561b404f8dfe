using System.Collections.Concurrent;
using SqlStream.Core.Connect;
using SqlStream.Core.Time;

namespace SqlStream.Execution.Operators;

/// <summary>A group of sources that wait for each other: how far the slowest is. Thread-safe.</summary>
sealed class WatermarkAlignment
{
    readonly ConcurrentDictionary<object, EventTime> _members = new();

    /// <summary>Says how far a member is; null if it holds nobody back: it is idle, has read everything, or has no watermark yet.</summary>
    public void Tell(object member, EventTime? lowest)
    {
        if (lowest is { } time)
            _members[member] = time;
        else
            _members.TryRemove(member, out _);
    }

    /// <summary>How far the slowest member is; null if nobody is held back.</summary>
    public EventTime? Lowest
    {
        get
        {
            EventTime? lowest = null;
            foreach (var (_, time) in _members)
                lowest = lowest is { } known ? EventTime.Min(known, time) : time;
            return lowest;
        }
    }
}

/// <summary>The groups of a job by name.</summary>
sealed class WatermarkAlignments
{
    readonly ConcurrentDictionary<string, WatermarkAlignment> _groups = new();

    /// <summary>The group of that name.</summary>
    public WatermarkAlignment Of(string name) => _groups.GetOrAdd(name, _ => new WatermarkAlignment());
}

/// <summary>A subtask's part in a group: which of its splits have to wait. Mailbox thread only.</summary>
/// <remarks>What the others have read is looked at once an interval, so that a batch costs a comparison. A split that waits is not read at all:
/// what it holds stays where it is, and its connection stops fetching when its buffer is full.</remarks>
sealed class SplitAlignment(
    WatermarkAlignment group, WatermarkAlignmentOptions options, SplitWatermarks watermarks, TimeProvider clock, Action<TimeSpan> wakeAfter)
{
    // A timer may go off a little before its time by the clock: who is woken then must be woken again.
    static readonly TimeSpan _timerGranularity = TimeSpan.FromMilliseconds(20);

    EventTime? _told;
    EventTime? _limit;
    long? _lookedAt;
    long? _wakesAt;

    /// <summary>Looks at how far the others are, if it is time to.</summary>
    public void Look()
    {
        var now = clock.GetTimestamp();
        if (_lookedAt is { } last && clock.GetElapsedTime(last, now) < options.UpdateInterval)
            return;
        _lookedAt = now;
        Tell();
        _limit = group.Lowest is { } lowest ? new EventTime(lowest.Micros + (options.MaxDrift.Ticks / TimeSpan.TicksPerMicrosecond)) : null;
    }

    /// <summary>The split is further than the group allows; the subtask is woken to look again.</summary>
    public bool MustWait(int split)
    {
        if (_limit is not { } limit || watermarks.Watermark(split) <= limit)
            return false;
        var now = clock.GetTimestamp();
        if (_wakesAt is not { } wakes || clock.GetElapsedTime(wakes, now) >= -_timerGranularity)
        {
            _wakesAt = now + (long)(options.UpdateInterval.TotalSeconds * clock.TimestampFrequency);
            wakeAfter(options.UpdateInterval);
        }
        return true;
    }

    /// <summary>Says how far the subtask is, if it is not where it said last: nothing may come for a long time.</summary>
    public void Tell()
    {
        var lowest = watermarks.LowestKnown;
        if (lowest == _told)
            return;
        _told = lowest;
        group.Tell(this, lowest);
    }

    /// <summary>The subtask holds nobody back any more.</summary>
    public void Leave() => group.Tell(this, null);
}
