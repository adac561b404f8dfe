using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using SqlStream.Core.Diagnostics;

namespace SqlStream.State.Tables;

/// <summary>An open-addressing hash table from byte strings to byte strings in two flat arrays: slots, and an arena of
/// entries. One layer of a <see cref="ValueTable"/>; no object per entry.</summary>
/// <remarks>An entry is <c>hash u32 | value length i32 | key length 30 bits, flags 2 | table id u16 | key group u16 | key | value</c>, key and
/// value padded to 8 bytes, table id and key group big endian: with them before it the key is the key in the backend, and changes are written
/// from here without a copy. A value length of -1 is a tombstone. Entries are named by their offset in the arena, which
/// stays the same when the arena grows. Not thread-safe; a sealed layer may be read by many threads.</remarks>
sealed class HashLayer
{
    /// <summary>Set while the entry is in the list of entries that the current batch touched.</summary>
    public const ushort TouchedFlag = 0x4000;

    /// <summary>The key may be in the backend or in a layer below: deleting it needs a tombstone.</summary>
    public const ushort BelowFlag = 0x8000;

    const int FirstOffset = 8;
    const int HeaderBytes = 16;
    const int FlagsOffset = 10;
    const int FullKeyBytes = 4;
    const int ArenaDoublesBelow = 8 << 20;
    const int ArenaStepsBelow = 256 << 10;
    const int SlotsMin = 64;
    const int ArenaMin = 4096;
    const int SlotsKeptMax = 1 << 17;
    const int Tombstone = -1;
    const int CacheLineBytes = 64;

    ulong[] _slots;
    byte[] _arena;
    int _used = FirstOffset;
    bool _isDense = true;

    /// <summary>An empty layer.</summary>
    public HashLayer() : this(SlotsMin, ArenaMin)
    {
    }

    HashLayer(int slots, int arenaBytes)
    {
        _slots = new ulong[slots];
        _arena = GC.AllocateUninitializedArray<byte>(arenaBytes);
    }

    /// <summary>Stands where nothing was written yet. Nobody may write into it: it is everybody's.</summary>
    public static HashLayer Nothing { get; } = new(1, FirstOffset);

    /// <summary>Entries, tombstones included.</summary>
    public int Count { get; private set; }

    /// <summary>Entries that are tombstones.</summary>
    public int Tombstones { get; private set; }

    /// <summary>Bytes of the arena that no entry uses any more.</summary>
    public int DeadBytes { get; private set; }

    /// <summary>Bytes that the entries and slots occupy.</summary>
    public long UsedBytes => _used + (8L * _slots.Length);

    /// <summary>Bytes of memory that the layer has.</summary>
    public long AllocatedBytes => _arena.Length + (8L * _slots.Length);

    /// <summary>The table whose number stands before the keys.</summary>
    public ushort TableId { get; set; }

    /// <summary>The memory that entry and value offsets point into; may move when something is added.</summary>
    public byte[] Arena => _arena;

    /// <summary>Bytes of entries that the layer will probably hold: it grows to them at once instead of step by step, each of which would
    /// leave an array behind.</summary>
    public int ExpectedBytes { get; set; }

    /// <summary>Bytes of entries so far.</summary>
    public int EntryBytes => _used;

    /// <summary>Number of slots, for <see cref="EntryAtSlot"/>.</summary>
    public int SlotCount => _slots.Length;

    /// <summary>The entry with that key, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(uint hash, ReadOnlySpan<byte> key)
    {
        var slots = _slots;
        var mask = slots.Length - 1;
        var index = (int)hash & mask;
        while (true)
        {
            var slot = slots[index];
            if (slot == 0)
                return 0;
            if ((uint)(slot >> 32) == hash)
            {
                var entry = (int)(uint)slot;
                if (KeyEquals(entry, key))
                    return entry;
            }
            index = (index + 1) & mask;
        }
    }

    /// <summary>Asks the processor to fetch what looking up these keys will touch: first all slots, then the entries in them. A table
    /// larger than the caches is then limited by how many fetches run at once, not by how long each takes.</summary>
    public void Prefetch(ReadOnlySpan<uint> hashes)
    {
        PrefetchSlots(hashes);
        PrefetchEntries(hashes);
    }

