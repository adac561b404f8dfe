using SqlStream.Core.Diagnostics;

namespace SqlStream.State.Tables;

/// <summary>The changes of one table and epoch, handed over at the barrier. Immutable: written out on a state thread while
/// the subtask goes on.</summary>
public sealed class SealedTable
{
    readonly HashLayer _layer;
    readonly IReadOnlyList<HashLayer> _dropped;
    readonly byte[] _prefix;
    readonly StateTableContext? _spilled;

    /// <param name="tableId">The table's number.</param>
    /// <param name="prefix">Bytes before the keys.</param>
    /// <param name="layer">The changes.</param>
    /// <param name="dropped">Layers all of whose keys are deleted.</param>
    /// <param name="spilled">Where more keys lie that are deleted; null if there are none.</param>
    internal SealedTable(ushort tableId, byte[] prefix, HashLayer layer, IReadOnlyList<HashLayer> dropped, StateTableContext? spilled = null)
    {
        TableId = tableId;
        _prefix = prefix;
        _layer = layer;
        _dropped = dropped;
        _spilled = spilled;
    }

    /// <summary>The table's number.</summary>
    public ushort TableId { get; }

    /// <summary>Appends the changes.</summary>
    public void WriteTo(ChangeSet changes)
    {
        // Between table and key of the backend lies the prefix: then keys must be put together, and are copied.
        if (_prefix.Length == 0 && _dropped.Count == 0)
        {
            changes.AddLayer(_layer);
            return;
        }
        var key = new byte[256];
        // What is not in the backend yet is in one of the layers.
        if (_spilled is not null)
            DeleteAll(new BackendCursor(_spilled, _prefix), changes);
        foreach (var layer in _dropped)
            WriteLayer(layer, changes, ref key, deleteAll: true);
        WriteLayer(_layer, changes, ref key, deleteAll: false);
    }

    void DeleteAll(BackendCursor cursor, ChangeSet changes)
    {
        using (cursor)
        {
            while (cursor.MoveNext())
                changes.DeleteParts(TableId, cursor.KeyGroup, cursor.PrefixedKey);
        }
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
                changes.DeleteParts(TableId, layer.KeyGroupOf(entry), userKey);
            else
                changes.PutParts(TableId, layer.KeyGroupOf(entry), userKey, layer.ValueOf(entry));
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
