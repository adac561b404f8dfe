using System.Buffers.Binary;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.State.Codec;

namespace SqlStream.State.Tables;

/// <summary>A keyed table of one subtask: byte-string values by encoded key, in layers over the backend.</summary>
/// <remarks>Layers from the top: <b>active</b> (the epoch being computed; mutable), <b>sealed</b> (handed over at barriers, not
/// committed yet; at most two), <b>clean</b> (a dense cache of committed entries), and the backend,
/// which is asked only for keys that a filter does not know to be new. The first
/// write to a key in an epoch copies its value into active; a delete leaves a tombstone there. Values are full values, never
/// deltas, so applying a layer that the backend already holds is harmless. Mailbox thread only. See docs/mechanisms/checkpoints.md.</remarks>
public sealed class ValueTable
{
    const int PrefetchKeys = 32;
    const int PrefetchBytesMin = 256 << 10;
    const int ReportBytesMin = 4 << 10;
    const int MovedPerCheck = 4096;
    const int FullKeyBytes = 4;
    const int FilterShare = 32;

    readonly StateTableContext _context;
    byte[] _prefix;
    StateReadBatch? _readBatch;
    readonly List<int> _missing = [];
    readonly Queue<(Epoch Epoch, HashLayer Layer)> _sealed = new();
    readonly HashLayerPool _layers;
    readonly Queue<Epoch> _deferred = new();
    readonly CleanCache? _clean;
    readonly bool _ownsLayers;
    KeyFilter? _filter;
    HashLayer _active = HashLayer.Nothing;
    HashLayer? _kept;
    long _sealedBytes;
    (long Active, long Sealed, long Layers, long Clean) _reported;
    byte[] _value = [];
    int _scans;

    /// <summary>A table without a prefix.</summary>
    public ValueTable(StateTableContext context) : this(context, [], new HashLayerPool())
    {
        _ownsLayers = true;
        _clean = new CleanCache();
        // What a restored backend holds is not known.
        if (!context.IsRestored)
            _filter = new KeyFilter();
        context.Memory.Join();
    }

    // With a prefix: committed entries stay in a layer of their own and are evicted all at once, by the table of slices.
    internal ValueTable(StateTableContext context, byte[] prefix, HashLayerPool layers)
    {
        _context = context;
        _prefix = prefix;
        _layers = layers;
        if (prefix.Length > 0)
            _kept = HashLayer.Nothing;
        IsComplete = !context.IsRestored;
    }

    // The memory that an empty layer keeps would not be freed by an epoch.
    long ActiveBytes => _active.Count == 0 ? 0 : _active.UsedBytes;

    // Most tables of window slices never read anything.
    StateReadBatch Reads => _readBatch ??= new StateReadBatch();

    /// <summary>Everything the table holds is in memory: a miss needs no read.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The memory that value offsets point into. Valid until something is added to the table.</summary>
    public Span<byte> Memory => _active.Arena;

    /// <summary>Bytes of changes that are not committed.</summary>
    public long DirtyBytes => ActiveBytes + _sealedBytes;