    /// <summary>Asks for the slots of keys.</summary>
    public unsafe void PrefetchSlots(ReadOnlySpan<uint> hashes)
    {
        if (!Sse.IsSupported)
            return;
        var mask = (uint)_slots.Length - 1;
        fixed (ulong* slots = _slots)
        {
            foreach (var hash in hashes)
                Sse.Prefetch0(slots + (hash & mask));
        }
    }

    /// <summary>Asks for the entries of keys whose slots have been asked for.</summary>
    public unsafe void PrefetchEntries(ReadOnlySpan<uint> hashes)
    {
        if (!Sse.IsSupported)
            return;
        var mask = (uint)_slots.Length - 1;
        fixed (ulong* slots = _slots)
        fixed (byte* arena = _arena)
        {
            foreach (var hash in hashes)
            {
                var slot = slots[hash & mask];
                if (slot == 0)
                    continue;
                // The key is in the first line of the entry, the value mostly in the second one.
                Sse.Prefetch0(arena + (uint)slot);
                Sse.Prefetch0(arena + (uint)slot + CacheLineBytes);
            }
        }
    }

    /// <summary>Adds an entry for a key that is not there; the value is zeroed.</summary>
    public int Add(uint hash, ushort keyGroup, ReadOnlySpan<byte> key, int valueBytes)
    {
        if ((Count + 1) * 8L > _slots.Length * 5L)
            GrowSlots();
        var entry = Allocate(key.Length, valueBytes);
        ref var header = ref Header(entry);
        header.Hash = hash;
        header.ValueBytes = valueBytes;
        header.KeyBytesAndFlags = (uint)key.Length;
        header.TableId = BinaryPrimitives.ReverseEndianness(TableId);
        header.KeyGroupBigEndian = BinaryPrimitives.ReverseEndianness(keyGroup);
        key.CopyTo(_arena.AsSpan(entry + HeaderBytes));
        _arena.AsSpan(ValueOffset(entry), Padded(valueBytes)).Clear();
        InsertSlot(hash, entry);
        Count++;
        return entry;
    }

    /// <summary>Makes room for a value of another length; what it held is lost. Returns the entry, which may have moved.</summary>
    public int ResizeValue(int entry, int valueBytes)
    {
        ref var header = ref Header(entry);
        if (header.ValueBytes != Tombstone && valueBytes <= Padded(header.ValueBytes))
        {
            header.ValueBytes = valueBytes;
            _isDense = false;
            return entry;
        }
        _isDense = false;
        var wasTombstone = header.ValueBytes == Tombstone;
        var copy = Allocate(header.KeyBytes, valueBytes);
        header = ref Header(entry);
        ref var moved = ref Header(copy);
        moved = header;
        moved.ValueBytes = valueBytes;
        KeyOf(entry).CopyTo(_arena.AsSpan(copy + HeaderBytes));
        _arena.AsSpan(ValueOffset(copy), Padded(valueBytes)).Clear();
        RepointSlot(header.Hash, entry, copy);
        DeadBytes += HeaderBytes + Padded(header.KeyBytes) + Padded(Math.Max(0, header.ValueBytes));
        if (wasTombstone)
            Tombstones--;
        return copy;
    }

    /// <summary>Turns an entry into a tombstone.</summary>
    public void Delete(int entry)
    {
        ref var header = ref Header(entry);
        if (header.ValueBytes == Tombstone)
            return;
        DeadBytes += Padded(header.ValueBytes);
        _isDense = false;
        header.ValueBytes = Tombstone;
        Tombstones++;
    }

    /// <summary>True if the entry is a tombstone.</summary>
    public bool IsTombstone(int entry) => Header(entry).ValueBytes == Tombstone;

    /// <summary>Where the entry's value begins in the arena.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ValueOffset(int entry) => entry + HeaderBytes + Padded(Header(entry).KeyBytes);

