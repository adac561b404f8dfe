using System.Numerics;

namespace SqlStream.Connectors.Postgres;

/// <summary>A row in one of several frames.</summary>
/// <param name="Frame">Number of the frame.</param>
/// <param name="Offset">Where the row begins in it.</param>
readonly record struct RowPlace(int Frame, int Offset);

/// <summary>The last change of each key in frames of rows with keys.</summary>
sealed class KeyFold
{
    const int SlotsMin = 1024;

    readonly IReadOnlyList<ReadOnlyMemory<byte>> _frames;
    readonly List<RowPlace> _entries = [];
    readonly List<uint> _hashes = [];
    int[] _slots = new int[SlotsMin];

    public KeyFold(IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        _frames = frames;
        for (var frame = 0; frame < frames.Count; frame++)
        {
            var source = frames[frame].Span;
            for (var offset = 0; offset < source.Length;)
            {
                var row = KeyedRow.Read(source[offset..]);
                Put(source.Slice(offset + KeyedRow.HeaderBytes, row.KeyBytes), new RowPlace(frame, offset));
                offset += row.Bytes;
            }
        }
    }

    /// <summary>The rows that count, in the order in which their keys first came.</summary>
    public IReadOnlyList<RowPlace> Rows => _entries;

    /// <summary>The header of a row.</summary>
    public KeyedRow Header(RowPlace place) => KeyedRow.Read(_frames[place.Frame].Span[place.Offset..]);

    /// <summary>The key of a row, as a row of the key's columns.</summary>
    public ReadOnlyMemory<byte> Key(RowPlace place) => _frames[place.Frame].Slice(place.Offset + KeyedRow.HeaderBytes, Header(place).KeyBytes);

    /// <summary>The row itself.</summary>
    public ReadOnlyMemory<byte> Row(RowPlace place)
    {
        var header = Header(place);
        return _frames[place.Frame].Slice(place.Offset + KeyedRow.HeaderBytes + header.KeyBytes, header.RowBytes);
    }

    void Put(ReadOnlySpan<byte> key, RowPlace place)
    {
        if ((_entries.Count + 1) * 2 > _slots.Length)
            Grow();
        var hash = Hash(key);
        var slot = (int)(hash & (uint)(_slots.Length - 1));
        for (; _slots[slot] != 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            var entry = _slots[slot] - 1;
            if (_hashes[entry] != hash || !Key(_entries[entry]).Span.SequenceEqual(key))
                continue;
            if (!PostgresMutant.Is(PostgresMutant.FirstChangeWins))
                _entries[entry] = place;
            return;
        }
        _entries.Add(place);
        _hashes.Add(hash);
        _slots[slot] = _entries.Count;
    }

    void Grow()
    {
        _slots = new int[_slots.Length * 2];
        for (var entry = 0; entry < _hashes.Count; entry++)
        {
            var slot = (int)(_hashes[entry] & (uint)(_slots.Length - 1));
            while (_slots[slot] != 0)
                slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = entry + 1;
        }
    }

    static uint Hash(ReadOnlySpan<byte> key)
    {
        var hash = 0u;
        for (; key.Length >= sizeof(ulong); key = key[sizeof(ulong)..])
            hash = BitOperations.Crc32C(hash, System.Runtime.InteropServices.MemoryMarshal.Read<ulong>(key));
        foreach (var one in key)
            hash = BitOperations.Crc32C(hash, one);
        // The low bits choose the slot.
        return hash ^ (hash >> 15);
    }
}
