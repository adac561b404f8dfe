using System.Buffers.Binary;
using SqlStream.Core.Columns;

namespace SqlStream.State.Codec;

/// <summary>Encodes what rows are ordered by, so that the order of the bytes is the order of the rows.</summary>
/// <remarks>Each column is a marker byte that puts NULL first or last, and the bytes of <see cref="KeyEncoder"/>, inverted for a
/// descending column. They tell their own length, so that one column can follow another. A number that tells rows apart may follow.
/// Not thread-safe.</remarks>
public sealed class SortKeyEncoder
{
    const byte NullFirst = 0;
    const byte Value = 1;
    const byte NullLast = 2;

    readonly (bool Descending, bool NullsFirst)[] _orders;
    readonly KeyBatch[] _columns;
    byte[] _key = new byte[64];

    /// <summary>An encoder for columns ordered like this, the most important one first.</summary>
    public SortKeyEncoder(IEnumerable<(bool Descending, bool NullsFirst)> orders)
    {
        _orders = [.. orders];
        _columns = new KeyBatch[_orders.Length];
        for (var i = 0; i < _columns.Length; i++)
            _columns[i] = new KeyBatch();
    }

    /// <summary>Begins with the rows of a batch.</summary>
    public void Begin(ReadOnlySpan<Column> columns, int storedRows, ReadOnlySpan<int> selection)
    {
        for (var i = 0; i < _columns.Length; i++)
            _columns[i].Encode(columns.Slice(i, 1), storedRows, selection);
    }

    /// <summary>The key of the index-th selected row, with a number that tells rows apart. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Key(int index, long number)
    {
        var used = Encode(index);
        Reserve(used + sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(_key.AsSpan(used), number);
        return _key.AsSpan(0, used + sizeof(long));
    }

    /// <summary>The key of the index-th selected row. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Key(int index)
    {
        var used = Encode(index);
        return _key.AsSpan(0, used);
    }

    int Encode(int index)
    {
        var used = 0;
        for (var i = 0; i < _columns.Length; i++)
        {
            var encoded = _columns[i][index];
            Reserve(used + encoded.Length);
            var target = _key.AsSpan(used, encoded.Length);
            encoded.CopyTo(target);
            used += encoded.Length;
            if (encoded[0] == KeyEncoder.ValueMarker)
            {
                target[0] = Value;
                if (_orders[i].Descending)
                    Invert(target[1..]);
            }
            else
            {
                target[0] = _orders[i].NullsFirst ? NullFirst : NullLast;
            }
        }
        return used;
    }

    static void Invert(Span<byte> bytes)
    {
        foreach (ref var octet in bytes)
            octet = (byte)~octet;
    }

    void Reserve(int bytes)
    {
        if (_key.Length < bytes)
            Array.Resize(ref _key, bytes * 2);
    }
}
