using System.Buffers.Binary;

namespace SqlStream.State.Tables;

/// <summary>The keys under which what belongs to one key is kept in numbered chunks: <c>key | chunk u32</c>, big endian. Reused from key to key.</summary>
public sealed class ChunkKey
{
    byte[] _bytes = new byte[64];
    int _length;

    /// <summary>The key group.</summary>
    public ushort KeyGroup { get; private set; }

    /// <summary>The key in the table of a chunk. Valid until the next call.</summary>
    public ReadOnlySpan<byte> this[int chunk]
    {
        get
        {
            BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(_length - sizeof(uint)), chunk);
            return _bytes.AsSpan(0, _length);
        }
    }

    /// <summary>Turns to another key.</summary>
    public void Select(ushort keyGroup, ReadOnlySpan<byte> key)
    {
        KeyGroup = keyGroup;
        _length = key.Length + sizeof(uint);
        if (_bytes.Length < _length)
            _bytes = new byte[_length * 2];
        key.CopyTo(_bytes);
    }

    /// <summary>The key that a key of the table is a chunk of.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> tableKey) => tableKey[..^sizeof(uint)];

    /// <summary>True for the key of a first chunk.</summary>
    public static bool IsFirst(ReadOnlySpan<byte> tableKey) => BinaryPrimitives.ReadInt32BigEndian(tableKey[^sizeof(uint)..]) == 0;
}
