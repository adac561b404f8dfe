using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>The chunks of one group's blob as entries <c>group key | chunk u32</c> of a table.</summary>
sealed class BlobState : IBlobState
{
    const int ChunksMax = 1 << 28;

    readonly ChunkKey _key = new();
    ValueTable? _table;

    /// <summary>A number that all chunks of the group lie below, if who turns here sets what it was before.</summary>
    public int Chunks { get; set; }

    /// <summary>Turns to another group.</summary>
    public void Select(ValueTable table, ushort keyGroup, ReadOnlySpan<byte> key)
    {
        _table = table;
        _key.Select(keyGroup, key);
    }

    public ReadOnlySpan<byte> Get(int chunk) => _table!.Get(_key.KeyGroup, _key[chunk]);

    public void Put(int chunk, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
            Chunks = Math.Max(Chunks, chunk == int.MaxValue ? chunk : chunk + 1);
        _table!.Put(_key.KeyGroup, _key[chunk], value);
    }

    /// <summary>Deletes all chunks of the group.</summary>
    public void Clear()
    {
        // What is only added to has its chunks one behind the other.
        Check.That(Chunks < ChunksMax);
        for (; Chunks > 0; Chunks--)
            _table!.Put(_key.KeyGroup, _key[Chunks - 1], []);
    }
}
