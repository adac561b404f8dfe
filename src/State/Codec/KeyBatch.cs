using SqlStream.Core.Columns;

namespace SqlStream.State.Codec;

/// <summary>The encoded keys of the rows of one batch, with their hashes. Reused from batch to batch.</summary>
/// <remarks>Not thread-safe. Key i belongs to entry i, which is the i-th selected row.</remarks>
public sealed class KeyBatch
{
    byte[] _bytes = new byte[4096];
    int[] _ends = new int[256];
    ulong[] _hashes = new ulong[256];
    uint[] _slotHashes = new uint[256];
    int _used;

    /// <summary>Number of keys.</summary>
    public int Count { get; private set; }

    /// <summary>The hashes of the key columns (<see cref="RowHash"/>): they decide the key group.</summary>
    public ReadOnlySpan<ulong> Hashes => _hashes.AsSpan(0, Count);

    /// <summary>The hashes of the encoded keys: they decide the slot in a hash table.</summary>
    public ReadOnlySpan<uint> SlotHashes => _slotHashes.AsSpan(0, Count);

    /// <summary>The slot hash of an encoded key.</summary>
    public static uint SlotHash(ReadOnlySpan<byte> key) => (uint)RowHash.OfBytes(key);

    /// <summary>An encoded key.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            var start = index == 0 ? 0 : _ends[index - 1];
            return _bytes.AsSpan(start, _ends[index] - start);
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
        RowHash.Compute(columns, _hashes.AsSpan(0, storedRows));
        if (selection.IsEmpty)
        {
            if (columns.Length == 1 && columns[0] is FixedColumn<long> { MayHaveNulls: false, IsConstant: false } single)
            {
                EncodeInt64(single.Values);
                return;
            }
            for (var row = 0; row < storedRows; row++)
                EncodeRow(columns, row);
            return;
        }
        for (var i = 0; i < selection.Length; i++)
        {
            _hashes[i] = _hashes[selection[i]];
            EncodeRow(columns, selection[i]);
        }
    }

    /// <summary>Makes other columns decide the key groups than those that were encoded.</summary>
    public void HashBy(ReadOnlySpan<Column> columns, int storedRows, ReadOnlySpan<int> selection)
    {
        var hashes = new ulong[storedRows];
        RowHash.Compute(columns, hashes);
        for (var i = 0; i < Count; i++)
            _hashes[i] = hashes[selection.IsEmpty ? i : selection[i]];
    }

    /// <summary>The key group of a key.</summary>
    public ushort KeyGroup(int index, int maxParallelism) => (ushort)KeyGroups.Of(RowHash.Stable32(_hashes[index]), maxParallelism);

    /// <summary>Forgets the keys.</summary>
    public void Clear()
    {
        Count = 0;
        _used = 0;
    }

    internal Span<byte> Reserve(int bytes)
    {
        if (_bytes.Length - _used < bytes)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + bytes));
        return _bytes.AsSpan(_used, bytes);
    }

    internal void Advance(int bytes) => _used += bytes;

    void EncodeRow(ReadOnlySpan<Column> columns, int row)
    {
        var start = _used;
        KeyEncoder.Encode(columns, row, this);
        _slotHashes[Count] = SlotHash(_bytes.AsSpan(start, _used - start));
        _ends[Count++] = _used;
    }

    void EncodeInt64(ReadOnlySpan<long> values)
    {
        const int keyBytes = 9;
        var target = Reserve(values.Length * keyBytes);
        for (var i = 0; i < values.Length; i++)
        {
            target[i * keyBytes] = 1;
            KeyEncoder.WriteOrdered(target.Slice((i * keyBytes) + 1, 8), values[i]);
            _slotHashes[i] = SlotHash(target.Slice(i * keyBytes, keyBytes));
            _ends[i] = (i + 1) * keyBytes;
        }
        _used = values.Length * keyBytes;
        Count = values.Length;
    }

    void EnsureEntries(int rows)
    {
        if (_ends.Length >= rows)
            return;
        var size = Math.Max(rows, _ends.Length * 2);
        _ends = new int[size];
        _hashes = new ulong[size];
        _slotHashes = new uint[size];
    }
}
