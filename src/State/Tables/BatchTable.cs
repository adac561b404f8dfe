using SqlStream.State.Codec;

namespace SqlStream.State.Tables;

/// <summary>The groups of one batch, byte-string values by encoded key: like the active layer of a <see cref="ValueTable"/>, but nothing
/// is below it and nothing is kept. Reused from batch to batch. Mailbox thread only.</summary>
public sealed class BatchTable
{
    readonly HashLayer _layer = new();

    /// <summary>The memory that value offsets point into. Valid until the next batch.</summary>
    public Span<byte> Memory => _layer.Arena;

    /// <summary>Forgets the groups of the last batch and makes those of another, with zeroed values.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="valueBytes">Length of a value.</param>
    /// <param name="offsets">Receives for each key where its value begins in <see cref="Memory"/>.</param>
    /// <param name="groups">Receives the distinct groups, each with the first key that named it.</param>
    public void Locate(KeyBatch keys, int valueBytes, Span<int> offsets, TouchedEntries groups)
    {
        groups.Clear();
        _layer.Reset();
        var hashes = keys.SlotHashes;
        for (var i = 0; i < hashes.Length; i++)
        {
            var key = keys[i];
            var entry = _layer.Find(hashes[i], key);
            if (entry != 0)
            {
                offsets[i] = _layer.ValueOffset(entry);
                continue;
            }
            entry = _layer.Add(hashes[i], 0, key, valueBytes);
            offsets[i] = _layer.ValueOffset(entry);
            groups.Add(entry, i, offsets[i]);
        }
    }
}
