namespace SqlStream.State.Tables;

/// <summary>Panes for accumulators that can be subtracted without a trace, such as counts and sums of integers.</summary>
/// <remarks>An entry of a slice is added to its group when the slice comes, and subtracted when it goes. Which group that is is noted for the entries of
/// each slice, so that a group is looked up once: see <see cref="Held"/>.</remarks>
public sealed class SubtractedPanes : IPanes
{
    const int ChunkEntries = 256;
    const int KeptMax = 1024;
    const int GroupsKept = 64;

    readonly int _valueBytes;
    readonly MergeValues _merge;
    readonly MergeValues _subtract;
    readonly HashLayer _groups = new();
    readonly Queue<Held> _held = new();
    readonly Stack<Held> _free = new();
    readonly byte[] _chunk;
    readonly int[] _sources = new int[ChunkEntries];
    readonly int[] _targets = new int[ChunkEntries];
    long _newest = long.MinValue;
    int _removed;

    /// <summary>Panes of no slice.</summary>
    /// <param name="valueBytes">Length of an accumulator; all zero is the empty one.</param>
    /// <param name="merge">How accumulators are added.</param>
    /// <param name="subtract">How they are taken away again.</param>
    public SubtractedPanes(int valueBytes, MergeValues merge, MergeValues subtract)
    {
        _valueBytes = valueBytes;
        _merge = merge;
        _subtract = subtract;
        _chunk = new byte[ChunkEntries * valueBytes];
    }

    /// <inheritdoc/>
    public void Clear()
    {
        _groups.Reset();
        while (_held.TryDequeue(out var held))
            Free(held);
        _newest = long.MinValue;
        _removed = 0;
    }

    /// <inheritdoc/>
    public void Add(long end, ValueTable slice)
    {
        var held = _free.TryPop(out var free) ? free : new Held();
        held.Begin(end, slice.OnlyLayer());
        if (held.Layer is { } layer)
            AddLayer(layer, held);
        else
            ApplyScanned(slice, _merge);
        _held.Enqueue(held);
        _newest = end;
    }

    /// <inheritdoc/>
    public void RemoveUpTo(long end, Func<long, ValueTable> slices)
    {
        if (_newest <= end)
        {
            Clear();
            return;
        }
        while (_held.TryPeek(out var oldest) && oldest.End <= end)
        {
            Remove(_held.Dequeue(), slices);
            if (++_removed < _held.Count)
                continue;
            // As often as all slices have changed.
            _removed = 0;
            if (_groups.Count > GroupsKept && EmptyGroups() > _groups.Count / 2)
                Rebuild(slices);
        }
    }

    /// <inheritdoc/>
    public IGroupCursor Scan() => new Cursor(this);

    void AddLayer(HashLayer layer, Held held)
    {
        for (var entry = layer.FirstEntry; entry != 0;)
        {
            var count = 0;
            for (; entry != 0 && count < ChunkEntries; entry = layer.EntryAfter(entry))
            {
                var group = Group(layer.HashOf(entry), layer.KeyGroupOf(entry), layer.KeyOf(entry));
                held.Note(group);
                _targets[count] = _groups.ValueOffset(group);
                _sources[count++] = layer.ValueOffset(entry);
            }
            // The arena may have moved as groups were added; the offsets in it have not.
            _merge(_groups.Arena, _targets.AsSpan(0, count), layer.Arena, _sources.AsSpan(0, count));
        }
    }

    void Remove(Held held, Func<long, ValueTable> slices)
    {
        var slice = slices(held.End);
        if (slice.OnlyLayer() is { } layer)
            SubtractLayer(layer, held);
        else
            ApplyScanned(slice, _subtract);
        Free(held);
    }

