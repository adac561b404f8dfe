using SqlStream.Core.Functions;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>The chunks of one group's blob as entries <c>group key | chunk u32</c> of a table.</summary>
sealed class BlobState : IBlobState
{
    readonly ChunkKey _key = new();
    ValueTable? _table;

    /// <summary>Turns to another group.</summary>
    public void Select(ValueTable table, ushort keyGroup, ReadOnlySpan<byte> key)
    {
        _table = table;
        _key.Select(keyGroup, key);
    }

    public ReadOnlySpan<byte> Get(int chunk) => _table!.Get(_key.KeyGroup, _key[chunk]);

    public void Put(int chunk, ReadOnlySpan<byte> value) => _table!.Put(_key.KeyGroup, _key[chunk], value);
}
