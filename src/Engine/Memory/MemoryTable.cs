using SqlStream.Core.Diagnostics;

namespace SqlStream.Engine.Memory;

/// <summary>The rows of one table: what all epochs delivered so far make of it. Thread-safe; an epoch is seen whole or not at all.</summary>
sealed class MemoryTable(bool isKeyed, TimeProvider clock)
{
    readonly Lock _lock = new();
    readonly Dictionary<RowBytes, Entry> _rows = [];
    long _next;
    long _version;
    long _sequence;
    long _replacedAt;

    /// <summary>Rows are told apart by a primary key.</summary>
    public bool IsKeyed => isKeyed;

    /// <summary>Held while a sink looks at the rows, writes what follows from them, and changes them.</summary>
    public Lock Writing { get; } = new();

    /// <summary>Changes with a lower sequence number count for nothing: INSERT OVERWRITE came after them.</summary>
    public long ReplacedAt
    {
        get
        {
            lock (_lock)
                return _replacedAt;
        }
    }

    /// <summary>A number that is another one after each change.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>Number of rows.</summary>
    public long Count
    {
        get
        {
            lock (_lock)
                return _rows.Values.Sum(entry => Math.Max(0, entry.Count));
        }
    }

    /// <summary>A number for the next changes: greater than every one before, also of a process before this one.</summary>
    public long NextSequence()
    {
        lock (_lock)
            return _sequence = Math.Max(_sequence + 1, clock.GetUtcNow().UtcTicks);
    }

    /// <summary>Carries out changes, in one step.</summary>
    public void Apply(IEnumerable<MemoryChange> changes)
    {
        lock (_lock)
        {
            _version++;
            foreach (var change in changes)
            {
                _sequence = Math.Max(_sequence, change.Sequence);
                if (change.Sequence >= _replacedAt)
                    Carry(change);
            }
        }
    }

    /// <summary>Takes all rows away that came before a sequence number, and puts others in their place, in one step.</summary>
    /// <param name="sequence">The number.</param>
    /// <param name="changes">The new rows.</param>
    /// <param name="later">What other sinks have changed since.</param>
    public void Replace(long sequence, IEnumerable<MemoryChange> changes, IEnumerable<MemoryChange> later)
    {
        lock (_lock)
        {
            _sequence = Math.Max(_sequence, sequence);
            if (sequence < _replacedAt)
                return;
            _replacedAt = sequence;
            _version++;
            _rows.Clear();
            foreach (var change in changes)
                Carry(change with { Sequence = sequence });
            foreach (var change in later.Where(change => change.Sequence > sequence).OrderBy(change => change.Sequence))
                Carry(change);
        }
    }

    /// <summary>The rows among new ones whose keys are not there, each key once.</summary>
    public IReadOnlyList<MemoryChange> New(IReadOnlyList<MemoryChange> changes)
    {
        Check.That(isKeyed);
        var seen = new HashSet<RowBytes>();
        lock (_lock)
            return [.. changes.Where(change => !_rows.ContainsKey(new RowBytes(change.Key)) && seen.Add(new RowBytes(change.Key)))];
    }

    /// <summary>The rows at this moment, encoded, each with its place in the order in which they came and how often it is there; from a
    /// place on.</summary>
    public IReadOnlyList<(long Ordinal, long Count, byte[] Row)> Snapshot(long from)
    {
        lock (_lock)
        {
            return [.. _rows.Values
                .Where(entry => entry.Count > 0 && entry.Ordinal >= from)
                .OrderBy(entry => entry.Ordinal)
                .Select(entry => (entry.Ordinal, entry.Count, entry.Value))];
        }
    }

    /// <summary>Takes all rows away.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _version++;
            _rows.Clear();
        }
    }

    void Carry(MemoryChange change)
    {
        if (isKeyed)
            Put(change);
        else
            Add(change);
    }

    // A row keeps its place when it is replaced.
    void Put(MemoryChange change)
    {
        var key = new RowBytes(change.Key);
        var isThere = _rows.TryGetValue(key, out var known);
        if (isThere && known.Sequence > change.Sequence)
            return;
        if (change.Count < 0)
            _rows.Remove(key);
        else
            _rows[key] = new Entry(change.Value, 1, isThere ? known.Ordinal : ++_next, change.Sequence);
    }

    // What goes may come later, from another sink: the count may be less than zero for a while.
    void Add(MemoryChange change)
    {
        var key = new RowBytes(change.Key);
        var isThere = _rows.TryGetValue(key, out var known);
        var count = (isThere ? known.Count : 0) + change.Count;
        if (count == 0)
            _rows.Remove(key);
        else
            _rows[key] = new Entry(change.Key, count, isThere ? known.Ordinal : ++_next, change.Sequence);
    }

    readonly record struct Entry(byte[] Value, long Count, long Ordinal, long Sequence);
}
