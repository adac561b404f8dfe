using SqlStream.Core.Time;

namespace SqlStream.Execution.Operators;

/// <summary>The watermarks of the splits that one source subtask reads: shared by its scan, which knows which splits there
/// are, and its watermark assigner, which sees their rows.</summary>
/// <remarks>The subtask's watermark is the minimum over the splits that are neither finished nor idle; a split that was found
/// and not read yet counts as minus infinity. A split becomes idle only after it was caught up for the idle timeout.</remarks>
sealed class SplitWatermarks
{
    readonly List<Entry> _splits = [];

    /// <summary>Rows carry watermarks: there is an assigner.</summary>
    public bool IsUsed { get; set; }

    /// <summary>True as long as splits may still be found, so that nothing may be said about the watermark.</summary>
    public bool AwaitsSplits { get; set; } = true;

    /// <summary>Adds a split and returns its ordinal.</summary>
    public int Add(EventTime restored, bool idle)
    {
        _splits.Add(new Entry { Watermark = restored, Idle = idle });
        return _splits.Count - 1;
    }

    /// <summary>The watermark of a split.</summary>
    public EventTime Watermark(int split) => _splits[split].Watermark;

    /// <summary>True if the split is idle.</summary>
    public bool IsIdle(int split) => _splits[split].Idle;

    /// <summary>Raises a split's watermark; data has come from it.</summary>
    public void Advance(int split, EventTime watermark)
    {
        var entry = _splits[split];
        entry.Idle = false;
        entry.Watermark = EventTime.Max(entry.Watermark, watermark);
    }

    /// <summary>The split does not hold back the watermark for now.</summary>
    public void SetIdle(int split, bool idle) => _splits[split].Idle = idle;

    /// <summary>The split is exhausted.</summary>
    public void Finish(int split) => _splits[split].Finished = true;

    /// <summary>The minimum over the splits that count; null if none does (all idle, or all finished).</summary>
    public EventTime? Minimum()
    {
        if (AwaitsSplits)
            return EventTime.MinusInfinity;
        EventTime? minimum = null;
        foreach (var split in _splits)
        {
            if (split.Finished || split.Idle)
                continue;
            minimum = minimum is { } known ? EventTime.Min(known, split.Watermark) : split.Watermark;
        }
        return minimum;
    }

    sealed class Entry
    {
        public EventTime Watermark { get; set; }
        public bool Idle { get; set; }
        public bool Finished { get; set; }
    }
}
