using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>The entries of a table in the order of their keys, copied into memory.</summary>
sealed class SortedRows
{
    const int ChunkBytes = 1 << 20;

    readonly List<byte[]> _chunks = [];
    readonly Entry[] _entries;
    readonly int _end;
    int _chunkUsed;
    int _next;

    public SortedRows(ValueTable table, long offset, long? fetch)
    {
        var entries = new List<Entry>();
        using (var cursor = table.Scan())
        {
            while (cursor.MoveNext())
                entries.Add(Copy(cursor.Key, cursor.Value));
        }
        _entries = [.. entries];
        Array.Sort(_entries, (left, right) => Key(left).SequenceCompareTo(Key(right)));
        _next = (int)Math.Min(offset, _entries.Length);
        _end = fetch is { } rows && rows < _entries.Length - _next ? _next + (int)rows : _entries.Length;
    }

    /// <summary>The value of the entry.</summary>
    public ReadOnlySpan<byte> Row
    {
        get
        {
            var entry = _entries[_next - 1];
            return _chunks[entry.Chunk].AsSpan(entry.Start + entry.KeyBytes, entry.RowBytes);
        }
    }

    /// <summary>Goes to the next entry; false at the end.</summary>
    public bool MoveNext()
    {
        if (_next >= _end)
            return false;
        _next++;
        return true;
    }

    ReadOnlySpan<byte> Key(Entry entry) => _chunks[entry.Chunk].AsSpan(entry.Start, entry.KeyBytes);

    Entry Copy(ReadOnlySpan<byte> key, ReadOnlySpan<byte> row)
    {
        var bytes = key.Length + row.Length;
        if (_chunks.Count == 0 || _chunks[^1].Length - _chunkUsed < bytes)
        {
            _chunks.Add(new byte[Math.Max(ChunkBytes, bytes)]);
            _chunkUsed = 0;
        }
        var target = _chunks[^1].AsSpan(_chunkUsed);
        key.CopyTo(target);
        row.CopyTo(target[key.Length..]);
        var entry = new Entry(_chunks.Count - 1, _chunkUsed, key.Length, row.Length);
        _chunkUsed += bytes;
        return entry;
    }

    readonly record struct Entry(int Chunk, int Start, int KeyBytes, int RowBytes);
}
