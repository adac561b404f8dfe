namespace SqlStream.State.Tables;

/// <summary>Goes over all live entries of a <see cref="ValueTable"/>, each once, in no particular order: first the layers in
/// memory, newest first, then what only the backend holds. The table must not be written meanwhile.</summary>
public sealed class ValueTableCursor : IGroupCursor
{
    readonly ValueTable _table;
    readonly List<HashLayer> _layers;
    readonly CleanCache? _cache;
    readonly CleanCursor? _clean;
    readonly BackendCursor? _backend;
    int _layer;
    int _slot = -1;
    int _entry;
    bool _inClean;
    bool _inBackend;
    bool _disposed;

    internal ValueTableCursor(ValueTable table)
    {
        _table = table;
        // The backend's view is opened first or together with the layers: whatever it lacks is in a layer.
        _layers = table.LayersNewestFirst();
        _layers.RemoveAll(static layer => layer.Count == 0);
        _cache = table.Clean;
        _clean = _cache is null ? null : new CleanCursor(_cache);
        _backend = table.ScanBackend();
    }

    /// <summary>The encoded key.</summary>
    public ReadOnlySpan<byte> Key => _inBackend ? _backend!.UserKey : _inClean ? _clean!.Key : _layers[_layer].KeyOf(_entry);

    /// <summary>The value.</summary>
    public ReadOnlySpan<byte> Value => _inBackend ? _backend!.Value : _inClean ? _clean!.Value : _layers[_layer].ValueOf(_entry);

    /// <summary>The key's hash in slots.</summary>
    internal uint Hash => _layer < _layers.Count ? _layers[_layer].HashOf(_entry) : Codec.KeyBatch.SlotHash(Key);

    /// <summary>The key group.</summary>
    public ushort KeyGroup => _inBackend ? _backend!.KeyGroup : _inClean ? _clean!.KeyGroup : _layers[_layer].KeyGroupOf(_entry);

    /// <summary>Goes to the next entry; false at the end.</summary>
    public bool MoveNext()
    {
        while (_layer < _layers.Count)
        {
            var layer = _layers[_layer];
            while (NextOf(layer))
            {
                if (!layer.IsTombstone(_entry) && (_layer == 0 || !IsHidden(layer.HashOf(_entry), layer.KeyOf(_entry), _layer)))
                    return true;
            }
            _layer++;
            _slot = -1;
            _entry = 0;
        }
        _inClean = _clean is not null;
        while (!_inBackend && _clean is not null && _clean.MoveNext())
        {
            if (IsHidden(Codec.KeyBatch.SlotHash(_clean.Key), _clean.Key, _layers.Count))
                continue;
            _clean.ReadValue();
            return true;
        }
        _inBackend = true;
        while (_backend is not null && _backend.MoveNext())
        {
            var hash = Codec.KeyBatch.SlotHash(_backend.UserKey);
            if (!IsHidden(hash, _backend.UserKey, _layers.Count) && _cache?.Contains(hash, _backend.UserKey) != true)
                return true;
        }
        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _backend?.Dispose();
        _table.EndScan();
    }

    bool NextOf(HashLayer layer)
    {
        if (layer.FirstEntry is var first && first != 0)
        {
            _entry = _entry == 0 ? first : layer.EntryAfter(_entry);
            return _entry != 0;
        }
        while (++_slot < layer.SlotCount)
        {
            _entry = layer.EntryAtSlot(_slot);
            if (_entry != 0)
                return true;
        }
        return false;
    }

    bool IsHidden(uint hash, ReadOnlySpan<byte> key, int below)
    {
        for (var i = 0; i < below; i++)
        {
            if (_layers[i].Find(hash, key) != 0)
                return true;
        }
        return false;
    }
}
