using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SqlStream.Core.Diagnostics;

namespace SqlStream.State;

/// <summary>The puts and deletes of one subtask in one epoch. Flat: one growing set of byte blocks and one array of
/// entries, both kept by <see cref="Clear"/>; no object per entry. Single-threaded.</summary>
/// <remarks>Before <see cref="Sort"/> the entries are in the order of writing and a key may occur several times;
/// after it they are in key order and each key has its last write. Writing after Sort is allowed and needs a new Sort.</remarks>
public sealed class ChangeSet
{
    const int BlockBytes = 1 << 20;
    const int PrefixBytes = 4;
    const int Deleted = -1;

    readonly List<byte[]> _blocks = [];
    Entry[] _entries = new Entry[256];
    Entry[] _spare = [];
    SortKey[] _sortKeys = [];
    int _block = -1;
    int _blockUsed;
    bool _sorted = true;

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of keys and values written since <see cref="Clear"/>.</summary>
    public long Bytes { get; private set; }

    /// <summary>Sets the value of a full key.</summary>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var target = Append(key.Length, value.Length, isDelete: false);
        key.CopyTo(target);
        value.CopyTo(target[key.Length..]);
        SetPrefix(target[..key.Length]);
    }

    /// <summary>Sets the value of a key given in parts.</summary>
    public void PutParts(ushort tableId, ushort keyGroup, ReadOnlySpan<byte> userKey, ReadOnlySpan<byte> value)
    {
        var keyBytes = PrefixBytes + userKey.Length;
        var target = Append(keyBytes, value.Length, isDelete: false);
        WriteKey(target, tableId, keyGroup, userKey);
        value.CopyTo(target[keyBytes..]);
        SetPrefix(target[..keyBytes]);
    }

    /// <summary>Removes a full key, whether it exists or not.</summary>
    public void Delete(ReadOnlySpan<byte> key)
    {
        var target = Append(key.Length, 0, isDelete: true);
        key.CopyTo(target);
        SetPrefix(target);
    }

    /// <summary>Removes a key given in parts.</summary>
    public void DeleteParts(ushort tableId, ushort keyGroup, ReadOnlySpan<byte> userKey)
    {
        var target = Append(PrefixBytes + userKey.Length, 0, isDelete: true);
        WriteKey(target, tableId, keyGroup, userKey);
        SetPrefix(target);
    }

    /// <summary>Orders the entries by key and keeps the last write of each.</summary>
    public void Sort()
    {
        if (_sorted)
            return;
        if (_sortKeys.Length < Count)
        {
            _sortKeys = new SortKey[_entries.Length];
            _spare = new Entry[_entries.Length];
        }
        var keys = _sortKeys.AsSpan(0, Count);
        for (var i = 0; i < keys.Length; i++)
            keys[i] = new SortKey(_entries[i].High, _entries[i].Low, i);
        // A comparable of its own, because the framework calls that directly, and any comparer through a delegate.
        keys.Sort();
        SortLongKeys(keys);
        Rearrange(keys);
        _sorted = true;
    }

    /// <summary>The full key of an entry.</summary>
    public ReadOnlySpan<byte> KeyAt(int i)
    {
        ref readonly var entry = ref At(i);
        return _blocks[entry.Block].AsSpan(entry.Start, entry.KeyBytes);
    }

    /// <summary>The value of an entry; empty for a delete.</summary>
    public ReadOnlySpan<byte> ValueAt(int i)
    {
        ref readonly var entry = ref At(i);
        return _blocks[entry.Block].AsSpan(entry.Start + entry.KeyBytes, Math.Max(0, entry.ValueBytes));
    }

    /// <summary>Whether an entry removes its key.</summary>
    public bool IsDelete(int i) => At(i).ValueBytes == Deleted;

    /// <summary>Forgets the entries and keeps the buffers.</summary>
    public void Clear()
    {
        Count = 0;
        Bytes = 0;
        _block = _blocks.Count > 0 ? 0 : -1;
        _blockUsed = 0;
        _sorted = true;
        // A block of an oversized entry would never be filled by small ones: let it go.
        _blocks.RemoveAll(static block => block.Length > BlockBytes);
        if (_blocks.Count == 0)
            _block = -1;
    }

    ref readonly Entry At(int i)
    {
        Check.That((uint)i < (uint)Count);
        return ref _entries[i];
    }

    Span<byte> Append(int keyBytes, int valueBytes, bool isDelete)
    {
        var size = checked(keyBytes + valueBytes);
        if (_block < 0 || _blocks[_block].Length - _blockUsed < size)
            NextBlock(size);
        if (Count == _entries.Length)
            Array.Resize(ref _entries, Count * 2);
        ref var entry = ref _entries[Count++];
        entry.Block = _block;
        entry.Start = _blockUsed;
        entry.KeyBytes = keyBytes;
        entry.ValueBytes = isDelete ? Deleted : valueBytes;
        var target = _blocks[_block].AsSpan(_blockUsed, size);
        _blockUsed += size;
        Bytes += size;
        return target;
    }

    void NextBlock(int size)
    {
        _block++;
        _blockUsed = 0;
        if (size > BlockBytes)
            _blocks.Insert(_block, GC.AllocateUninitializedArray<byte>(size));
        else if (_block == _blocks.Count)
            _blocks.Add(GC.AllocateUninitializedArray<byte>(BlockBytes));
    }

    void SetPrefix(ReadOnlySpan<byte> key)
    {
        ref var entry = ref _entries[Count - 1];
        if (key.Length >= 16)
        {
            entry.High = BinaryPrimitives.ReadUInt64BigEndian(key);
            entry.Low = BinaryPrimitives.ReadUInt64BigEndian(key[8..]);
        }
        else
        {
            Span<byte> padded = stackalloc byte[16];
            padded.Clear();
            key.CopyTo(padded);
            entry.High = BinaryPrimitives.ReadUInt64BigEndian(padded);
            entry.Low = BinaryPrimitives.ReadUInt64BigEndian(padded[8..]);
        }
        // Tables often hand over their keys in order; then the sort is free.
        if (_sorted && Count > 1 && Compare(_entries[Count - 2], entry) >= 0)
            _sorted = false;
    }

    // Keys with the same 16 bytes are ordered by their position so far; where they differ behind those, by all of the key.
    void SortLongKeys(Span<SortKey> keys)
    {
        for (var start = 0; start < keys.Length;)
        {
            var end = start + 1;
            while (end < keys.Length && keys[end].High == keys[start].High && keys[end].Low == keys[start].Low)
                end++;
            if (end - start > 1)
                keys[start..end].Sort(CompareWhole);
            start = end;
        }
    }

    void Rearrange(ReadOnlySpan<SortKey> keys)
    {
        var kept = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            ref readonly var entry = ref _entries[keys[i].Index];
            if (kept > 0 && Compare(_spare[kept - 1], entry) == 0)
                kept--;
            _spare[kept++] = entry;
        }
        (_entries, _spare) = (_spare, _entries);
        Count = kept;
    }

    int CompareWhole(SortKey left, SortKey right)
    {
        var byKey = Compare(_entries[left.Index], _entries[right.Index]);
        return byKey != 0 ? byKey : left.Index.CompareTo(right.Index);
    }

    int Compare(in Entry left, in Entry right)
    {
        if (left.High != right.High)
            return left.High < right.High ? -1 : 1;
        if (left.Low != right.Low)
            return left.Low < right.Low ? -1 : 1;
        // Equal zero-padded prefixes: of keys within the prefix the shorter is less; longer keys differ behind it or not at all.
        if (left.KeyBytes <= 16 || right.KeyBytes <= 16)
            return left.KeyBytes.CompareTo(right.KeyBytes);
        return Tail(left).SequenceCompareTo(Tail(right));
    }

    ReadOnlySpan<byte> Tail(in Entry entry) => _blocks[entry.Block].AsSpan(entry.Start + 16, entry.KeyBytes - 16);

    static void WriteKey(Span<byte> target, ushort tableId, ushort keyGroup, ReadOnlySpan<byte> userKey)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, tableId);
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], keyGroup);
        userKey.CopyTo(target[PrefixBytes..]);
    }

    [StructLayout(LayoutKind.Auto)]
    struct Entry
    {
        public ulong High;
        public ulong Low;
        public int Block;
        public int Start;
        public int KeyBytes;
        public int ValueBytes;
    }

    readonly struct SortKey(ulong high, ulong low, int index) : IComparable<SortKey>
    {
        public readonly ulong High = high;
        public readonly ulong Low = low;
        public readonly int Index = index;

        public int CompareTo(SortKey other)
        {
            if (High != other.High)
                return High < other.High ? -1 : 1;
            if (Low != other.Low)
                return Low < other.Low ? -1 : 1;
            return Index.CompareTo(other.Index);
        }
    }
}
