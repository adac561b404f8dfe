using SqlStream.Core.Rows;

namespace SqlStream.Cli.Output;

/// <summary>The rows of a result as text, as far as they will be shown: of a result that only grows the first and last ones, of one that changes those
/// that are there now.</summary>
sealed class ResultRows(bool isUpdating, int firstMax, int lastMax)
{
    readonly Dictionary<string?[], int> _live = new(new ByValues());
    readonly List<string?[]> _first = [];
    readonly Queue<string?[]> _last = [];
    long _total;

    /// <summary>Rows that there are.</summary>
    public long Total => _total;

    /// <summary>How many of some rows to come need not be added one by one, for they will not be shown.</summary>
    public int Skippable(int rows) => isUpdating || _first.Count < firstMax ? 0 : Math.Max(0, rows - lastMax);

    /// <summary>Counts rows that are not shown.</summary>
    public void Skip(int rows) => _total += rows;

    public void Add(RowKind kind, string?[] values)
    {
        if (isUpdating)
        {
            Fold(kind, values);
            return;
        }
        _total++;
        if (_first.Count < firstMax)
        {
            _first.Add(values);
            return;
        }
        if (lastMax == 0)
            return;
        if (_last.Count == lastMax)
            _last.Dequeue();
        _last.Enqueue(values);
    }

    /// <summary>The first rows, and the last ones where some between them are left out.</summary>
    public (IReadOnlyList<string?[]> First, IReadOnlyList<string?[]> Last) Shown()
    {
        if (!isUpdating)
            return _total <= _first.Count + _last.Count ? ([.. _first, .. _last], []) : (_first, [.. _last]);
        if (_total <= firstMax || _total <= (long)firstMax + lastMax)
            return ([.. Live()], []);
        return ([.. Live().Take(firstMax)], lastMax == 0 ? [] : [.. Live().TakeLast(lastMax)]);
    }

    IEnumerable<string?[]> Live() => _live.SelectMany(entry => Enumerable.Repeat(entry.Key, Math.Max(0, entry.Value)));

    // A row may be taken back before it comes where several subtasks send.
    void Fold(RowKind kind, string?[] values)
    {
        var before = _live.GetValueOrDefault(values);
        var now = before + kind.Sign();
        if (now == 0)
            _live.Remove(values);
        else
            _live[values] = now;
        _total += Math.Max(0, now) - Math.Max(0, before);
    }

    sealed class ByValues : IEqualityComparer<string?[]>
    {
        public bool Equals(string?[]? x, string?[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(string?[] values)
        {
            var hash = default(HashCode);
            foreach (var value in values)
                hash.Add(value);
            return hash.ToHashCode();
        }
    }
}