    /// <summary>The value; empty for a tombstone.</summary>
    public Span<byte> ValueOf(int entry) => _arena.AsSpan(ValueOffset(entry), Math.Max(0, Header(entry).ValueBytes));

    /// <summary>The key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> KeyOf(int entry) => _arena.AsSpan(entry + HeaderBytes, Header(entry).KeyBytes);

    /// <summary>Where the key begins in the arena, and its length.</summary>
    public (int Start, int Length) PlaceOfKey(int entry) => (entry + HeaderBytes, Header(entry).KeyBytes);

    /// <summary>The hash given when the entry was added.</summary>
    public uint HashOf(int entry) => Header(entry).Hash;

    /// <summary>The key group given when the entry was added.</summary>
    public ushort KeyGroupOf(int entry) => Header(entry).KeyGroup;

    /// <summary>Where the key in the backend (table, key group, key) begins in the arena, and its length.</summary>
    public (int Start, int Length) FullKeyOf(int entry) => (entry + HeaderBytes - FullKeyBytes, FullKeyBytes + Header(entry).KeyBytes);

    /// <summary>Starts fetching the entry in a slot, if there are that many slots.</summary>
    public unsafe void PrefetchAtSlot(int slot)
    {
        if (Sse.IsSupported && slot < _slots.Length)
            Sse.Prefetch0(Unsafe.AsPointer(ref _arena[(int)(uint)_slots[slot]]));
    }

    /// <summary>Notes that the current batch touches an entry; false if it did before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Touch(int entry)
    {
        ref var header = ref Header(entry);
        if ((header.Flags & TouchedFlag) != 0)
            return false;
        header.Flags |= TouchedFlag;
        return true;
    }

    /// <summary>The batch ends.</summary>
    public void Untouch(int entry) => Header(entry).Flags &= unchecked((ushort)~TouchedFlag);

    /// <summary>The flags.</summary>
    public ref ushort FlagsOf(int entry) => ref Unsafe.As<byte, ushort>(ref _arena[entry + FlagsOffset]);

    /// <summary>The entry in a slot, or 0 if the slot is empty. Going over all slots gives every entry once.</summary>
    public int EntryAtSlot(int slot) => (int)(uint)_slots[slot];

    /// <summary>The hash of the entry in a slot; meaningless if the slot is empty.</summary>
    public uint HashAtSlot(int slot) => (uint)(_slots[slot] >> 32);

    /// <summary>The first entry, or 0 if there is none or they do not all lie one after the other, because some value was deleted or got another
    /// length. Going from there by <see cref="EntryAfter"/> gives every entry once, in the order of adding, and faster than by slots.</summary>
    public int FirstEntry => _isDense && Count > 0 ? FirstOffset : 0;

    /// <summary>The entry behind another one, or 0; see <see cref="FirstEntry"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int EntryAfter(int entry)
    {
        ref var header = ref Header(entry);
        var next = entry + HeaderBytes + Padded(header.KeyBytes) + Padded(header.ValueBytes);
        return next < _used ? next : 0;
    }

    /// <summary>Forgets all entries and keeps the memory, unless it is far more than was used.</summary>
    public void Reset()
    {
        if (_slots.Length > SlotsKeptMax && Count * 16L < _slots.Length)
            _slots = new ulong[_slots.Length / 4];
        else
            Array.Clear(_slots);
        if (_arena.Length > 1 << 20 && _used * 4L < _arena.Length)
            _arena = GC.AllocateUninitializedArray<byte>(_arena.Length / 4);
        _used = FirstOffset;
        _isDense = true;
        Count = 0;
        Tombstones = 0;
        DeadBytes = 0;
    }

