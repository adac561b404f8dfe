using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using SqlStream.Core.Diagnostics;
using SqlStream.State.Codec;

namespace SqlStream.State.Tables;

/// <summary>A part of a <see cref="CleanCache"/> that fits into the processor's caches: slots of four bytes over at most sixteen pages of
/// entries, which lie in the order in which they came.</summary>
/// <remarks>A slot is <c>tag 14 bits | page 4 | offset 14</c>. Entries are only added; what is superseded or removed stays as dead bytes
/// until the segment is moved into a new one (<see cref="MoveTo"/>), which is also how it splits and how entries are evicted.</remarks>
sealed class CleanSegment(int depth, uint prefix)
{
    const int PagesMax = 16;
    const int PageStart = 4;
    const int OffsetBits = 14;
    const int PlaceBits = OffsetBits + 4;
    const int OffsetMask = (1 << OffsetBits) - 1;
    const int PlaceMask = (1 << PlaceBits) - 1;
    const int SlotsMin = 8;
    const int ObjectBytes = 320;

    readonly byte[][] _pages = new byte[PagesMax][];
    uint[] _slots = new uint[SlotsMin];
    List<LargeEntry?>? _large;
    Stack<int>? _freeLarge;
    int _pageCount;
    int _pageUsed;
    int _firstPageBytes;
    long _largeBytes;

    /// <summary>How many bits of the hash all keys have in common.</summary>
    public int Depth => depth;

    /// <summary>Those bits.</summary>
    public uint Prefix => prefix;

    /// <summary>Entries.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of entries that are superseded or removed.</summary>
    public int DeadBytes { get; private set; }

    /// <summary>Bytes that the segment occupies.</summary>
    public long MemoryBytes => ObjectBytes + (_slots.Length * sizeof(uint)) + (Math.Max(0L, _pageCount - 1) * CleanPages.Bytes) + _firstPageBytes + _largeBytes;

    /// <summary>Pages in use, for going over all entries.</summary>
    public int PageCount => _pageCount;

    /// <summary>A page.</summary>
    public byte[] Page(int number) => _pages[number];

    /// <summary>Where the first entry of a page begins.</summary>
    public static int FirstEntry => PageStart;

    /// <summary>Where the entries of a page end.</summary>
    public int EndOf(int page) => page == _pageCount - 1 ? _pageUsed : MemoryMarshal.Read<ushort>(_pages[page]);

    /// <summary>The place of the entry with that key, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(uint hash, ReadOnlySpan<byte> key)
    {
        var slot = FindSlot(Spread(hash), key);
        return slot < 0 ? -1 : (int)(_slots[slot] & PlaceMask);
    }

    /// <summary>The page and offset of a place.</summary>
    public (byte[] Page, int At) Resolve(int place) => (_pages[place >> OffsetBits], place & OffsetMask);

    /// <summary>The object of a large entry.</summary>
    public LargeEntry Large(byte[] page, int at) => _large![CleanEntry.LargeIndex(page, at)]!;

    /// <summary>The key of the entry at an offset of a page.</summary>
    public ReadOnlySpan<byte> KeyOf(byte[] page, int at) =>
        CleanEntry.Kind(page, at) == CleanKind.Large ? Large(page, at).Key : CleanEntry.Key(page, at, out _, out _);

