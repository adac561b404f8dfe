using SqlStream.Core.Time;

namespace SqlStream.Execution.Operators;

/// <summary>The watermarks of the splits that one source subtask reads: shared by its scan, which knows which splits there
/// are, and its watermark assigner, which sees their rows.</summary>
/// <remarks>The subtask's watermark is the minimum over the splits that are neither finished nor idle; a split that was found
/// and not read yet counts as minus infinity. A split becomes idle only after it was caught up for the idle timeout. Where nothing is left
/// to wait for, it is the greatest of all: what slower splits held back must not wait for the next rows, and must not depend on which subtask
/// read what.</remarks>
sealed class SplitWatermarks
{
    readonly Dictionary<int, Entry> _splits = [];
    int _next;

    /// <summary>Rows carry watermarks: there is an assigner.</summary>
    public bool IsUsed { get; set; }

    /// <summary>True as long as splits may still be found, so that nothing may be said about the watermark.</summary>
    public bool AwaitsSplits { get; set; } = true;

    /// <summary>Adds a split and returns its ordinal.</summary>
    /// <param name="restored">Its watermark in the checkpoint.</param>
    /// <param name="idle">Whether it was idle there.</param>
    /// <param name="isLater">Its times come after those of all splits that are open: it does not count until it is opened.</param>
    public int Add(EventTime restored, bool idle, bool isLater)
    {
        _splits.Add(_next, new Entry { Watermark = restored, Idle = idle, IsLater = isLater });
        return _next++;
    }

    /// <summary>The split is read from now on.</summary>
    public void Open(int split) => _splits[split].IsLater = false;

    /// <summary>The watermark of a split.</summary>
    public EventTime Watermark(int split) => _splits[split].Watermark;

    /// <summary>True if the split is idle.</summary>
    public bool IsIdle(int split) => _splits[split].Idle;

    /// <summary>Raises a split's watermark; data has come from it, which may have been on its way while the split was found to be exhausted.</summary>
    public void Advance(int split, EventTime watermark)
    {
        if (!_splits.TryGetValue(split, out var entry))
        {
            AddFinished(watermark);
            return;
        }
        entry.Idle = false;
        entry.Watermark = EventTime.Max(entry.Watermark, watermark);
    }

    /// <summary>The split does not hold back the watermark for now.</summary>
    public void SetIdle(int split, bool idle) => _splits[split].Idle = idle;

    /// <summary>The split is exhausted; its ordinal means nothing any more.</summary>
    public void Finish(int split)
    {
        if (_splits.Remove(split, out var entry))
            AddFinished(entry.Watermark);
    }

    /// <summary>The greatest watermark of the splits that are exhausted; minus infinity before the first.</summary>
    public EventTime Finished { get; private set; } = EventTime.MinusInfinity;

    /// <summary>Splits with a watermark up to that are exhausted.</summary>
    public void AddFinished(EventTime greatest) => Finished = EventTime.Max(Finished, greatest);

    /// <summary>The minimum over the splits that count; null if none does (all idle, or all finished).</summary>
    public EventTime? Minimum()
    {
        if (AwaitsSplits)
            return EventTime.MinusInfinity;
        EventTime? minimum = null;
        var later = false;
        foreach (var split in _splits.Values)
        {
            if (split.Idle)
                continue;
            later |= split.IsLater;
            if (split.IsLater)
                continue;
            minimum = minimum is { } known ? EventTime.Min(known, split.Watermark) : split.Watermark;
        }
        // Between two splits nothing is known, which is not the same as having nothing to wait for.
        return minimum is null && later ? EventTime.MinusInfinity : minimum;
    }

    /// <summary>The lowest watermark of the splits that have one and are neither finished nor idle; null if there is none.</summary>
    public EventTime? LowestKnown
    {
        get
        {
            EventTime? lowest = null;
            foreach (var split in _splits.Values)
            {
                if (!split.Idle && split.Watermark != EventTime.MinusInfinity)
                    lowest = lowest is { } known ? EventTime.Min(known, split.Watermark) : split.Watermark;
            }
            return lowest;
        }
    }

    /// <summary>Some split is being read, and all that are have been silent for the idle timeout.</summary>
    public bool IsSilent => _splits.Count > 0 && Greatest is not null;

    /// <summary>The greatest watermark of all splits if none of them holds anything back: they are idle or exhausted. Null if one does, or may
    /// come.</summary>
    public EventTime? Greatest
    {
        get
        {
            var greatest = Finished;
            foreach (var split in _splits.Values)
            {
                if (!split.Idle)
                    return null;
                greatest = EventTime.Max(greatest, split.Watermark);
            }
            return AwaitsSplits ? null : greatest;
        }
    }

    sealed class Entry
    {
        public EventTime Watermark { get; set; }
        public bool Idle { get; set; }
        public bool IsLater { get; set; }
    }
}