    /// <summary>Copies an entry of another layer over this layer's entry of the same key, or adds it. Flags are not copied.</summary>
    public int CopyFrom(HashLayer source, int sourceEntry)
    {
        ref var header = ref source.Header(sourceEntry);
        var entry = Find(header.Hash, source.KeyOf(sourceEntry));
        if (header.ValueBytes == Tombstone)
        {
            if (entry == 0)
                entry = Add(header.Hash, header.KeyGroup, source.KeyOf(sourceEntry), 0);
            Delete(entry);
            return entry;
        }
        if (entry == 0)
            entry = Add(header.Hash, header.KeyGroup, source.KeyOf(sourceEntry), header.ValueBytes);
        else if (Header(entry).ValueBytes != header.ValueBytes)
            entry = ResizeValue(entry, header.ValueBytes);
        source.ValueOf(sourceEntry).CopyTo(ValueOf(entry));
        return entry;
    }

    // Most keys have 8 to 16 bytes: two overlapping words compare them without a call.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    bool KeyEquals(int entry, ReadOnlySpan<byte> key)
    {
        if (Header(entry).KeyBytes != key.Length)
            return false;
        if (key.Length is < 8 or > 16)
            return KeyOf(entry).SequenceEqual(key);
        ref var mine = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_arena), entry + HeaderBytes);
        ref var other = ref MemoryMarshal.GetReference(key);
        return Unsafe.ReadUnaligned<ulong>(ref mine) == Unsafe.ReadUnaligned<ulong>(ref other)
            && Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref mine, key.Length - 8)) == Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref other, key.Length - 8));
    }

    static int Padded(int bytes) => (bytes + 7) & ~7;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ref EntryHeader Header(int entry) =>
        ref Unsafe.As<byte, EntryHeader>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_arena), entry));

    int Allocate(int keyBytes, int valueBytes)
    {
        var size = HeaderBytes + (long)Padded(keyBytes) + Padded(valueBytes);
        if (_used + size > _arena.Length)
            GrowArena(_used + size);
        var entry = _used;
        _used += (int)size;
        return entry;
    }

    void GrowArena(long bytesMin)
    {
        if (bytesMin > Array.MaxLength)
        {
            throw new SqlException(SqlState.ConfigurationLimitExceeded, "the state of one subtask changed by more than 2 GiB in one epoch",
                "Lower execution.checkpointing.interval or state.memory-budget, or raise the parallelism.");
        }
        // Doubling a large array would need more than the budget has.
        var grown = _arena.Length < ArenaDoublesBelow ? _arena.Length * 2L : _arena.Length * 5L / 4;
        if (_arena.Length >= ArenaStepsBelow)
            grown = Math.Max(grown, ExpectedBytes);
        var larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(Math.Max(bytesMin, grown), Array.MaxLength));
        _arena.AsSpan(0, _used).CopyTo(larger);
        _arena = larger;
    }

    void GrowSlots()
    {
        var old = _slots;
        _slots = new ulong[old.Length * 2];
        foreach (var slot in old)
        {
            if (slot != 0)
                InsertSlot((uint)(slot >> 32), (int)(uint)slot);
        }
    }

    void InsertSlot(uint hash, int entry)
    {
        var mask = _slots.Length - 1;
        var index = (int)hash & mask;
        while (_slots[index] != 0)
            index = (index + 1) & mask;
        _slots[index] = ((ulong)hash << 32) | (uint)entry;
    }

    void RepointSlot(uint hash, int from, int to)
    {
        var mask = _slots.Length - 1;
        var index = (int)hash & mask;
        while ((int)(uint)_slots[index] != from)
        {
            Check.That(_slots[index] != 0);
            index = (index + 1) & mask;
        }
        _slots[index] = ((ulong)hash << 32) | (uint)to;
    }

    struct EntryHeader
    {
        const uint KeyBytesMask = 0x3FFFFFFF;

        public uint Hash;
        public int ValueBytes;
        public uint KeyBytesAndFlags;
        public ushort TableId;
        public ushort KeyGroupBigEndian;

        public ushort Flags
        {
            readonly get => (ushort)(KeyBytesAndFlags >> 16);
            set => KeyBytesAndFlags = (KeyBytesAndFlags & 0xFFFF) | ((uint)value << 16);
        }

        public readonly int KeyBytes => (int)(KeyBytesAndFlags & KeyBytesMask);

        public readonly ushort KeyGroup => BinaryPrimitives.ReverseEndianness(KeyGroupBigEndian);
    }
}
