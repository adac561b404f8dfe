using System.Buffers.Binary;

namespace SqlStream.State.Memory;

/// <summary>An immutable sorted list of entries, kept as the very bytes of its file, with the offsets of the entries.</summary>
/// <remarks>File: magic <c>SSRUN\0\0\1</c>, entry count (8 bytes), entries. An entry: key length (4), value length (4, -1
/// for a delete), key, value. All integers little endian, keys strictly ascending.</remarks>
sealed class SortedRun
{
    public const int HeaderBytes = 16;
    public const int EntryHeaderBytes = 8;

    readonly byte[] _bytes;
    readonly int[] _offsets;

    /// <summary>Wraps bytes that <see cref="SortedRunWriter"/> wrote.</summary>
    public SortedRun(long number, byte[] bytes, int length, int[] offsets, int count)
    {
        Number = number;
        _bytes = bytes;
        Length = length;
        _offsets = offsets;
        Count = count;
    }

    public static ReadOnlySpan<byte> Magic => "SSRUN\0\0\u0001"u8;

    /// <summary>Later runs have higher numbers, and win.</summary>
    public long Number { get; }

    public int Count { get; }

    public int Length { get; }

    public ReadOnlySpan<byte> Content => _bytes.AsSpan(0, Length);

    public ReadOnlySpan<byte> KeyAt(int i)
    {
        var start = _offsets[i];
        return _bytes.AsSpan(start + EntryHeaderBytes, BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(start)));
    }

    public bool IsDelete(int i) => ValueLength(i) < 0;

    public ReadOnlySpan<byte> ValueAt(int i)
    {
        var start = _offsets[i];
        var keyLength = BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(start));
        return _bytes.AsSpan(start + EntryHeaderBytes + keyLength, Math.Max(0, ValueLength(i)));
    }

    /// <summary>The first entry whose key is not less; <see cref="Count"/> if none is.</summary>
    public int LowerBound(ReadOnlySpan<byte> key)
    {
        var low = 0;
        var high = Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (KeyAt(middle).SequenceCompareTo(key) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>The entry of a key, or -1.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        var at = LowerBound(key);
        return at < Count && KeyAt(at).SequenceEqual(key) ? at : -1;
    }

    /// <summary>Bytes of the entries with <paramref name="from"/> &lt;= key &lt; <paramref name="toExclusive"/>; an empty upper bound means the end.</summary>
    public int BytesBetween(ReadOnlySpan<byte> from, ReadOnlySpan<byte> toExclusive) =>
        OffsetOf(toExclusive.IsEmpty ? Count : LowerBound(toExclusive)) - OffsetOf(LowerBound(from));

    /// <summary>Reads the bytes of a file; a run that is not well formed is damage.</summary>
    public static SortedRun Parse(long number, byte[] bytes, string path)
    {
        if (bytes.Length < HeaderBytes || !bytes.AsSpan(0, 8).SequenceEqual(Magic))
            throw StateErrors.DamagedRun(path);
        var count = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8));
        if (count < 0 || count > (bytes.Length - HeaderBytes) / EntryHeaderBytes)
            throw StateErrors.DamagedRun(path);
        var offsets = new int[count];
        long at = HeaderBytes;
        for (var i = 0; i < count; i++)
        {
            offsets[i] = (int)at;
            if (at + EntryHeaderBytes > bytes.Length)
                throw StateErrors.DamagedRun(path);
            var keyLength = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan((int)at));
            var valueLength = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan((int)at + 4));
            at += EntryHeaderBytes + (long)keyLength + Math.Max(0, valueLength);
            if (keyLength < 0 || valueLength < -1 || at > bytes.Length)
                throw StateErrors.DamagedRun(path);
        }
        if (at != bytes.Length)
            throw StateErrors.DamagedRun(path);
        return new SortedRun(number, bytes, bytes.Length, offsets, offsets.Length);
    }

    int OffsetOf(int i) => i == Count ? Length : _offsets[i];

    int ValueLength(int i) => BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(_offsets[i] + 4));
}
