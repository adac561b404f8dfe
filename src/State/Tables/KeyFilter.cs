using System.Runtime.InteropServices;

namespace SqlStream.State.Tables;

/// <summary>Which keys may lie in the backend, by their hashes: never no for one that was added, and yes for about one of a hundred that were not.</summary>
/// <remarks>Bloom filters whose bits for a hash lie in one line of the processor's cache; where one is full, another one four times as large is added.
/// About ten bits a key. Sources: Putze, Sanders and Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007; Almeida et al., "Scalable Bloom
/// Filters", 2007. Not thread-safe.</remarks>
sealed class KeyFilter
{
    const int LineWords = 8;
    const int LineBits = LineWords * 64;
    const int LineKeys = LineBits / 10;
    const int LinesMin = 64;
    const int Growth = 4;
    const int BitsOfHash = 6;
    const int PlaceBits = 9;

    // The newest and largest first: most keys are in it.
    readonly List<ulong[]> _filters = [];
    long _room;

    /// <summary>Bytes that the filters occupy.</summary>
    public long MemoryBytes { get; private set; }

    /// <summary>Adds a hash.</summary>
    public void Add(uint hash)
    {
        if (MayContain(hash))
            return;
        if (_room == 0)
            Grow();
        _room--;
        var line = Line(hash, _filters[0], out var places);
        for (var i = 0; i < BitsOfHash; i++, places >>= PlaceBits)
            line[(int)(places >> 6) & (LineWords - 1)] |= 1UL << (int)(places & 63);
    }

    /// <summary>False if the hash was never added.</summary>
    public bool MayContain(uint hash)
    {
        foreach (var filter in CollectionsMarshal.AsSpan(_filters))
        {
            var line = Line(hash, filter, out var places);
            var i = 0;
            while (i < BitsOfHash && (line[(int)(places >> 6) & (LineWords - 1)] >> (int)(places & 63) & 1) != 0)
            {
                places >>= PlaceBits;
                i++;
            }
            if (i == BitsOfHash)
                return true;
        }
        return false;
    }

    // The line from the upper half of one product, the places in it from another.
    static Span<ulong> Line(uint hash, ulong[] filter, out ulong places)
    {
        var mixed = (hash + 1) * 0x9E3779B97F4A7C15;
        mixed ^= mixed >> 29;
        var line = (int)((mixed >> 32) * (uint)(filter.Length / LineWords) >> 32);
        places = mixed * 0xBF58476D1CE4E5B9 >> (64 - (BitsOfHash * PlaceBits));
        return filter.AsSpan(line * LineWords, LineWords);
    }

    void Grow()
    {
        var lines = _filters.Count == 0 ? LinesMin : _filters[0].Length / LineWords * Growth;
        _filters.Insert(0, new ulong[lines * LineWords]);
        _room = (long)lines * LineKeys;
        MemoryBytes += (long)lines * LineWords * sizeof(ulong);
    }
}