    /// <summary>Bytes of memory that the table occupies.</summary>
    public long MemoryBytes
    {
        get
        {
            var bytes = _active.AllocatedBytes + (_filter?.MemoryBytes ?? 0) + (_clean?.MemoryBytes ?? _kept!.AllocatedBytes) + (_ownsLayers ? _layers.AllocatedBytes : 0);
            foreach (var (_, layer) in _sealed)
                bytes += layer.AllocatedBytes + (StateMemory.SortBytes * (long)layer.Count);
            return bytes;
        }
    }

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
        var active = Writable();
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
        KeepWithinBudget();
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
        if (_clean is not null && _clean.TryFind(hash, key, out var clean))
            return Scratch(clean);
        if (!MayLieInBackend(hash))
            return [];
        Reads.Clear();
        Reads.AddKey(_context.TableId, keyGroup, _prefix, key);
        _context.Backend.MultiGet(Reads);
        if (!Reads.Found(0))
            return [];
        // What was read is clean: it may be cached without being written back. A scan goes over the cache, which must not change then.
        if (_scans == 0)
            PutClean(hash, keyGroup, key, Reads.Value(0));
        return Reads.Value(0);
    }

    /// <summary>Sets the value of one key; empty deletes it.</summary>
    public void Put(ushort keyGroup, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var hash = KeyBatch.SlotHash(key);
        var entry = _active.Find(hash, key);
        if (entry == 0)
        {
            var (below, _) = FindBelowActive(hash, key);
            entry = Writable().Add(hash, keyGroup, key, value.Length);
            // A key that no layer holds may still lie in the backend.
            if (below is not null || MayLieInBackend(hash) || (_clean is not null && _clean.Contains(hash, key)))
                _active.FlagsOf(entry) |= HashLayer.BelowFlag;
            if (_active.UsedBytes - _reported.Active > ReportBytesMin)
                KeepWithinBudget();
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

    /// <summary>Begins to gather keys that will be asked for together.</summary>
    public void BeginPeek() => _readBatch?.Clear();

    /// <summary>Notes that the value of a key will be asked for by <see cref="Peek"/>; <see cref="Fetch"/> follows.</summary>
    public void WillPeek(ushort keyGroup, ReadOnlySpan<byte> key)
    {
        if (IsComplete)
            return;
        var hash = KeyBatch.SlotHash(key);
        if (FindInMemory(hash, key).Layer is null && !(_clean is not null && _clean.Contains(hash, key)) && MayLieInBackend(hash))
            Reads.AddKeyOnce(hash, _context.TableId, keyGroup, _prefix, key);
    }

    /// <summary>Reads what <see cref="WillPeek"/> has noted, together, and keeps it in memory until <see cref="EndPeek"/>.</summary>
    public void Fetch()
    {
        if (_readBatch is { Count: > 0 } reads)
        {
            _context.Backend.MultiGet(reads);
            for (var i = 0; i < reads.Count; i++)
            {
                if (!reads.Found(i))
                    continue;
                var full = reads.KeyAt(i);
                var key = full[(FullKeyBytes + _prefix.Length)..];
                PutClean(KeyBatch.SlotHash(key), BinaryPrimitives.ReadUInt16BigEndian(full[2..]), key, reads.Value(i));
            }
            reads.Clear();
        }
        _scans++;
    }

    /// <summary>What was fetched may go again.</summary>
    public void EndPeek()
    {
        EndScan();
        KeepWithinBudget();
    }

    /// <summary>The value of one key that was fetched, empty if there is none. Reads nothing. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Peek(ReadOnlySpan<byte> key)
    {
        var hash = KeyBatch.SlotHash(key);
        var (layer, entry) = FindInMemory(hash, key);
        if (layer is not null)
            return layer.ValueOf(entry);
        return _clean is not null && _clean.TryFind(hash, key, out var clean) ? Scratch(clean) : [];
    }

    /// <summary>The value of one key for writing, at least so long; what is new of it is zero. Valid until the next call.</summary>
    /// <param name="keyGroup">The key group.</param>
    /// <param name="key">The key.</param>
    /// <param name="valueBytesMin">Its value grows to that length.</param>
    /// <param name="isFetched">The key was fetched: nothing is read.</param>
    internal Span<byte> Edit(ushort keyGroup, ReadOnlySpan<byte> key, int valueBytesMin, bool isFetched)
    {
        var hash = KeyBatch.SlotHash(key);
        var entry = _active.Find(hash, key);
        if (entry == 0)
        {
            var (below, _) = FindBelowActive(hash, key);
            var value = isFetched ? Peek(key) : Get(keyGroup, key);
            entry = Writable().Add(hash, keyGroup, key, Math.Max(value.Length, valueBytesMin));
            value.CopyTo(_active.ValueOf(entry));
            if (below is not null || MayLieInBackend(hash) || !value.IsEmpty)
                _active.FlagsOf(entry) |= HashLayer.BelowFlag;
            if (_active.UsedBytes - _reported.Active > ReportBytesMin)
                KeepWithinBudget();
        }
        else if (_active.IsTombstone(entry))
        {
            entry = Revive(entry, valueBytesMin);
        }
        else if (_active.ValueOf(entry).Length is var length && length < valueBytesMin)
        {
            var old = _active.ValueOffset(entry);
            var moved = _active.ResizeValue(entry, valueBytesMin);
            if (moved != entry)
                _active.Arena.AsSpan(old, length).CopyTo(_active.ValueOf(moved));
            else
                _active.ValueOf(moved)[length..].Clear();
            entry = moved;
        }
        return _active.ValueOf(entry);
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
        _sealedBytes += SealedBytes(layer);
        _active = HashLayer.Nothing;
        Report();
        return new SealedLayers(_context.TableId, _prefix, layer, []);
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
        {
            ShrinkWhileIdle();
            KeepWithinBudget();
            return;
        }
        var layer = _sealed.Dequeue().Layer;
        _sealedBytes -= SealedBytes(layer);
        if (_kept is { Count: 0 } empty && layer.Tombstones == 0)
        {
            AddToFilter(layer);
            _kept = layer;
            _layers.Return(empty);
            KeepWithinBudget();
            return;
        }
        var moved = 0;
        for (var slot = 0; slot < layer.SlotCount; slot++)
        {
            PrefetchMove(layer, slot);
            var entry = layer.EntryAtSlot(slot);
            if (entry == 0)
                continue;
            MoveToClean(layer, entry);
            if (++moved % MovedPerCheck == 0)
                KeepWithinBudget();
        }
        _layers.Return(layer);
        if (_kept is not null && (HasManyTombstones(_kept) || HasManyDeadBytes(_kept)))
            _kept = WithoutDead(_kept);
        KeepWithinBudget();
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

    /// <summary>Loads what the backend holds for the table's key groups into the clean layer, as far as there is room.</summary>
    internal void LoadAll()
    {
        if (IsComplete)
            return;
        using var cursor = new BackendCursor(_context, _prefix);
        var loaded = 0;
        while (cursor.MoveNext())
        {
            var hash = KeyBatch.SlotHash(cursor.UserKey);
            if (_kept!.Find(hash, cursor.UserKey) == 0)
                PutClean(hash, cursor.KeyGroup, cursor.UserKey, cursor.Value);
            if (++loaded % MovedPerCheck != 0)
                continue;
            Report();
            if (_context.Memory.UsedBytes > _context.Memory.BudgetBytes)
                return;
        }
        IsComplete = true;
        Report();
    }

    /// <summary>Bytes of committed entries that <see cref="Spill"/> would free; 0 while they are read.</summary>
    internal long SpillableBytes => _kept is { Count: > 0 } kept && _scans == 0 ? kept.AllocatedBytes : 0;

    /// <summary>Leaves the committed entries to the backend alone: from now on they are looked up there.</summary>
    internal void Spill()
    {
        Check.That(_scans == 0);
        if (IsComplete)
        {
            _filter = new KeyFilter();
            AddToFilter(_kept!);
        }
        _kept = HashLayer.Nothing;
        IsComplete = false;
        Report();
    }

    /// <summary>Makes another slice of a table that was closed.</summary>
    internal void Reopen(byte[] prefix, bool isRestored)
    {
        Check.That(_scans == 0);
        _prefix = prefix;
        _active = HashLayer.Nothing;
        _kept = HashLayer.Nothing;
        _filter = null;
        IsComplete = !isRestored;
    }

    /// <summary>The table is closed. Its layers whose keys may lie in the backend are handed over, the others go back to the pool.</summary>
    /// <param name="handedOver">Receives layers that a state thread may be writing.</param>
    /// <returns>The layer of committed entries, or null if it is empty.</returns>
    internal HashLayer? Close(List<HashLayer> handedOver)
    {
        Report(isClosed: true);
        _layers.Return(_active);
        foreach (var (_, layer) in _sealed)
            handedOver.Add(layer);
        var kept = _kept!;
        if (kept.Count == 0)
            _layers.Return(kept);
        _sealed.Clear();
        _deferred.Clear();
        _sealedBytes = 0;
        return kept.Count == 0 ? null : kept;
    }

    /// <summary>The layer that holds all entries, one behind the other, none deleted; null if it takes more than that to go over them.</summary>
    internal HashLayer? OnlyLayer()
    {
        if (!IsComplete || _clean is not null)
            return null;
        var only = _active;
        foreach (var (_, layer) in _sealed)
        {
            if (only.Count > 0 && layer.Count > 0)
                return null;
            if (layer.Count > 0)
                only = layer;
        }
        if (_kept!.Count > 0)
        {
            if (only.Count > 0)
                return null;
            only = _kept;
        }
        return only.FirstEntry == 0 ? null : only;
    }

    /// <summary>All layers, newest first.</summary>
    internal List<HashLayer> LayersNewestFirst()
    {
        var layers = new List<HashLayer> { _active };
        foreach (var (_, layer) in _sealed)
            layers.Insert(1, layer);
        if (_kept is not null)
            layers.Add(_kept);
        return layers;
    }

    /// <summary>The cache of committed entries below the layers, or null.</summary>
    internal CleanCache? Clean => _clean;

    internal BackendCursor? ScanBackend() => IsComplete ? null : new BackendCursor(_context, _prefix);

    // Small tables are in the caches anyway.
    void Prefetch(ReadOnlySpan<uint> hashes, ReadOnlySpan<int> subset, int start, int count)
    {
        var below = _clean?.MemoryBytes ?? _kept!.UsedBytes;
        if (_active.UsedBytes + below < PrefetchBytesMin)
            return;
        if (subset.IsEmpty)
        {
            PrefetchAhead(hashes, start);
            PrefetchBelow(hashes.Slice(start, count), below);
            return;
        }
        Span<uint> chosen = stackalloc uint[PrefetchKeys];
        for (var i = 0; i < count; i++)
            chosen[i] = hashes[subset[start + i]];
        _active.Prefetch(chosen[..count]);
        PrefetchBelow(chosen[..count], below);
    }

    // While some keys are looked up, the entries of the next ones and the slots of those after them are on their way.
    void PrefetchAhead(ReadOnlySpan<uint> hashes, int start)
    {
        if (start == 0)
        {
            _active.PrefetchSlots(Chunk(hashes, 0));
            _active.PrefetchSlots(Chunk(hashes, PrefetchKeys));
            _active.PrefetchEntries(Chunk(hashes, 0));
        }
        _active.PrefetchSlots(Chunk(hashes, start + (2 * PrefetchKeys)));
        _active.PrefetchEntries(Chunk(hashes, start + PrefetchKeys));
    }

    static ReadOnlySpan<uint> Chunk(ReadOnlySpan<uint> hashes, int start) =>
        start >= hashes.Length ? [] : hashes.Slice(start, Math.Min(PrefetchKeys, hashes.Length - start));

    // Where most keys are in the active layer already, fetching from below costs more than it saves.
    void PrefetchBelow(ReadOnlySpan<uint> hashes, long belowBytes)
    {
        if (_clean is null || belowBytes < PrefetchBytesMin || _active.Count > _clean.Count / 2)
            return;
        foreach (var (_, layer) in _sealed)
            layer.Prefetch(hashes);
        _clean.Prefetch(hashes);
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
        else if (_clean is not null && _clean.TryFind(hash, key, out var clean))
        {
            _active.FlagsOf(entry) |= HashLayer.BelowFlag;
            clean.CopyTo(_active.ValueOf(entry));
        }
        else if (MayLieInBackend(hash))
        {
            _active.FlagsOf(entry) |= HashLayer.BelowFlag;
            Reads.AddKey(_context.TableId, keyGroup, _prefix, key);
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

    // Asked of keys that are not in memory.
    bool MayLieInBackend(uint hash) => !IsComplete && (_filter is null || _filter.MayContain(hash));

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
        if (_kept is not null && _kept.Find(hash, key) is var kept && kept != 0)
            return (_kept, kept);
        return (null, 0);
    }

    // What moving an entry touches lies far apart: it is asked for while the entries before it are moved.
    void PrefetchMove(HashLayer layer, int slot)
    {
        var ahead = slot + (2 * PrefetchKeys);
        if (_clean is null || ahead >= layer.SlotCount)
            return;
        layer.PrefetchAtSlot(ahead);
        if (layer.EntryAtSlot(ahead) != 0)
            _clean.PrefetchSlot(layer.HashAtSlot(ahead));
        var near = slot + PrefetchKeys;
        if (layer.EntryAtSlot(near) != 0)
            _clean.PrefetchEntry(layer.HashAtSlot(near));
    }

    void MoveToClean(HashLayer layer, int entry)
    {
        var hash = layer.HashOf(entry);
        var key = layer.KeyOf(entry);
        if (!layer.IsTombstone(entry))
        {
            _filter?.Add(hash);
            PutClean(hash, layer.KeyGroupOf(entry), key, layer.ValueOf(entry));
            return;
        }
        // The backend knows of the deletion. A table that keeps everything deletes its keys there when it is closed, and needs to know them.
        if (_clean is not null)
            _clean.Remove(hash, key);
        else if (_kept!.Find(hash, key) != 0)
            _kept.CopyFrom(layer, entry);
    }

    void AddToFilter(HashLayer layer)
    {
        for (var slot = 0; _filter is not null && slot < layer.SlotCount; slot++)
        {
            if (layer.EntryAtSlot(slot) != 0)
                _filter.Add(layer.HashAtSlot(slot));
        }
    }

    void PutClean(uint hash, ushort keyGroup, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (_clean is not null)
        {
            _clean.Put(hash, keyGroup, key, value);
            return;
        }
        if (ReferenceEquals(_kept, HashLayer.Nothing))
            _kept = _layers.Rent();
        var entry = _kept!.Find(hash, key);
        if (entry == 0)
            entry = _kept.Add(hash, keyGroup, key, value.Length);
        else if (_kept.IsTombstone(entry) || _kept.ValueOf(entry).Length != value.Length)
            entry = _kept.ResizeValue(entry, value.Length);
        value.CopyTo(_kept.ValueOf(entry));
    }

    static bool HasManyTombstones(HashLayer layer) => layer.Tombstones > 1024 && layer.Tombstones > layer.Count / 2;

    static bool HasManyDeadBytes(HashLayer layer) => layer.DeadBytes > 1 << 20 && layer.DeadBytes > layer.UsedBytes / 2;

    static HashLayer WithoutDead(HashLayer layer)
    {
        var compacted = new HashLayer();
        for (var slot = 0; slot < layer.SlotCount; slot++)
        {
            var entry = layer.EntryAtSlot(slot);
            if (entry != 0 && !layer.IsTombstone(entry))
                compacted.CopyFrom(layer, entry);
        }
        return compacted;
    }

    // Most slices are written in one epoch alone: what is empty costs no memory.
    HashLayer Writable()
    {
        if (!ReferenceEquals(_active, HashLayer.Nothing))
            return _active;
        _active = _layers.Rent();
        _active.TableId = _context.TableId;
        return _active;
    }

    ReadOnlySpan<byte> Scratch(CleanValue clean)
    {
        if (_value.Length < clean.Length)
            _value = new byte[Math.Max(clean.Length, _value.Length * 2)];
        clean.CopyTo(_value.AsSpan(0, clean.Length));
        return _value.AsSpan(0, clean.Length);
    }

    static long SealedBytes(HashLayer layer) => layer.UsedBytes + (StateMemory.SortBytes * (long)layer.Count);

    // The first epoch without changes lets go of what large ones needed.
    void ShrinkWhileIdle()
    {
        if (_active.Count > 0 || !_ownsLayers || _sealed.Count > 0)
            return;
        _layers.Clear();
        _active = HashLayer.Nothing;
    }

    void KeepWithinBudget()
    {
        if (_filter?.MemoryBytes > _context.Memory.BudgetBytes / FilterShare)
            _filter = null;
        Report();
        if (_clean is null || _scans > 0)
            return;
        var excess = Math.Max(_context.Memory.ExcessOf(_clean.MemoryBytes), _clean.MemoryBytes - _context.CacheBytesMax);
        if (excess <= 0)
            return;
        _clean.Trim(excess);
        IsComplete &= !_clean.HasEvicted;
        Report();
    }

    void Report(bool isClosed = false)
    {
        var clean = _clean?.MemoryBytes ?? _kept!.AllocatedBytes;
        var now = isClosed ? default : (Active: ActiveBytes, Sealed: _sealedBytes, Layers: MemoryBytes - clean, Clean: clean);
        if (now == _reported)
            return;
        _context.Memory.Add(now.Active - _reported.Active, now.Sealed - _reported.Sealed, now.Layers - _reported.Layers, now.Clean - _reported.Clean);
        _reported = now;
    }
}
