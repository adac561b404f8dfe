using SqlStream.Core.Diagnostics;

namespace SqlStream.State.Tables;

/// <summary>The committed entries that a <see cref="ValueTable"/> keeps in memory, as dense as they can be found quickly: entries without
/// padding and zero bytes, behind slots of four bytes that are mostly full. Ten million counters of integers take about 300 MB.</summary>
/// <remarks>Extendible hashing over segments of at most 256 KB: growing splits one segment at a time, evicting rewrites one at a time, so that
/// neither takes long nor needs much memory beside the cache itself. Evicted is what was not used since the hand came by last, oldest first.
/// Bits 20 downwards of a hash choose the segment: a <see cref="HashLayer"/>, which has its entries in the order of the low bits, meets the
/// segments one after the other when it is moved here. Not thread-safe.</remarks>
sealed class CleanCache(int depthMax = CleanCache.DepthMax)
{
    const int DirectoryBits = 21;
    const int DepthMax = 18;
    const int ValueBytesMax = 8 << 10;

    CleanSegment?[] _directory = [null];
    byte[] _scratch = new byte[512];
    int _depth;
    uint _hand;

    /// <summary>Entries.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes that the cache occupies.</summary>
    public long MemoryBytes { get; private set; }

    /// <summary>Entries were dropped for want of room, so that a key that is not here may still exist.</summary>
    public bool HasEvicted { get; private set; }

    /// <summary>Whether the bit after the first <paramref name="depth"/> ones is set.</summary>
    public static bool BitOf(uint hash, int depth) => (hash >> (DirectoryBits - 1 - depth) & 1) != 0;

    /// <summary>The value of a key, marked as used. Valid until the cache changes.</summary>
    public bool TryFind(uint hash, ReadOnlySpan<byte> key, out CleanValue value)
    {
        value = default;
        if (_directory[Index(hash)] is not { } segment)
            return false;
        var place = segment.Find(hash, key);
        if (place < 0)
            return false;
        var (page, at) = segment.Resolve(place);
        CleanEntry.SetUsed(page, at, used: true);
        value = CleanValue.Of(segment, page, at);
        return true;
    }

    /// <summary>Whether there is an entry with that key.</summary>
    public bool Contains(uint hash, ReadOnlySpan<byte> key) => _directory[Index(hash)] is { } segment && segment.Find(hash, key) >= 0;

    /// <summary>Starts fetching what looking up these keys will touch.</summary>
    public void Prefetch(ReadOnlySpan<uint> hashes)
    {
        foreach (var hash in hashes)
            _directory[Index(hash)]?.PrefetchSlot(hash);
        foreach (var hash in hashes)
            _directory[Index(hash)]?.PrefetchEntry(hash);
    }

    /// <summary>Starts fetching the slot of a hash.</summary>
    public void PrefetchSlot(uint hash) => _directory[Index(hash)]?.PrefetchSlot(hash);

    /// <summary>Starts fetching the entry of a hash, whose slot should be there.</summary>
    public void PrefetchEntry(uint hash) => _directory[Index(hash)]?.PrefetchEntry(hash);

    /// <summary>Sets the value of a key.</summary>
    public void Put(uint hash, ushort keyGroup, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        LargeEntry? large = null;
        var size = key.Length + value.Length <= ValueBytesMax ? WriteEntry(keyGroup, key, value) : int.MaxValue;
        if (size > CleanEntry.BytesMax)
        {
            large = new LargeEntry(key.ToArray(), value.ToArray());
            size = CleanEntry.LargeBytes;
            WriteHead(size, CleanKind.Large, keyGroup);
        }
        while (true)
        {
            var segment = _directory[Index(hash)] ?? AddSegment(hash);
            var bytes = segment.MemoryBytes;
            var count = segment.Count;
            var isDone = segment.TryPut(hash, key, _scratch.AsSpan(0, size), large);
            MemoryBytes += segment.MemoryBytes - bytes;
            Count += segment.Count - count;
            if (isDone)
                return;
            MakeRoom(segment);
        }
    }

    /// <summary>Removes a key, if it is there.</summary>
    public void Remove(uint hash, ReadOnlySpan<byte> key)
    {
        if (_directory[Index(hash)] is not { } segment)
            return;
        var bytes = segment.MemoryBytes;
        if (segment.Remove(hash, key))
            Count--;
        MemoryBytes += segment.MemoryBytes - bytes;
        if (segment.DeadBytes > CleanPages.Bytes && segment.DeadBytes > segment.MemoryBytes / 2)
            Rewrite(segment, evictBytes: 0);
    }

