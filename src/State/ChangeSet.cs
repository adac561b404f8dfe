using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using SqlStream.Core.Diagnostics;
using SqlStream.State.Tables;

namespace SqlStream.State;

/// <summary>The puts and deletes of one subtask in one epoch. Flat: one growing set of byte blocks and one array of
/// entries, both kept by <see cref="Clear"/>; no object per entry. Single-threaded.</summary>
/// <remarks>Before <see cref="Sort"/> the entries are in the order of writing and a key may occur several times;
/// after it they are in key order and each key has its last write. Writing after Sort is allowed and needs a new Sort.
/// Ranges of keys that are removed stand beside the entries: they remove what earlier epochs put, and nothing of the set itself.
/// What a table hands over is not copied: the arena of its layer is one of the blocks.</remarks>
public sealed class ChangeSet
{
    const int BlockBytes = 1 << 20;
    const int PrefixBytes = 4;
    const int LengthsBytes = 8;
    const int EntriesMin = 256;
    const int EntriesKeptMax = 1 << 16;
    const int PrefetchSlots = 48;
    const int CacheLineBytes = 64;
    const int PieceBytes = 16;
    const int TableShift = 48;
    const int Deleted = -1;
    const int Overwritten = -1;

    readonly List<byte[]> _own = [];
    readonly List<Block> _blocks = [];
    readonly List<KeyRange> _ranges = [];
    ChangeEntry[] _entries = new ChangeEntry[EntriesMin];
    ChangeEntry[] _spare = [];
    ulong _varyingHigh;
    ulong _varyingLow;
    int _ownUsed;
    int _current = -1;
    int _currentUsed;
    bool _sorted = true;

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>Ranges that are removed; after <see cref="Sort"/> in key order.</summary>
    internal IReadOnlyList<KeyRange> Ranges => _ranges;

    /// <summary>Bytes of keys and values written since <see cref="Clear"/>.</summary>
    public long Bytes { get; private set; }

