using SqlStream.Core.Diagnostics;

namespace SqlStream.State.Tables;

/// <summary>Changes that lie in layers of a table, and layers whose keys are deleted.</summary>
sealed class SealedLayers : SealedTable
{
    readonly ushort _tableId;
    readonly HashLayer _layer;
    readonly IReadOnlyList<HashLayer> _dropped;
    readonly byte[] _prefix;

    /// <param name="tableId">The table's number.</param>
    /// <param name="prefix">Bytes before the keys.</param>
    /// <param name="layer">The changes.</param>
    /// <param name="dropped">Layers all of whose keys are deleted.</param>
    public SealedLayers(ushort tableId, byte[] prefix, HashLayer layer, IReadOnlyList<HashLayer> dropped)
    {
        _tableId = tableId;
        _prefix = prefix;
        _layer = layer;
        _dropped = dropped;
    }

    /// <inheritdoc/>
    public override void WriteTo(ChangeSet changes)
    {
        // Between table and key of the backend lies the prefix: then keys must be put together, and are copied.
        if (_prefix.Length == 0 && _dropped.Count == 0)
        {
            changes.AddLayer(_layer);
            return;
        }
        var key = new byte[256];
        foreach (var layer in _dropped)
            WriteLayer(layer, changes, ref key, deleteAll: true);
        WriteLayer(_layer, changes, ref key, deleteAll: false);
    }

    void WriteLayer(HashLayer layer, ChangeSet changes, ref byte[] key, bool deleteAll)
    {
        for (var slot = 0; slot < layer.SlotCount; slot++)
        {
            var entry = layer.EntryAtSlot(slot);
            if (entry == 0)
                continue;
            var isDelete = deleteAll || layer.IsTombstone(entry);
            // What never left this layer needs no tombstone.
            if (isDelete && !deleteAll && (layer.FlagsOf(entry) & HashLayer.BelowFlag) == 0)
                continue;
            var userKey = Key(layer, entry, ref key);
            if (isDelete)
                changes.DeleteParts(_tableId, layer.KeyGroupOf(entry), userKey);
            else
                changes.PutParts(_tableId, layer.KeyGroupOf(entry), userKey, layer.ValueOf(entry));
        }
    }

    ReadOnlySpan<byte> Key(HashLayer layer, int entry, ref byte[] buffer)
    {
        var suffix = layer.KeyOf(entry);
        if (_prefix.Length == 0)
            return suffix;
        var length = _prefix.Length + suffix.Length;
        if (buffer.Length < length)
            buffer = new byte[Math.Max(length, buffer.Length * 2)];
        _prefix.CopyTo(buffer, 0);
        suffix.CopyTo(buffer.AsSpan(_prefix.Length));
        Check.That(length <= buffer.Length);
        return buffer.AsSpan(0, length);
    }
}
