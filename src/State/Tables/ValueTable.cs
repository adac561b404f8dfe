using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.State.Codec;

namespace SqlStream.State.Tables;

/// <summary>A keyed table of one subtask: byte-string values by encoded key, in layers over the backend.</summary>
/// <remarks>Layers from the top: <b>active</b> (the epoch being computed; mutable), <b>sealed</b> (handed over at barriers, not
/// committed yet; at most two), <b>clean</b> (a cache of committed entries in two generations), and the backend. The first
/// write to a key in an epoch copies its value into active; a delete leaves a tombstone there. Values are full values, never
/// deltas, so applying a layer that the backend already holds is harmless. Mailbox thread only. See docs/mechanisms/checkpoints.md.</remarks>
public sealed class ValueTable
{
    const int PrefetchKeys = 32;
    const int PrefetchBytesMin = 256 << 10;

    readonly StateTableContext _context;
    readonly byte[] _prefix;
    StateReadBatch? _readBatch;
    readonly List<int> _missing = [];
    readonly Queue<(Epoch Epoch, HashLayer Layer)> _sealed = new();
    readonly HashLayerPool _layers;
    readonly Queue<Epoch> _deferred = new();
    HashLayer _active;
    HashLayer _young;
    HashLayer? _old;
    int _scans;

    /// <summary>A table without a prefix.</summary>
    public ValueTable(StateTableContext context) : this(context, [], new HashLayerPool()) { }

    internal ValueTable(StateTableContext context, byte[] prefix, HashLayerPool layers)
    {
        _context = context;
        _prefix = prefix;
        _layers = layers;
        _active = layers.Rent();
        _young = layers.Rent();
        IsComplete = !context.IsRestored;
    }

    // Most tables of window slices never read anything.
    StateReadBatch Reads => _readBatch ??= new StateReadBatch();

    /// <summary>Everything the table holds is in memory: a miss needs no read.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The memory that value offsets point into. Valid until something is added to the table.</summary>
    public Span<byte> Memory => _active.Arena;

    /// <summary>Bytes of changes that are not committed.</summary>
    public long DirtyBytes => _active.UsedBytes + _sealed.Sum(sealedLayer => sealedLayer.Layer.UsedBytes);

    /// <summary>Bytes of all layers.</summary>
    public long MemoryBytes => DirtyBytes + _young.UsedBytes + (_old?.UsedBytes ?? 0);

    /// <summary>True if something was written since the last barrier.</summary>
    public bool IsDirty => _active.Count > 0;

    /// <summary>Finds or adds the values of a batch's keys for writing: they are copied into the active layer.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="subset">Which keys; empty for all.</param>
    /// <param name="valueBytes">Length of a new value, which is zeroed; existing values must have it too.</param>
    /// <param name="offsets">Receives for each key where its value begins in <see cref="Memory"/>.</param>
    /// <param name="touched">Receives the distinct entries, each with the first key that named it; call <see cref="EndBatch"/> with it.</param>
    public void Locate(KeyBatch keys, ReadOnlySpan<int> subset, int valueBytes, Span<int> offsets, TouchedEntries touched)
    {
        _missing.Clear();
        _readBatch?.Clear();
        touched.Clear();
        var hashes = keys.SlotHashes;
        var count = subset.IsEmpty ? keys.Count : subset.Length;
        var active = _active;
        for (var i = 0; i < count; i++)
        {
            if (i % PrefetchKeys == 0)
                Prefetch(hashes, subset, i, Math.Min(PrefetchKeys, count - i));
            var index = subset.IsEmpty ? i : subset[i];
            var key = keys[index];
            var entry = active.Find(hashes[index], key);
            if (entry == 0)
                entry = CopyUp(hashes[index], keys.Hashes[index], key, valueBytes, index);
            else if (active.IsTombstone(entry))
                entry = Revive(entry, valueBytes);
            var offset = active.ValueOffset(entry);
            offsets[i] = offset;
            if (active.Touch(entry))
                touched.Add(entry, index, offset);
        }
        if (_missing.Count > 0)
            ReadMissing(keys, valueBytes);
    }

    /// <summary>Ends the use of a list of touched entries.</summary>
    public void EndBatch(TouchedEntries touched)
    {
        foreach (var entry in touched.Entries)
            _active.Untouch(entry);
    }

    /// <summary>Where the value of a touched entry begins in <see cref="Memory"/>.</summary>
    public int ValueOffset(int entry) => _active.ValueOffset(entry);

    /// <summary>Deletes a touched entry.</summary>
    public void Delete(int entry) => _active.Delete(entry);

    /// <summary>The value of one key, empty if there is none. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Get(ushort keyGroup, ReadOnlySpan<byte> key)
    {
        var hash = KeyBatch.SlotHash(key);
        var (layer, entry) = FindInMemory(hash, key);
        if (layer is not null)
            return layer.ValueOf(entry);
        if (IsComplete)
            return [];
        Reads.Clear();
        AddRead(keyGroup, key);
        _context.Backend.MultiGet(Reads);
        if (!Reads.Found(0))
            return [];
        // What was read is clean: it may be cached without being written back.
        var cached = _young.Add(hash, keyGroup, key, Reads.Value(0).Length);
        Reads.Value(0).CopyTo(_young.ValueOf(cached));
        return _young.ValueOf(cached);
    }

