using System.Runtime.InteropServices;

namespace SqlStream.State.Tables;

/// <summary>Adds accumulators to others: the i-th source to the i-th target, each named by where it begins.</summary>
public delegate void MergeValues(Span<byte> targetMemory, ReadOnlySpan<int> targets, ReadOnlySpan<byte> sourceMemory, ReadOnlySpan<int> sources);

/// <summary>Panes for accumulators of every kind.</summary>
/// <remarks>Two stacks, as a queue that knows its aggregate is made of them, over all groups at once. Slices that come are added to the
/// <b>back</b> of their groups. When the oldest slice must go and the front holds none, all remaining slices are moved to the
/// <b>front</b>, from the newest to the oldest: each of their groups then writes down what its front was before the slice was added. A
/// slice of the front goes by putting that back. So an entry of a slice is merged at most twice and put back once, however many windows
/// hold it, and nothing is ever subtracted, which extremes cannot do and floating point must not; see <see cref="SubtractedPanes"/>.</remarks>
public sealed class PaneTable : IPanes
{
    const int ChunkEntries = 256;
    const int KeptMax = 1024;

    readonly int _valueBytes;
    readonly int _backOffset;
    readonly MergeValues _merge;
    readonly HashLayer _groups = new();
    readonly Queue<long> _back = new();
    readonly List<long> _remaining = [];
    readonly Stack<Undo> _front = new();
    readonly Stack<Undo> _freeUndos = new();
    readonly byte[] _chunk;
    readonly int[] _sources = new int[ChunkEntries];
    readonly int[] _targets = new int[ChunkEntries];
    readonly byte[] _scanned;
    readonly int[] _entries = new int[ChunkEntries];
    readonly int[] _backs = new int[ChunkEntries];

    /// <summary>A table of no slice.</summary>
    /// <param name="valueBytes">Length of an accumulator; all zero is the empty one.</param>
    /// <param name="merge">How accumulators are added.</param>
    public PaneTable(int valueBytes, MergeValues merge)
    {
        _valueBytes = valueBytes;
        _backOffset = (valueBytes + sizeof(ulong) - 1) / sizeof(ulong) * sizeof(ulong);
        _merge = merge;
        _chunk = new byte[ChunkEntries * valueBytes];
        for (var i = 0; i < ChunkEntries; i++)
            _sources[i] = i * valueBytes;
        _scanned = new byte[ChunkEntries * valueBytes];
    }

    /// <inheritdoc/>
    public void Clear()
    {
        _groups.Reset();
        _back.Clear();
        while (_front.TryPop(out var undo))
            Free(undo);
    }

    /// <inheritdoc/>
    public void Add(long end, ValueTable slice)
    {
        Add(slice, null);
        _back.Enqueue(end);
    }

    /// <inheritdoc/>
    public void RemoveUpTo(long end, Func<long, ValueTable> slices)
    {
        while (_front.TryPeek(out var oldest) && oldest.SliceEnd <= end)
        {
            _front.Pop();
            oldest.PutBack(_groups.Arena);
            Free(oldest);
        }
        if (_back.TryPeek(out var first) && first <= end)
            MoveToFront(end, slices);
    }

    /// <inheritdoc/>
    public IGroupCursor Scan() => new Cursor(this);

    // The front holds none.
    void MoveToFront(long removedEnd, Func<long, ValueTable> slices)
    {
        _remaining.Clear();
        _remaining.AddRange(_back.Where(end => end > removedEnd));
        Clear();
        for (var i = _remaining.Count - 1; i >= 0; i--)
        {
            var undo = _freeUndos.TryPop(out var free) ? free : new Undo();
            undo.Begin(_remaining[i], _backOffset);
            Add(slices(_remaining[i]), undo);
            _front.Push(undo);
        }
    }

    Span<byte> Front(int entry) => _groups.Arena.AsSpan(_groups.ValueOffset(entry), _valueBytes);

    void Add(ValueTable slice, Undo? undo)
    {
        if (slice.OnlyLayer() is { } layer)
            AddLayer(layer, undo);
        else
            AddScanned(slice, undo);
    }

    // The accumulators are merged from where they lie.
    void AddLayer(HashLayer layer, Undo? undo)
    {
        for (var entry = layer.FirstEntry; entry != 0;)
        {
            var count = 0;
            for (; entry != 0 && count < ChunkEntries; entry = layer.EntryAfter(entry))
            {
                _targets[count] = _groups.ValueOffset(Group(layer.HashOf(entry), layer.KeyGroupOf(entry), layer.KeyOf(entry)));
                _backs[count++] = layer.ValueOffset(entry);
            }
            // The arena may have moved as groups were added; the offsets in it have not.
            if (undo is null)
            {
                for (var i = 0; i < count; i++)
                    _targets[i] += _backOffset;
            }
            else
            {
                undo.Add(_targets.AsSpan(0, count), _groups.Arena);
            }
            _merge(_groups.Arena, _targets.AsSpan(0, count), layer.Arena, _backs.AsSpan(0, count));
        }
    }