    /// <summary>Starts fetching the slot of a hash.</summary>
    public unsafe void PrefetchSlot(uint hash)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref _slots[Home(Spread(hash))]));
    }

    /// <summary>Starts fetching the entry that the slot of a hash names.</summary>
    public unsafe void PrefetchEntry(uint hash)
    {
        var slot = _slots[Home(Spread(hash))];
        if (Sse.IsSupported && slot != 0)
            Sse.Prefetch0(Unsafe.AsPointer(ref _pages[(slot & PlaceMask) >> OffsetBits][slot & OffsetMask]));
    }

    /// <summary>Sets the entry of a key; false if there is no room, and then nothing has changed.</summary>
    /// <param name="hash">The key's hash.</param>
    /// <param name="key">The key.</param>
    /// <param name="entry">The entry as <see cref="CleanEntry"/> describes it; of a large one all but the index.</param>
    /// <param name="large">The object of a large entry.</param>
    public bool TryPut(uint hash, ReadOnlySpan<byte> key, Span<byte> entry, LargeEntry? large)
    {
        var spread = Spread(hash);
        var slot = FindSlot(spread, key);
        if (slot >= 0 && large is null && TryOverwrite((int)(_slots[slot] & PlaceMask), entry))
            return true;
        if (!HasRoom(entry.Length))
            return false;
        if (slot >= 0)
            Kill((int)(_slots[slot] & PlaceMask));
        var place = Append(entry, large);
        if (slot >= 0)
            _slots[slot] = Slot(spread, place);
        else
            AddSlot(spread, place);
        return true;
    }

    /// <summary>Removes the entry of a key, if there is one.</summary>
    public bool Remove(uint hash, ReadOnlySpan<byte> key)
    {
        var slot = FindSlot(Spread(hash), key);
        if (slot < 0)
            return false;
        Kill((int)(_slots[slot] & PlaceMask));
        Count--;
        CloseGap(slot);
        return true;
    }

    /// <summary>True if at least an eighth of the segment was not used since it was last looked at, or is dead. Otherwise all entries count
    /// as not used from now on.</summary>
    public bool Age()
    {
        var all = 0;
        var idle = 0;
        for (var number = 0; number < _pageCount; number++)
        {
            var (page, end) = (_pages[number], EndOf(number));
            for (var at = PageStart; at < end; at += CleanEntry.Size(page, at))
            {
                all += CleanEntry.Size(page, at);
                if (CleanEntry.IsDead(page, at) || !CleanEntry.IsUsed(page, at))
                    idle += CleanEntry.Size(page, at);
            }
        }
        if (idle > 0 && idle >= all / 8)
            return true;
        for (var number = 0; number < _pageCount; number++)
        {
            var (page, end) = (_pages[number], EndOf(number));
            for (var at = PageStart; at < end; at += CleanEntry.Size(page, at))
                CleanEntry.SetUsed(page, at, used: false);
        }
        return false;
    }

    /// <summary>Moves the entries into one or two other segments and gives the pages back. Returns the number of entries left out.</summary>
    /// <param name="zero">Receives the entries, or those whose next bit is not set.</param>
    /// <param name="one">Receives those whose next bit is set; null to move all into one segment.</param>
    /// <param name="evictBytes">Bytes of unused entries to leave out, oldest first.</param>
    public int MoveTo(CleanSegment zero, CleanSegment? one, long evictBytes)
    {
        var evicted = 0;
        zero.Reserve(one is null ? Count : Count / 2);
        one?.Reserve(Count / 2);
        for (var number = 0; number < _pageCount; number++)
        {
            var page = _pages[number];
            var end = EndOf(number);
            for (var at = PageStart; at < end;)
            {
                var size = CleanEntry.Size(page, at);
                if (!CleanEntry.IsDead(page, at))
                {
                    if (evictBytes > 0 && !CleanEntry.IsUsed(page, at))
                    {
                        evictBytes -= size;
                        evicted++;
                    }
                    else
                    {
                        MoveEntry(page, at, size, zero, one, clearUsed: evictBytes > 0);
                    }
                }
                at += size;
            }
            CleanPages.Return(page);
            _pages[number] = null!;
        }
        _pageCount = 0;
        return evicted;
    }

    /// <summary>Gives the pages back.</summary>
    public void Release()
    {
        for (var number = 0; number < _pageCount; number++)
            CleanPages.Return(_pages[number]);
        _pageCount = 0;
    }

    static uint Spread(uint hash) => hash * 0x9E3779B1;

    static uint Slot(uint spread, int place) => (spread << PlaceBits) | (uint)place;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    int Home(uint spread) => (int)(((ulong)spread * (uint)_slots.Length) >> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    int FindSlot(uint spread, ReadOnlySpan<byte> key)
    {
        var slots = _slots;
        var tag = spread << PlaceBits;
        for (var index = Home(spread); ;)
        {
            var slot = slots[index];
            if (slot == 0)
                return -1;
            if ((slot & ~(uint)PlaceMask) == tag)
            {
                var (page, at) = Resolve((int)(slot & PlaceMask));
                if (KeyOf(page, at).SequenceEqual(key))
                    return index;
            }
            if (++index == slots.Length)
                index = 0;
        }
    }

    bool TryOverwrite(int place, ReadOnlySpan<byte> entry)
    {
        var (page, at) = Resolve(place);
        var size = CleanEntry.Size(page, at);
        if (entry.Length > size || CleanEntry.Kind(page, at) == CleanKind.Large)
            return false;
        entry.CopyTo(page.AsSpan(at));
        CleanEntry.SetHead(page, at, size, CleanEntry.Kind(page, at), used: true);
        return true;
    }

    void MoveEntry(byte[] page, int at, int size, CleanSegment zero, CleanSegment? one, bool clearUsed)
    {
        if (clearUsed)
            CleanEntry.SetUsed(page, at, used: false);
        var hash = KeyBatch.SlotHash(KeyOf(page, at));
        var target = one is not null && CleanCache.BitOf(hash, depth) ? one : zero;
        var large = CleanEntry.Kind(page, at) == CleanKind.Large ? Large(page, at) : null;
        Check.That(target.HasRoom(size));
        target.AddSlot(Spread(hash), target.Append(page.AsSpan(at, size), large));
    }

    bool HasRoom(int size) => _pageCount < PagesMax || _pages[_pageCount - 1].Length - ZeroSuppressed.SlackBytes - _pageUsed >= size;

    int Append(Span<byte> entry, LargeEntry? large)
    {
        while (_pageCount == 0 || _pages[_pageCount - 1].Length - ZeroSuppressed.SlackBytes - _pageUsed < entry.Length)
            AddPage();
        var page = _pages[_pageCount - 1];
        var at = _pageUsed;
        if (large is not null)
            MemoryMarshal.Write(entry[CleanEntry.FixedBytes..], KeepLarge(large));
        entry.CopyTo(page.AsSpan(at));
        _pageUsed += entry.Length;
        return ((_pageCount - 1) << OffsetBits) | at;
    }

    // The first page begins small: most tables of most jobs hold a few keys.
    void AddPage()
    {
        const int smallest = 240;
        if (_pageCount == 1 && _firstPageBytes < CleanPages.Bytes)
        {
            var larger = _firstPageBytes * 4 < CleanPages.Bytes ? new byte[(_firstPageBytes * 4) + ZeroSuppressed.SlackBytes] : CleanPages.Rent();
            _pages[0].AsSpan(0, _pageUsed).CopyTo(larger);
            _pages[0] = larger;
        }
        else
        {
            if (_pageCount > 0)
                MemoryMarshal.Write(_pages[_pageCount - 1], (ushort)_pageUsed);
            _pages[_pageCount] = _pageCount == 0 && _slots.Length < 1024 ? new byte[smallest + ZeroSuppressed.SlackBytes] : CleanPages.Rent();
            _pageCount++;
            _pageUsed = PageStart;
        }
        _firstPageBytes = _pages[0].Length - ZeroSuppressed.SlackBytes;
    }

    int KeepLarge(LargeEntry large)
    {
        _large ??= [];
        _largeBytes += large.Bytes;
        if (_freeLarge is not null && _freeLarge.TryPop(out var free))
        {
            _large[free] = large;
            return free;
        }
        _large.Add(large);
        return _large.Count - 1;
    }

    void Kill(int place)
    {
        var (page, at) = Resolve(place);
        if (CleanEntry.Kind(page, at) == CleanKind.Large)
        {
            _largeBytes -= Large(page, at).Bytes;
            var index = CleanEntry.LargeIndex(page, at);
            _large![index] = null;
            (_freeLarge ??= []).Push(index);
        }
        CleanEntry.SetDead(page, at);
        DeadBytes += CleanEntry.Size(page, at);
    }

    void AddSlot(uint spread, int place)
    {
        // Full to five sixths: a look-up then reads two or three neighbouring slots.
        if ((Count + 1) * 6 > _slots.Length * 5)
            Resize(_slots.Length < 2048 ? _slots.Length * 2 : _slots.Length * 5 / 4);
        Count++;
        Insert(Slot(spread, place), Home(spread));
    }

    void Insert(uint slot, int index)
    {
        while (_slots[index] != 0)
        {
            if (++index == _slots.Length)
                index = 0;
        }
        _slots[index] = slot;
    }

    void Reserve(int count)
    {
        if (count * 5 / 4 > _slots.Length)
            Resize(count * 5 / 4);
    }

    void Resize(int length)
    {
        var old = _slots;
        _slots = new uint[length];
        foreach (var slot in old)
        {
            if (slot != 0)
                Insert(slot, Home(SpreadOf(slot)));
        }
    }

    uint SpreadOf(uint slot)
    {
        var (page, at) = Resolve((int)(slot & PlaceMask));
        return Spread(KeyBatch.SlotHash(KeyOf(page, at)));
    }

    // Entries behind the gap that would not be found across it move into it.
    void CloseGap(int gap)
    {
        for (var index = gap; ;)
        {
            if (++index == _slots.Length)
                index = 0;
            if (_slots[index] == 0)
                break;
            var home = Home(SpreadOf(_slots[index]));
            var staysFound = gap <= index ? gap < home && home <= index : gap < home || home <= index;
            if (staysFound)
                continue;
            _slots[gap] = _slots[index];
            gap = index;
        }
        _slots[gap] = 0;
    }
}