    /// <summary>Drops entries until so many bytes are free, or nothing is left.</summary>
    public void Trim(long bytes)
    {
        var target = Math.Max(0, MemoryBytes - bytes);
        // Two rounds: the first may find everything used.
        for (var steps = 2L * _directory.Length; steps > 0 && MemoryBytes > target && Count > 0; steps--)
        {
            var segment = _directory[_hand++ & (uint)(_directory.Length - 1)];
            if (segment is null || !segment.Age())
                continue;
            Rewrite(segment, Math.Max(Math.Min(MemoryBytes - target, segment.MemoryBytes / 2), CleanPages.Bytes));
        }
    }

    /// <summary>Drops everything, as evicted if there was anything.</summary>
    public void Clear()
    {
        foreach (var segment in Segments())
            segment.Release();
        HasEvicted |= Count > 0;
        _directory = [null];
        _depth = 0;
        Count = 0;
        MemoryBytes = 0;
    }

    /// <summary>All segments, each once.</summary>
    public IEnumerable<CleanSegment> Segments()
    {
        for (var i = 0u; i < _directory.Length; i++)
        {
            if (_directory[i] is { } segment && i == segment.Prefix << (_depth - segment.Depth))
                yield return segment;
        }
    }

    uint Index(uint hash) => (hash & ((1u << DirectoryBits) - 1)) >> (DirectoryBits - _depth);

    CleanSegment AddSegment(uint hash)
    {
        Check.That(_directory.Length == 1);
        var segment = new CleanSegment(0, 0);
        _directory[Index(hash)] = segment;
        MemoryBytes += segment.MemoryBytes;
        return segment;
    }

    void MakeRoom(CleanSegment segment)
    {
        // Keys whose hashes agree in all these bits are evicted rather than kept in a chain that everybody would search.
        if (segment.DeadBytes > segment.MemoryBytes / 4)
            Rewrite(segment, evictBytes: 0);
        else if (segment.Depth < depthMax)
            Split(segment);
        else
            RewriteWhole(segment);
    }

    void RewriteWhole(CleanSegment segment)
    {
        segment.Age();
        segment.Age();
        Rewrite(segment, segment.MemoryBytes / 2);
    }

    void Rewrite(CleanSegment segment, long evictBytes)
    {
        var fresh = new CleanSegment(segment.Depth, segment.Prefix);
        var bytes = segment.MemoryBytes;
        var evicted = segment.MoveTo(fresh, null, evictBytes);
        HasEvicted |= evicted > 0;
        Count -= evicted;
        MemoryBytes += fresh.MemoryBytes - bytes;
        Place(fresh);
    }

    void Split(CleanSegment segment)
    {
        if (segment.Depth == _depth)
            DoubleDirectory();
        var zero = new CleanSegment(segment.Depth + 1, segment.Prefix << 1);
        var one = new CleanSegment(segment.Depth + 1, (segment.Prefix << 1) | 1);
        var bytes = segment.MemoryBytes;
        segment.MoveTo(zero, one, 0);
        MemoryBytes += zero.MemoryBytes + one.MemoryBytes - bytes;
        Place(zero);
        Place(one);
    }

    void DoubleDirectory()
    {
        var doubled = new CleanSegment?[_directory.Length * 2];
        for (var i = 0; i < doubled.Length; i++)
            doubled[i] = _directory[i / 2];
        _directory = doubled;
        _depth++;
    }

    void Place(CleanSegment segment)
    {
        var width = 1 << (_depth - segment.Depth);
        _directory.AsSpan((int)segment.Prefix * width, width).Fill(segment);
    }

