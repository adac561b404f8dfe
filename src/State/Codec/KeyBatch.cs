using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;

namespace SqlStream.State.Codec;

/// <summary>The encoded keys of the rows of one batch, with their hashes. Reused from batch to batch.</summary>
/// <remarks>Not thread-safe. Key i belongs to entry i, which is the i-th selected row.</remarks>
public sealed class KeyBatch
{
    readonly ByteBuffer _bytes = new(4096);
    int[] _ends = new int[256];
    ulong[] _hashes = new ulong[256];
    uint[] _slotHashes = new uint[256];
    Column[] _hashed = [];
    int[] _hashedRows = new int[256];
    int _storedRows;
    bool _selected;
    bool _hashesKnown;
    int _slotHashesKnown;

    /// <summary>Number of keys.</summary>
    public int Count { get; private set; }

    /// <summary>The hashes of the key columns (<see cref="RowHash"/>): they decide the key group. Computed when they are first asked for,
    /// which must be while the batch lives: a batch all of whose keys are in memory does not need them.</summary>
    public ReadOnlySpan<ulong> Hashes
    {
        get
        {
            if (!_hashesKnown)
                ComputeHashes();
            return _hashes.AsSpan(0, Count);
        }
    }

    /// <summary>The hashes of the encoded keys: they decide the slot in a hash table. Computed when they are first asked for: rows that are only stored have none.</summary>
    public ReadOnlySpan<uint> SlotHashes
    {
        get
        {
            if (_slotHashesKnown < Count)
                ComputeSlotHashes();
            return _slotHashes.AsSpan(0, Count);
        }
    }

    /// <summary>The slot hash of an encoded key. It is not stored anywhere.</summary>
    /// <remarks>Most keys have 8 to 16 bytes: two words that overlap hold all of them.</remarks>
    public static uint SlotHash(ReadOnlySpan<byte> key)
    {
        if (key.Length is < 8 or > 16)
            return (uint)RowHash.OfBytes(key);
        ref var start = ref MemoryMarshal.GetReference(key);
        return SlotHash(
            Unsafe.ReadUnaligned<ulong>(ref start),
            Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, key.Length - 8)),
            key.Length);
    }

    /// <summary>An encoded key.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            var start = index == 0 ? 0 : _ends[index - 1];
            return _bytes.Written[start.._ends[index]];
        }
    }

    /// <summary>Replaces the keys by those of a batch's rows.</summary>
    /// <param name="columns">The key columns; none give one empty key a row.</param>
    /// <param name="storedRows">Rows stored in the columns.</param>
    /// <param name="selection">Stored rows that count; empty if all do.</param>
    public void Encode(ReadOnlySpan<Column> columns, int storedRows, ReadOnlySpan<int> selection)
    {
        Clear();
        EnsureEntries(storedRows);
        HashBy(columns, storedRows, selection);
        if (columns.Length == 1 && columns[0] is FixedColumn<long> { MayHaveNulls: false, IsConstant: false } single)
        {
            EncodeInt64(single.Values, selection);
            return;
        }
        if (selection.IsEmpty)
        {
            for (var row = 0; row < storedRows; row++)
                EncodeRow(columns, row);
            return;
        }
        foreach (var row in selection)
            EncodeRow(columns, row);
    }

    /// <summary>Makes other columns decide the key groups than those that were encoded.</summary>
    public void HashBy(ReadOnlySpan<Column> columns, int storedRows, ReadOnlySpan<int> selection)
    {
        EnsureEntries(storedRows);
        if (_hashed.Length != columns.Length)
            _hashed = new Column[columns.Length];
        columns.CopyTo(_hashed);
        _storedRows = storedRows;
        _selected = !selection.IsEmpty;
        selection.CopyTo(_hashedRows);
        _hashesKnown = false;
    }

    /// <summary>The key group of a key.</summary>
    public ushort KeyGroup(int index, int maxParallelism) => (ushort)KeyGroups.Of(RowHash.Stable32(Hashes[index]), maxParallelism);

    /// <summary>Forgets the keys.</summary>
    public void Clear()
    {
        Count = 0;
        _slotHashesKnown = 0;
        _bytes.Clear();
    }

    void EncodeRow(ReadOnlySpan<Column> columns, int row)
    {
        KeyEncoder.Encode(columns, row, _bytes);
        _ends[Count++] = _bytes.Length;
    }

    void EncodeInt64(ReadOnlySpan<long> values, ReadOnlySpan<int> selection)
    {
        const int keyBytes = 9;
        var count = selection.IsEmpty ? values.Length : selection.Length;
        ref var target = ref MemoryMarshal.GetReference(_bytes.Reserve(count * keyBytes));
        var slotHashes = _slotHashes.AsSpan(0, count);
        var ends = _ends.AsSpan(0, count);
        for (var i = 0; i < ends.Length; i++)
        {
            var ordered = KeyEncoder.Ordered(values[selection.IsEmpty ? i : selection[i]]);
            target = KeyEncoder.ValueMarker;
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, 1), ordered);
            target = ref Unsafe.Add(ref target, keyBytes);
            // The first eight of the nine bytes are the marker and all but the last byte of the value.
            slotHashes[i] = SlotHash((ordered << 8) | KeyEncoder.ValueMarker, ordered, keyBytes);
            ends[i] = (i + 1) * keyBytes;
        }
        _bytes.Advance(count * keyBytes);
        Count = _slotHashesKnown = count;
    }

    void ComputeSlotHashes()
    {
        var bytes = _bytes.Written;
        var start = _slotHashesKnown == 0 ? 0 : _ends[_slotHashesKnown - 1];
        for (var i = _slotHashesKnown; i < Count; i++)
        {
            _slotHashes[i] = SlotHash(bytes[start.._ends[i]]);
            start = _ends[i];
        }
        _slotHashesKnown = Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint SlotHash(ulong first, ulong last, int length)
    {
        var high = Math.BigMul(first ^ (0x9E3779B97F4A7C15 + (ulong)length), last ^ 0xE7037ED1A0B428DB, out var low);
        return (uint)((high ^ low) >> 16);
    }

    void ComputeHashes()
    {
        RowHash.Compute(_hashed, _hashes.AsSpan(0, _storedRows));
        for (var i = 0; _selected && i < Count; i++)
            _hashes[i] = _hashes[_hashedRows[i]];
        _hashesKnown = true;
    }

    void EnsureEntries(int rows)
    {
        if (_ends.Length >= rows)
            return;
        var size = Math.Max(rows, _ends.Length * 2);
        _ends = new int[size];
        _hashes = new ulong[size];
        _slotHashes = new uint[size];
        _hashedRows = new int[size];
    }
}