    /// <summary>Sets the value of a full key.</summary>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var target = Append(key.Length, value.Length, isDelete: false);
        key.CopyTo(target);
        value.CopyTo(target[key.Length..]);
        Added(target[..key.Length]);
    }

    /// <summary>Sets the value of a key given in parts.</summary>
    public void PutParts(ushort tableId, ushort keyGroup, ReadOnlySpan<byte> userKey, ReadOnlySpan<byte> value)
    {
        var keyBytes = PrefixBytes + userKey.Length;
        var target = Append(keyBytes, value.Length, isDelete: false);
        WriteKey(target, tableId, keyGroup, userKey);
        value.CopyTo(target[keyBytes..]);
        Added(target[..keyBytes]);
    }

    /// <summary>Removes a full key, whether it exists or not.</summary>
    public void Delete(ReadOnlySpan<byte> key)
    {
        var target = Append(key.Length, 0, isDelete: true);
        key.CopyTo(target);
        Added(target);
    }

    /// <summary>Removes a key given in parts.</summary>
    public void DeleteParts(ushort tableId, ushort keyGroup, ReadOnlySpan<byte> userKey)
    {
        var target = Append(PrefixBytes + userKey.Length, 0, isDelete: true);
        WriteKey(target, tableId, keyGroup, userKey);
        Added(target);
    }

    /// <summary>Removes all keys of a table and key group from one user key up to another one, which is not removed. What the same change
    /// set puts between them stays. Ranges must not overlap.</summary>
    public void DeleteRange(ushort tableId, ushort keyGroup, ReadOnlySpan<byte> from, ReadOnlySpan<byte> toExclusive)
    {
        var range = new KeyRange(new byte[PrefixBytes + from.Length], new byte[PrefixBytes + toExclusive.Length]);
        WriteKey(range.From, tableId, keyGroup, from);
        WriteKey(range.ToExclusive, tableId, keyGroup, toExclusive);
        _ranges.Add(range);
        Bytes += range.From.Length + range.ToExclusive.Length;
    }

    /// <summary>Adds all changes of a layer, which must not change until <see cref="Clear"/>.</summary>
    internal void AddLayer(HashLayer layer)
    {
        Reserve(Count + layer.Count);
        var block = _blocks.Count;
        _blocks.Add(new Block(layer.Arena, layer));
        // What is written after this goes into a block of its own: the order of blocks is the order of writing.
        _current = -1;
        for (var slot = 0; slot < layer.SlotCount; slot++)
        {
            layer.PrefetchAtSlot(slot + PrefetchSlots);
            var at = layer.EntryAtSlot(slot);
            if (at == 0)
                continue;
            var isDelete = layer.IsTombstone(at);
            // What never left the layer needs no tombstone.
            if (isDelete && (layer.FlagsOf(at) & HashLayer.BelowFlag) == 0)
                continue;
            var (start, length) = layer.FullKeyOf(at);
            _entries[Count++] = new ChangeEntry { Block = block, Start = at };
            Bytes += length + layer.ValueOf(at).Length;
            Added(layer.Arena.AsSpan(start, length));
        }
    }

    /// <summary>Orders the entries by key and keeps the last write of each.</summary>
    public void Sort()
    {
        _ranges.Sort(static (left, right) => left.From.AsSpan().SequenceCompareTo(right.From));
        if (_sorted)
            return;
        if (_spare.Length < Count)
            _spare = new ChangeEntry[_entries.Length];
        if (ChangeSort.Scatter(_entries.AsSpan(0, Count), _spare, _varyingHigh, _varyingLow))
            (_entries, _spare) = (_spare, _entries);
        KeepLastWrites(_entries.AsSpan(0, Count));
        _sorted = true;
    }

    /// <summary>The full key of an entry.</summary>
    public ReadOnlySpan<byte> KeyAt(int i) => KeyOf(PlaceAt(i));

    /// <summary>The value of an entry; empty for a delete.</summary>
    public ReadOnlySpan<byte> ValueAt(int i)
    {
        var place = PlaceAt(i);
        return _blocks[place.Block].Bytes.AsSpan(place.ValueStart, Math.Max(0, place.ValueBytes));
    }

    /// <summary>Whether an entry removes its key.</summary>
    public bool IsDelete(int i) => PlaceAt(i).IsDelete;

    /// <summary>Forgets the entries and keeps the buffers, unless they are far larger than usual.</summary>
    public void Clear()
    {
        if (_entries.Length > EntriesKeptMax && Count < _entries.Length / 4)
        {
            _entries = new ChangeEntry[EntriesMin];
            _spare = [];
        }
        Count = 0;
        Bytes = 0;
        _blocks.Clear();
        _ranges.Clear();
        _ownUsed = 0;
        _current = -1;
        _sorted = true;
        _varyingHigh = 0;
        _varyingLow = 0;
        // A block of an oversized entry would never be filled by small ones: let it go.
        _own.RemoveAll(static block => block.Length > BlockBytes);
    }

    /// <summary>The memory that places point into.</summary>
    internal int BlockCount => _blocks.Count;

    /// <summary>One block of it.</summary>
    internal byte[] BlockBytesOf(int block) => _blocks[block].Bytes;

    /// <summary>Where key and value of an entry lie.</summary>
    internal ChangePlace PlaceAt(int i)
    {
        Check.That((uint)i < (uint)Count);
        return PlaceOf(_entries[i]);
    }

    /// <summary>Starts fetching an entry: in key order they lie anywhere.</summary>
    internal unsafe void Prefetch(int i)
    {
        if (!Sse.IsSupported || i >= Count)
            return;
        ref readonly var entry = ref _entries[i];
        ref var start = ref _blocks[entry.Block].Bytes[entry.Start];
        Sse.Prefetch0(Unsafe.AsPointer(ref start));
        Sse.Prefetch0((byte*)Unsafe.AsPointer(ref start) + CacheLineBytes);
    }

    /// <summary>The table of an entry.</summary>
    internal int TableAt(int i) => (int)(_entries[i].High >> TableShift);

    /// <summary>After <see cref="Sort"/>: the entry behind the last one of the table that an entry belongs to.</summary>
    internal int EndOfTable(int start)
    {
        var table = TableAt(start);
        var (low, high) = (start + 1, Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (TableAt(middle) == table)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    ChangePlace PlaceOf(in ChangeEntry entry)
    {
        var block = _blocks[entry.Block];
        if (block.Layer is { } layer)
        {
            var (start, length) = layer.FullKeyOf(entry.Start);
            var isDelete = layer.IsTombstone(entry.Start);
            return new ChangePlace(entry.Block, start, length, layer.ValueOffset(entry.Start), isDelete ? Deleted : layer.ValueOf(entry.Start).Length);
        }
        var lengths = MemoryMarshal.Cast<byte, int>(block.Bytes.AsSpan(entry.Start, LengthsBytes));
        var key = entry.Start + LengthsBytes;
        return new ChangePlace(entry.Block, key, lengths[0], key + lengths[0], lengths[1]);
    }

    Span<byte> Append(int keyBytes, int valueBytes, bool isDelete)
    {
        var size = checked(LengthsBytes + keyBytes + valueBytes);
        if (_current < 0 || _blocks[_current].Bytes.Length - _currentUsed < size)
            NextBlock(size);
        if (Count == _entries.Length)
            Reserve(Count * 2);
        _entries[Count++] = new ChangeEntry { Block = _current, Start = _currentUsed };
        var target = _blocks[_current].Bytes.AsSpan(_currentUsed, size);
        var lengths = MemoryMarshal.Cast<byte, int>(target[..LengthsBytes]);
        lengths[0] = keyBytes;
        lengths[1] = isDelete ? Deleted : valueBytes;
        _currentUsed += size;
        Bytes += keyBytes + valueBytes;
        return target[LengthsBytes..];
    }

    void NextBlock(int size)
    {
        _current = _blocks.Count;
        _currentUsed = 0;
        if (size > BlockBytes)
        {
            var large = GC.AllocateUninitializedArray<byte>(size);
            _own.Add(large);
            _blocks.Add(new Block(large, null));
            return;
        }
        while (_ownUsed < _own.Count && _own[_ownUsed].Length > BlockBytes)
            _ownUsed++;
        if (_ownUsed == _own.Count)
            _own.Add(GC.AllocateUninitializedArray<byte>(BlockBytes));
        _blocks.Add(new Block(_own[_ownUsed++], null));
    }

    void Reserve(int count)
    {
        if (count > _entries.Length)
            Array.Resize(ref _entries, count);
    }

    void Added(ReadOnlySpan<byte> key)
    {
        ref var entry = ref _entries[Count - 1];
        SetPiece(ref entry, key);
        _varyingHigh |= entry.High ^ _entries[0].High;
        _varyingLow |= entry.Low ^ _entries[0].Low;
        // Tables often hand over their keys in order; then the sort is free.
        if (_sorted && Count > 1 && Compare(_entries[Count - 2], entry) >= 0)
            _sorted = false;
    }

    static void SetPiece(ref ChangeEntry entry, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= PieceBytes)
        {
            entry.High = BinaryPrimitives.ReadUInt64BigEndian(bytes);
            entry.Low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
            return;
        }
        Span<byte> padded = stackalloc byte[PieceBytes];
        padded.Clear();
        bytes.CopyTo(padded);
        entry.High = BinaryPrimitives.ReadUInt64BigEndian(padded);
        entry.Low = BinaryPrimitives.ReadUInt64BigEndian(padded[8..]);
    }

    // Entries whose first bytes are the same are in the order of writing so far.
    void KeepLastWrites(Span<ChangeEntry> entries)
    {
        var kept = 0;
        for (var start = 0; start < entries.Length;)
        {
            var end = EndOfTie(entries, start);
            if (end - start > 1)
                SortTie(entries[start..end], PieceBytes);
            for (; start < end; start++)
            {
                if (entries[start].Block != Overwritten)
                    entries[kept++] = entries[start];
            }
        }
        Count = kept;
    }

    static int EndOfTie(ReadOnlySpan<ChangeEntry> entries, int start)
    {
        var end = start + 1;
        while (end < entries.Length && entries[end].High == entries[start].High && entries[end].Low == entries[start].Low)
            end++;
        return end;
    }

    // Orders keys that are the same up to some byte by their next 16 bytes, and so on. Each key is visited once for each of these pieces,
    // not once for each comparison: in the order of keys they lie anywhere.
    void SortTie(Span<ChangeEntry> entries, int from)
    {
        var (high, low) = (entries[0].High, entries[0].Low);
        var shortest = int.MaxValue;
        foreach (ref var entry in entries)
        {
            var place = PlaceOf(entry);
            shortest = Math.Min(shortest, place.KeyBytes);
            SetPiece(ref entry, _blocks[place.Block].Bytes.AsSpan(place.KeyStart, place.KeyBytes)[Math.Min(from, place.KeyBytes)..]);
        }
        entries.Sort();
        for (var start = 0; start < entries.Length;)
        {
            var end = EndOfTie(entries, start);
            if (end - start > 1)
            {
                // The pieces of keys that end are filled up with zeros: they may differ in length alone.
                if (shortest > from + PieceBytes)
                    SortTie(entries[start..end], from + PieceBytes);
                else
                    SortWhole(entries[start..end]);
            }
            start = end;
        }
        foreach (ref var entry in entries)
            (entry.High, entry.Low) = (high, low);
    }

    void SortWhole(Span<ChangeEntry> entries)
    {
        entries.Sort((left, right) => CompareKeys(left, right) is var byKey and not 0 ? byKey : left.CompareTo(right));
        for (var i = 1; i < entries.Length; i++)
        {
            if (CompareKeys(entries[i - 1], entries[i]) == 0)
                entries[i - 1].Block = Overwritten;
        }
    }

    int Compare(in ChangeEntry left, in ChangeEntry right)
    {
        if (left.High != right.High)
            return left.High < right.High ? -1 : 1;
        if (left.Low != right.Low)
            return left.Low < right.Low ? -1 : 1;
        return CompareKeys(left, right);
    }

    int CompareKeys(in ChangeEntry left, in ChangeEntry right) => KeyOf(PlaceOf(left)).SequenceCompareTo(KeyOf(PlaceOf(right)));

    ReadOnlySpan<byte> KeyOf(ChangePlace place) => _blocks[place.Block].Bytes.AsSpan(place.KeyStart, place.KeyBytes);

    static void WriteKey(Span<byte> target, ushort tableId, ushort keyGroup, ReadOnlySpan<byte> userKey)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, tableId);
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], keyGroup);
        userKey.CopyTo(target[PrefixBytes..]);
    }

    readonly record struct Block(byte[] Bytes, HashLayer? Layer);
}

/// <summary>Full keys from one up to another one, exclusive.</summary>
readonly record struct KeyRange(byte[] From, byte[] ToExclusive);

/// <summary>Where key and value of a change lie in a block; a value length of -1 is a delete.</summary>
readonly record struct ChangePlace(int Block, int KeyStart, int KeyBytes, int ValueStart, int ValueBytes)
{
    public bool IsDelete => ValueBytes < 0;
}

/// <summary>A change: the first 16 bytes of its key, padded with zeros, and where it lies.</summary>
struct ChangeEntry : IComparable<ChangeEntry>
{
    public ulong High;
    public ulong Low;
    public int Block;
    public int Start;

    /// <summary>By the first bytes of the key, then by the order of writing.</summary>
    public readonly int CompareTo(ChangeEntry other)
    {
        if (High != other.High)
            return High < other.High ? -1 : 1;
        if (Low != other.Low)
            return Low < other.Low ? -1 : 1;
        return Block != other.Block ? Block.CompareTo(other.Block) : Start.CompareTo(other.Start);
    }
}