    int Group(uint hash, ushort keyGroup, ReadOnlySpan<byte> key)
    {
        var entry = _groups.Find(hash, key);
        return entry != 0 ? entry : _groups.Add(hash, keyGroup, key, _backOffset + _valueBytes);
    }

    void AddScanned(ValueTable slice, Undo? undo)
    {
        using var cursor = slice.Scan();
        var count = 0;
        while (cursor.MoveNext())
        {
            var entry = Group(cursor.Hash, cursor.KeyGroup, cursor.Key);
            var front = _groups.ValueOffset(entry);
            undo?.Add([front], _groups.Arena);
            cursor.Value.CopyTo(_chunk.AsSpan(count * _valueBytes));
            _targets[count++] = front + (undo is null ? _backOffset : 0);
            if (count < ChunkEntries)
                continue;
            _merge(_groups.Arena, _targets, _chunk, _sources);
            count = 0;
        }
        if (count > 0)
            _merge(_groups.Arena, _targets.AsSpan(0, count), _chunk, _sources.AsSpan(0, count));
    }

    void Free(Undo undo)
    {
        if (_freeUndos.Count < KeptMax)
            _freeUndos.Push(undo);
    }

    /// <summary>What the fronts of a slice's groups were before the slice was added to them.</summary>
    sealed class Undo
    {
        int[] _fronts = new int[ChunkEntries];
        ulong[] _words = [];
        int _wordsOfValue;
        int _count;

        public long SliceEnd { get; private set; }

        public void Begin(long sliceEnd, int paddedBytes)
        {
            SliceEnd = sliceEnd;
            _wordsOfValue = paddedBytes / sizeof(ulong);
            _count = 0;
        }

        /// <summary>Notes the values that begin at these offsets. What lies behind a value up to a whole word is noted too: it is padding.</summary>
        public void Add(ReadOnlySpan<int> fronts, byte[] arena)
        {
            var count = _count + fronts.Length;
            if (count > _fronts.Length)
                Array.Resize(ref _fronts, Math.Max(count, _fronts.Length * 2));
            if (count * _wordsOfValue > _words.Length)
                Array.Resize(ref _words, _fronts.Length * _wordsOfValue);
            fronts.CopyTo(_fronts.AsSpan(_count));
            var target = _words.AsSpan(_count * _wordsOfValue);
            foreach (var front in fronts)
            {
                var value = MemoryMarshal.Cast<byte, ulong>(arena.AsSpan(front, _wordsOfValue * sizeof(ulong)));
                for (var word = 0; word < value.Length; word++)
                    target[word] = value[word];
                target = target[_wordsOfValue..];
            }
            _count = count;
        }

        public void PutBack(byte[] arena)
        {
            var source = _words.AsSpan(0, _count * _wordsOfValue);
            foreach (var front in _fronts.AsSpan(0, _count))
            {
                var value = MemoryMarshal.Cast<byte, ulong>(arena.AsSpan(front, _wordsOfValue * sizeof(ulong)));
                for (var word = 0; word < value.Length; word++)
                    value[word] = source[word];
                source = source[_wordsOfValue..];
            }
        }
    }

    // Fronts and backs are put together for many groups at once.
    sealed class Cursor(PaneTable table) : IGroupCursor
    {
        int _next = table._groups.FirstEntry;
        int _count;
        int _at = -1;

        public ReadOnlySpan<byte> Key => table._groups.KeyOf(table._entries[_at]);

        public ReadOnlySpan<byte> Value => table._scanned.AsSpan(_at * table._valueBytes, table._valueBytes);

        public ushort KeyGroup => table._groups.KeyGroupOf(table._entries[_at]);

        public bool MoveNext() => ++_at < _count || Fill();

        public void Dispose()
        {
            // The buffers are the table's.
        }

        bool Fill()
        {
            var groups = table._groups;
            (_at, _count) = (0, 0);
            for (; _next != 0 && _count < ChunkEntries; _next = groups.EntryAfter(_next))
            {
                var front = table.Front(_next);
                front.CopyTo(table._scanned.AsSpan(_count * table._valueBytes));
                table._backs[_count] = groups.ValueOffset(_next) + table._backOffset;
                table._entries[_count++] = _next;
            }
            table._merge(table._scanned, table._sources.AsSpan(0, _count), groups.Arena, table._backs.AsSpan(0, _count));
            return _count > 0;
        }
    }
}
