namespace SqlStream.State.Memory;

/// <summary>Several runs as one sorted sequence. Of equal keys the run that is later in the list wins.</summary>
sealed class MergedRuns : IStateIterator
{
    readonly SortedRun[] _runs;
    readonly int[] _next;
    readonly int[] _end;
    readonly bool _keepDeletes;
    int _current = -1;
    int _entry;

    public MergedRuns(SortedRun[] runs, ReadOnlySpan<byte> from, ReadOnlySpan<byte> toExclusive, bool keepDeletes)
    {
        _runs = runs;
        _keepDeletes = keepDeletes;
        _next = new int[runs.Length];
        _end = new int[runs.Length];
        for (var i = 0; i < runs.Length; i++)
        {
            _next[i] = runs[i].LowerBound(from);
            _end[i] = toExclusive.IsEmpty ? runs[i].Count : runs[i].LowerBound(toExclusive);
        }
    }

    public ReadOnlySpan<byte> Key => _runs[_current].KeyAt(_entry);

    public ReadOnlySpan<byte> Value => _runs[_current].ValueAt(_entry);

    public bool IsDelete => _runs[_current].IsDelete(_entry);

    public bool MoveNext()
    {
        while (TakeLeast())
        {
            if (_keepDeletes || !IsDelete)
                return true;
        }
        return false;
    }

    public void Dispose()
    {
    }

    bool TakeLeast()
    {
        var least = -1;
        for (var i = _runs.Length - 1; i >= 0; i--)
        {
            if (_next[i] >= _end[i])
                continue;
            var order = least < 0 ? -1 : _runs[i].KeyAt(_next[i]).SequenceCompareTo(_runs[least].KeyAt(_next[least]));
            if (order < 0)
                least = i;
            else if (order == 0)
                _next[i]++;
        }
        if (least < 0)
            return false;
        _current = least;
        _entry = _next[least]++;
        return true;
    }
}