    /// <summary>Sets the value of one key; empty deletes it.</summary>
    public void Put(ushort keyGroup, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var hash = KeyBatch.SlotHash(key);
        var entry = _active.Find(hash, key);
        if (entry == 0)
        {
            var (below, _) = FindBelowActive(hash, key);
            entry = _active.Add(hash, keyGroup, key, value.Length);
            // A key that no layer holds may still lie in the backend.
            if (below is not null || !IsComplete)
                _active.FlagsOf(entry) |= HashLayer.BelowFlag;
        }
        if (value.IsEmpty)
        {
            _active.Delete(entry);
            return;
        }
        if (_active.IsTombstone(entry) || _active.ValueOf(entry).Length != value.Length)
            entry = _active.ResizeValue(entry, value.Length);
        value.CopyTo(_active.ValueOf(entry));
    }

    /// <summary>Hands the changes since the last barrier over, or returns null if there are none. O(1).</summary>
    public SealedTable? Seal(Epoch epoch)
    {
        if (!IsDirty)
            return null;
        var layer = _active;
        if (Mutant.Is(Mutant.EvictSealedLayer))
            IsComplete = false;
        else
            _sealed.Enqueue((epoch, layer));
        Check.That(_sealed.Count <= 2);
        _active = _layers.Rent();
        return new SealedTable(_context.TableId, _prefix, layer, []);
    }

    /// <summary>What was sealed with an epoch, if anything, is in the backend now: it becomes clean.</summary>
    public void Committed(Epoch epoch)
    {
        // A scan goes over the layers: what moved from one to another under it would be given twice.
        if (_scans > 0)
        {
            _deferred.Enqueue(epoch);
            return;
        }
        if (!_sealed.TryPeek(out var oldest) || oldest.Epoch != epoch)
            return;
        var layer = _sealed.Dequeue().Layer;
        for (var slot = 0; slot < layer.SlotCount; slot++)
        {
            var entry = layer.EntryAtSlot(slot);
            if (entry != 0)
                MoveToClean(layer, entry);
        }
        _layers.Return(layer);
        Evict();
    }

    /// <summary>Goes over all live entries, in no particular order. A commit that is told meanwhile takes effect when the cursor is disposed.</summary>
    public ValueTableCursor Scan()
    {
        _scans++;
        return new(this);
    }

    internal void EndScan()
    {
        if (--_scans > 0)
            return;
        while (_deferred.TryDequeue(out var epoch))
            Committed(epoch);
    }

    /// <summary>Loads everything that the backend holds for the table's key groups into the clean layer.</summary>
    internal void LoadAll()
    {
        if (IsComplete)
            return;
        using var cursor = new BackendCursor(_context, _prefix);
        while (cursor.MoveNext())
        {
            var hash = KeyBatch.SlotHash(cursor.UserKey);
            if (_young.Find(hash, cursor.UserKey) != 0)
                continue;
            var entry = _young.Add(hash, cursor.KeyGroup, cursor.UserKey, cursor.Value.Length);
            cursor.Value.CopyTo(_young.ValueOf(entry));
        }
        IsComplete = true;
    }

    /// <summary>The layers whose keys may lie in the backend: all below active.</summary>
    internal List<HashLayer> LayersBelow()
    {
        var layers = new List<HashLayer>();
        foreach (var (_, layer) in _sealed)
            layers.Add(layer);
        layers.Add(_young);
        if (_old is not null)
            layers.Add(_old);
        return layers;
    }

    /// <summary>The table is closed: its layers above those that may lie in the backend, and empty ones, go back to the pool.</summary>
    internal void Close()
    {
        _layers.Return(_active);
        foreach (var layer in LayersBelow())
        {
            if (layer.Count == 0)
                _layers.Return(layer);
        }
    }

    /// <summary>All layers, newest first.</summary>
    internal List<HashLayer> LayersNewestFirst()
    {
        var layers = new List<HashLayer> { _active };
        layers.AddRange(_sealed.Reverse().Select(sealedLayer => sealedLayer.Layer));
        layers.Add(_young);
        if (_old is not null)
            layers.Add(_old);
        return layers;
    }

    internal BackendCursor? ScanBackend() => IsComplete ? null : new BackendCursor(_context, _prefix);

    // Small tables are in the caches anyway.
    void Prefetch(ReadOnlySpan<uint> hashes, ReadOnlySpan<int> subset, int start, int count)
    {
        if (_active.UsedBytes + _young.UsedBytes < PrefetchBytesMin)
            return;
        if (subset.IsEmpty)
        {
            _active.Prefetch(hashes.Slice(start, count));
            return;
        }
        Span<uint> chosen = stackalloc uint[PrefetchKeys];
        for (var i = 0; i < count; i++)
            chosen[i] = hashes[subset[start + i]];
        _active.Prefetch(chosen[..count]);
    }