    // The layer may be another one by now, of the same entries in another order.
    void SubtractLayer(HashLayer layer, Held held)
    {
        var noted = ReferenceEquals(layer, held.Layer) && layer.Count == held.Groups.Length ? held.Groups : [];
        var next = 0;
        for (var entry = layer.FirstEntry; entry != 0;)
        {
            var count = 0;
            for (; entry != 0 && count < ChunkEntries; entry = layer.EntryAfter(entry))
            {
                var hash = layer.HashOf(entry);
                var group = next < noted.Length && _groups.HashOf(noted[next]) == hash ? noted[next] : _groups.Find(hash, layer.KeyOf(entry));
                next++;
                _targets[count] = _groups.ValueOffset(group);
                _sources[count++] = layer.ValueOffset(entry);
            }
            _subtract(_groups.Arena, _targets.AsSpan(0, count), layer.Arena, _sources.AsSpan(0, count));
        }
    }

    void ApplyScanned(ValueTable slice, MergeValues apply)
    {
        using var cursor = slice.Scan();
        var count = 0;
        while (cursor.MoveNext())
        {
            var group = Group(cursor.Hash, cursor.KeyGroup, cursor.Key);
            _sources[count] = count * _valueBytes;
            cursor.Value.CopyTo(_chunk.AsSpan(_sources[count]));
            _targets[count++] = _groups.ValueOffset(group);
            if (count < ChunkEntries)
                continue;
            apply(_groups.Arena, _targets, _chunk, _sources);
            count = 0;
        }
        if (count > 0)
            apply(_groups.Arena, _targets.AsSpan(0, count), _chunk, _sources.AsSpan(0, count));
    }

    int Group(uint hash, ushort keyGroup, ReadOnlySpan<byte> key)
    {
        var entry = _groups.Find(hash, key);
        return entry != 0 ? entry : _groups.Add(hash, keyGroup, key, _valueBytes);
    }

    int EmptyGroups()
    {
        var empty = 0;
        for (var entry = _groups.FirstEntry; entry != 0; entry = _groups.EntryAfter(entry))
        {
            if (_groups.ValueOf(entry).IndexOfAnyExcept((byte)0) < 0)
                empty++;
        }
        return empty;
    }

    void Rebuild(Func<long, ValueTable> slices)
    {
        long[] ends = [.. _held.Select(held => held.End)];
        Clear();
        foreach (var end in ends)
            Add(end, slices(end));
    }

    void Free(Held held)
    {
        held.Begin(0, null);
        if (_free.Count < KeptMax)
            _free.Push(held);
    }

    /// <summary>A slice that was added: the groups of its entries in their order, as long as they lie in that layer.</summary>
    sealed class Held
    {
        int[] _groups = new int[ChunkEntries];
        int _count;

        public long End { get; private set; }

        public HashLayer? Layer { get; private set; }

        public ReadOnlySpan<int> Groups => _groups.AsSpan(0, _count);

        public void Begin(long end, HashLayer? layer)
        {
            (End, Layer, _count) = (end, layer, 0);
            if (layer is not null && layer.Count > _groups.Length)
                _groups = new int[layer.Count];
        }

        public void Note(int group) => _groups[_count++] = group;
    }

    sealed class Cursor(SubtractedPanes panes) : IGroupMemory
    {
        int _next = panes._groups.FirstEntry;
        int _entry;

        public ReadOnlySpan<byte> Key => panes._groups.KeyOf(_entry);

        public ReadOnlySpan<byte> Value => panes._groups.ValueOf(_entry);

        public ushort KeyGroup => panes._groups.KeyGroupOf(_entry);

        public ReadOnlySpan<byte> Memory => panes._groups.Arena;

        public bool MoveNext()
        {
            _entry = _next;
            if (_entry != 0)
                _next = panes._groups.EntryAfter(_entry);
            return _entry != 0;
        }

        public int Next(Span<int> values, Span<(int Start, int Length)> keys)
        {
            var groups = panes._groups;
            var count = 0;
            for (; _next != 0 && count < values.Length; _next = groups.EntryAfter(_next))
            {
                keys[count] = groups.PlaceOfKey(_next);
                values[count++] = groups.ValueOffset(_next);
            }
            return count;
        }

        public void Dispose()
        {
            // The memory is that of the panes.
        }
    }
}
