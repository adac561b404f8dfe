using System.Buffers.Binary;
using SqlStream.Core.Functions;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>The chunks of one group's blob as entries <c>group key | chunk u32</c> of a table.</summary>
sealed class BlobState : IBlobState
{
    ValueTable? _table;
    ushort _keyGroup;
    byte[] _key = new byte[64];
    int _keyBytes;

    /// <summary>Turns to another group.</summary>
    public void Select(ValueTable table, ushort keyGroup, ReadOnlySpan<byte> key)
    {
        _table = table;
        _keyGroup = keyGroup;
        _keyBytes = key.Length + sizeof(uint);
        if (_key.Length < _keyBytes)
            _key = new byte[_keyBytes * 2];
        key.CopyTo(_key);
    }

    public ReadOnlySpan<byte> Get(int chunk) => _table!.Get(_keyGroup, Key(chunk));

    public void Put(int chunk, ReadOnlySpan<byte> value) => _table!.Put(_keyGroup, Key(chunk), value);

    ReadOnlySpan<byte> Key(int chunk)
    {
        BinaryPrimitives.WriteInt32BigEndian(_key.AsSpan(_keyBytes - sizeof(uint)), chunk);
        return _key.AsSpan(0, _keyBytes);
    }
}