    int CopyUp(uint hash, ulong rowHash, ReadOnlySpan<byte> key, int valueBytes, int index)
    {
        var (layer, below) = FindBelowActive(hash, key);
        var keyGroup = (ushort)KeyGroups.Of(RowHash.Stable32(rowHash), _context.MaxParallelism);
        var entry = _active.Add(hash, keyGroup, key, valueBytes);
        if (layer is not null)
        {
            _active.FlagsOf(entry) |= HashLayer.BelowFlag;
            if (layer.IsTombstone(below))
                return entry;
            Check.That(layer.ValueOf(below).Length == valueBytes);
            layer.ValueOf(below).CopyTo(_active.ValueOf(entry));
        }
        else if (!IsComplete)
        {
            _active.FlagsOf(entry) |= HashLayer.BelowFlag;
            AddRead(keyGroup, key);
            _missing.Add(index);
        }
        return entry;
    }

    int Revive(int entry, int valueBytes)
    {
        var flags = _active.FlagsOf(entry);
        var revived = _active.ResizeValue(entry, valueBytes);
        _active.ValueOf(revived).Clear();
        _active.FlagsOf(revived) = flags;
        return revived;
    }

    void ReadMissing(KeyBatch keys, int valueBytes)
    {
        _context.Backend.MultiGet(Reads);
        for (var i = 0; i < _missing.Count; i++)
        {
            if (!Reads.Found(i))
                continue;
            var value = Reads.Value(i);
            Check.That(value.Length == valueBytes);
            var index = _missing[i];
            value.CopyTo(_active.ValueOf(_active.Find(keys.SlotHashes[index], keys[index])));
        }
    }

    void AddRead(ushort keyGroup, ReadOnlySpan<byte> key)
    {
        if (_prefix.Length == 0)
        {
            Reads.AddKey(_context.TableId, keyGroup, key);
            return;
        }
        var full = new byte[_prefix.Length + key.Length];
        _prefix.CopyTo(full, 0);
        key.CopyTo(full.AsSpan(_prefix.Length));
        Reads.AddKey(_context.TableId, keyGroup, full);
    }

    (HashLayer? Layer, int Entry) FindInMemory(uint hash, ReadOnlySpan<byte> key)
    {
        var entry = _active.Find(hash, key);
        return entry != 0 ? (_active, entry) : FindBelowActive(hash, key);
    }

    (HashLayer? Layer, int Entry) FindBelowActive(uint hash, ReadOnlySpan<byte> key)
    {
        HashLayer? found = null;
        var foundEntry = 0;
        // Later sealed layers hide earlier ones.
        foreach (var (_, layer) in _sealed)
        {
            var entry = layer.Find(hash, key);
            if (entry != 0)
                (found, foundEntry) = (layer, entry);
        }
        if (found is not null)
            return (found, foundEntry);
        var clean = _young.Find(hash, key);
        if (clean != 0)
            return (_young, clean);
        if (_old is not null)
        {
            clean = _old.Find(hash, key);
            if (clean != 0)
                return (_old, clean);
        }
        return (null, 0);
    }

    void MoveToClean(HashLayer layer, int entry)
    {
        // The backend knows of the deletion; the cache needs the tombstone only to hide what it holds itself.
        if (layer.IsTombstone(entry) && _young.Find(layer.HashOf(entry), layer.KeyOf(entry)) == 0
            && (_old is null || _old.Find(layer.HashOf(entry), layer.KeyOf(entry)) == 0))
        {
            return;
        }
        _young.CopyFrom(layer, entry);
    }

    void Evict()
    {
        if (_young.Tombstones > 1024 && _young.Tombstones > _young.Count / 2 && _old is null)
            _young = Compacted(_young);
        else if (_young.DeadBytes > 1 << 20 && _young.DeadBytes > _young.UsedBytes / 2)
            _young = Compacted(_young);
        if (_young.UsedBytes + (_old?.UsedBytes ?? 0) <= _context.CacheBytesMax || _young.UsedBytes < _context.CacheBytesMax / 2)
            return;
        // Two generations come close to evicting what was not used longest, without a list of uses.
        var reused = _old;
        if (reused is { Count: > 0 })
            IsComplete = false;
        _old = _young;
        if (reused is not null)
            _layers.Return(reused);
        _young = _layers.Rent();
    }

    HashLayer Compacted(HashLayer layer)
    {
        var compacted = new HashLayer();
        for (var slot = 0; slot < layer.SlotCount; slot++)
        {
            var entry = layer.EntryAtSlot(slot);
            if (entry != 0 && (!layer.IsTombstone(entry) || _old is not null))
                compacted.CopyFrom(layer, entry);
        }
        return compacted;
    }
}