    // Returns the size of the entry, or more than it may have.
    int WriteEntry(ushort keyGroup, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var valueAt = CleanEntry.FixedBytes + CleanEntry.LengthBytes(key.Length) + CleanEntry.LengthBytes(value.Length) + key.Length;
        var bytesMax = valueAt + ZeroSuppressed.BytesMax(value.Length);
        if (_scratch.Length < bytesMax)
            _scratch = new byte[bytesMax];
        var at = CleanEntry.FixedBytes;
        CleanEntry.WriteLength(_scratch, ref at, key.Length);
        CleanEntry.WriteLength(_scratch, ref at, value.Length);
        key.CopyTo(_scratch.AsSpan(at));
        var encoded = ZeroSuppressed.Encode(value, _scratch.AsSpan(valueAt));
        var kind = CleanKind.Suppressed;
        if (encoded >= value.Length)
        {
            value.CopyTo(_scratch.AsSpan(valueAt));
            encoded = value.Length;
            kind = CleanKind.Raw;
        }
        if (valueAt + encoded <= CleanEntry.BytesMax)
            WriteHead(valueAt + encoded, kind, keyGroup);
        return valueAt + encoded;
    }

    // A new entry counts as unused: what comes once and never again is evicted before what comes again.
    void WriteHead(int size, CleanKind kind, ushort keyGroup)
    {
        CleanEntry.SetHead(_scratch, 0, size, kind, used: false);
        System.Runtime.InteropServices.MemoryMarshal.Write(_scratch.AsSpan(2), keyGroup);
    }
}

/// <summary>A value in a <see cref="CleanCache"/>, encoded.</summary>
readonly struct CleanValue
{
    readonly byte[] _bytes;
    readonly int _at;
    readonly bool _isSuppressed;

    CleanValue(byte[] bytes, int at, int length, bool isSuppressed)
    {
        _bytes = bytes;
        _at = at;
        _isSuppressed = isSuppressed;
        Length = length;
    }

    /// <summary>Length of the value.</summary>
    public int Length { get; }

    /// <summary>The value of the entry at an offset of a page.</summary>
    public static CleanValue Of(CleanSegment segment, byte[] page, int at)
    {
        var kind = CleanEntry.Kind(page, at);
        if (kind == CleanKind.Large)
        {
            var value = segment.Large(page, at).Value;
            return new CleanValue(value, 0, value.Length, isSuppressed: false);
        }
        CleanEntry.Key(page, at, out var valueAt, out var length);
        return new CleanValue(page, valueAt, length, kind == CleanKind.Suppressed);
    }

    /// <summary>Writes the value to where it is wanted, which has its length.</summary>
    public void CopyTo(Span<byte> target)
    {
        Check.That(target.Length == Length);
        if (_isSuppressed)
            ZeroSuppressed.Decode(ref _bytes[_at], target);
        else
            _bytes.AsSpan(_at, Length).CopyTo(target);
    }
}

/// <summary>Goes over the entries of a <see cref="CleanCache"/>, which must not change meanwhile.</summary>
sealed class CleanCursor(CleanCache cache)
{
    readonly List<CleanSegment> _segments = [.. cache.Segments()];
    int _segment;
    int _page;
    int _at = CleanSegment.FirstEntry;
    byte[] _value = [];
    int _valueBytes;

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key => Segment.KeyOf(Segment.Page(_page), _at);

    /// <summary>The key group.</summary>
    public ushort KeyGroup => CleanEntry.KeyGroup(Segment.Page(_page), _at);

    /// <summary>The value, valid until the next move.</summary>
    public ReadOnlySpan<byte> Value => _value.AsSpan(0, _valueBytes);

    CleanSegment Segment => _segments[_segment];

    /// <summary>Goes to the next entry; false at the end.</summary>
    public bool MoveNext()
    {
        var next = _started;
        _started = true;
        for (; _segment < _segments.Count; _segment++, _page = 0, _at = CleanSegment.FirstEntry, next = false)
        {
            for (; _page < Segment.PageCount; _page++, _at = CleanSegment.FirstEntry, next = false)
            {
                var page = Segment.Page(_page);
                if (next)
                    _at += CleanEntry.Size(page, _at);
                for (var end = Segment.EndOf(_page); _at < end; _at += CleanEntry.Size(page, _at))
                {
                    if (!CleanEntry.IsDead(page, _at))
                        return true;
                }
            }
        }
        return false;
    }

    /// <summary>Decodes the value of the current entry.</summary>
    public void ReadValue()
    {
        var value = CleanValue.Of(Segment, Segment.Page(_page), _at);
        if (_value.Length < value.Length)
            _value = new byte[Math.Max(value.Length, _value.Length * 2)];
        _valueBytes = value.Length;
        value.CopyTo(_value.AsSpan(0, _valueBytes));
    }

    bool _started;
}
