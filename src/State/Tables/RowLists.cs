using System.Buffers.Binary;
using SqlStream.Core.Diagnostics;

namespace SqlStream.State.Tables;

/// <summary>Lists of rows by key: a bag of encoded rows for each key, each row with a number that its owner gives a meaning.</summary>
/// <remarks>A list is kept in chunks, each a value of a <see cref="ValueTable"/> under <c>key | chunk u32</c>: a short list is one lookup, and a long
/// one is never copied as a whole. A chunk is <c>bytes used i32 | chunks of the list i32 (in the first one) | rows</c>, a row
/// <c>note i32 | length i32 | bytes</c>, little endian; what is behind the rows is zero. Keys of a batch are fetched together before they are
/// used: <see cref="WillSelect"/> for each, <see cref="Fetch"/>, and <see cref="EndBatch"/> after the last use. Mailbox thread only.</remarks>
/// <param name="table">The table.</param>
/// <param name="timeBytes">Bytes before each row that say when it came, and do not make it another row: 8, or none.</param>
public sealed class RowLists(ValueTable table, int timeBytes = 0)
{
    const int HeaderBytes = 8;
    const int RowHeadBytes = 8;
    const int ChunkBytesMin = 128;
    const int ChunkBytesMax = 4096;

    readonly ChunkKey _key = new();
    byte[] _moved = [];
    int _chunks;
    int _chunk;

    /// <summary>The table.</summary>
    public ValueTable Table => table;

    /// <summary>Where the next row begins in <see cref="Content"/>.</summary>
    public int Position { get; set; }

    /// <summary>True while there is a chunk that was not gone over.</summary>
    public bool HasChunk => _chunk < _chunks;

    /// <summary>Where the first row of a chunk begins.</summary>
    public static int FirstPosition => HeaderBytes;

    /// <summary>Begins to gather the keys of a batch.</summary>
    public void BeginBatch() => table.BeginPeek();

    /// <summary>Notes a key that will be selected.</summary>
    public void WillSelect(ushort keyGroup, ReadOnlySpan<byte> key)
    {
        _key.Select(keyGroup, key);
        table.WillPeek(keyGroup, _key[0]);
    }

    /// <summary>Reads the first chunks of all keys of the batch that are not in memory.</summary>
    public void Fetch() => table.Fetch();

    /// <summary>The batch ends.</summary>
    public void EndBatch() => table.EndPeek();

    /// <summary>Turns to the list of a key, to its first row.</summary>
    public void Select(ushort keyGroup, ReadOnlySpan<byte> key)
    {
        _key.Select(keyGroup, key);
        _chunks = 0;
        if (Chunk(0) is { IsEmpty: false } first)
            _chunks = BinaryPrimitives.ReadInt32LittleEndian(first[sizeof(int)..]);
        _chunk = 0;
        Position = HeaderBytes;
    }

    /// <summary>The rows of the current chunk, to be read from <see cref="Position"/> by <see cref="RowAt"/>. Valid until the list is changed.</summary>
    public ReadOnlySpan<byte> Content()
    {
        var chunk = Chunk(_chunk);
        return chunk[..BinaryPrimitives.ReadInt32LittleEndian(chunk)];
    }

    /// <summary>Goes to the next chunk.</summary>
    public void NextChunk()
    {
        _chunk++;
        Position = HeaderBytes;
    }

    /// <summary>The row at a position of a chunk.</summary>
    public static ReadOnlySpan<byte> RowAt(ReadOnlySpan<byte> chunk, int position) =>
        chunk.Slice(position + RowHeadBytes, BinaryPrimitives.ReadInt32LittleEndian(chunk[(position + sizeof(int))..]));

    /// <summary>The number of the row at a position of a chunk.</summary>
    public static int NoteAt(ReadOnlySpan<byte> chunk, int position) => BinaryPrimitives.ReadInt32LittleEndian(chunk[position..]);

    /// <summary>The position behind the row at a position of a chunk.</summary>
    public static int PositionAfter(ReadOnlySpan<byte> chunk, int position) =>
        position + RowHeadBytes + BinaryPrimitives.ReadInt32LittleEndian(chunk[(position + sizeof(int))..]);

    /// <summary>How much of a chunk is used.</summary>
    public static int UsedBytes(ReadOnlySpan<byte> chunk) => BinaryPrimitives.ReadInt32LittleEndian(chunk);

    /// <summary>Which chunk <see cref="Content"/> gives.</summary>
    public int CurrentChunk
    {
        get => _chunk;
        set => _chunk = value;
    }

    /// <summary>Sets the number of the row at a position of the current chunk.</summary>
    public void SetNote(int position, int note) =>
        BinaryPrimitives.WriteInt32LittleEndian(Edit(_chunk, HeaderBytes)[position..], note);

    /// <summary>Adds a row to the selected list.</summary>
    public void Append(ReadOnlySpan<byte> row, int note)
    {
        var size = RowHeadBytes + row.Length;
        if (_chunks > 0)
        {
            var last = Chunk(_chunks - 1);
            var used = UsedBytes(last);
            if (used + size <= ChunkBytesMax)
            {
                var length = used + size <= last.Length ? last.Length : Math.Max(used + size, Math.Min(ChunkBytesMax, last.Length * 2));
                Write(Edit(_chunks - 1, length), used, row, note);
                return;
            }
        }
        var chunk = _chunks++;
        Write(Edit(chunk, Math.Max(ChunkBytesMin, HeaderBytes + size)), HeaderBytes, row, note);
        WriteChunks();
    }

    /// <summary>Removes one row of the selected list that is equal to another one; false if there is none.</summary>
    public bool TryRemove(ReadOnlySpan<byte> row, out int note, out long time)
    {
        for (_chunk = 0; _chunk < _chunks; _chunk++)
        {
            var content = Content();
            for (var at = HeaderBytes; at < content.Length; at = PositionAfter(content, at))
            {
                if (!RowAt(content, at)[timeBytes..].SequenceEqual(row))
                    continue;
                note = NoteAt(content, at);
                time = timeBytes == 0 ? 0 : TimeOf(RowAt(content, at));
                Remove(at, RowHeadBytes + timeBytes + row.Length);
                return true;
            }
        }
        note = 0;
        time = 0;
        return false;
    }

    /// <summary>Goes behind the last row.</summary>
    public void SkipAll() => _chunk = _chunks;

    /// <summary>Removes all rows of the selected list.</summary>
    public void Clear()
    {
        while (_chunks > 0)
            table.Put(_key.KeyGroup, _key[--_chunks], []);
        _chunk = 0;
    }

    /// <summary>Removes the rows of the selected list whose times are from one to another.</summary>
    public void RemoveBetween(long first, long last)
    {
        for (_chunk = 0; _chunk < _chunks;)
        {
            var chunks = _chunks;
            var content = Content();
            for (var at = HeaderBytes; at < content.Length && _chunks == chunks;)
            {
                if (TimeOf(RowAt(content, at)) is var time && (time < first || time > last))
                {
                    at = PositionAfter(content, at);
                    continue;
                }
                Remove(at, PositionAfter(content, at) - at);
                if (_chunks == chunks)
                    content = Content();
            }
            // Another chunk has taken the place of one that went.
            if (_chunks == chunks)
                _chunk++;
        }
    }

    /// <summary>When a row came, where rows have times.</summary>
    public static long TimeOf(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadInt64LittleEndian(row);

    void Remove(int at, int size)
    {
        var content = Edit(_chunk, HeaderBytes);
        var used = UsedBytes(content);
        content[(at + size)..used].CopyTo(content[at..]);
        content[(used - size)..used].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(content, used - size);
        if (used - size == HeaderBytes)
            DropChunk();
    }

    // The last chunk takes the place of one that has no rows any more.
    void DropChunk()
    {
        var last = --_chunks;
        if (_chunk != last)
        {
            var from = Chunk(last);
            var used = UsedBytes(from);
            if (_moved.Length < used)
                _moved = new byte[Math.Max(ChunkBytesMax, used)];
            from[..used].CopyTo(_moved);
            _moved.AsSpan(0, used).CopyTo(Edit(_chunk, used));
        }
        table.Put(_key.KeyGroup, _key[last], []);
        if (_chunks > 0)
            WriteChunks();
    }

    void WriteChunks() => BinaryPrimitives.WriteInt32LittleEndian(Edit(0, HeaderBytes)[sizeof(int)..], _chunks);

    static void Write(Span<byte> chunk, int at, ReadOnlySpan<byte> row, int note)
    {
        BinaryPrimitives.WriteInt32LittleEndian(chunk[at..], note);
        BinaryPrimitives.WriteInt32LittleEndian(chunk[(at + sizeof(int))..], row.Length);
        row.CopyTo(chunk[(at + RowHeadBytes)..]);
        BinaryPrimitives.WriteInt32LittleEndian(chunk, at + RowHeadBytes + row.Length);
    }

    ReadOnlySpan<byte> Chunk(int chunk)
    {
        var content = chunk == 0 ? table.Peek(_key[0]) : table.Get(_key.KeyGroup, _key[chunk]);
        Check.That(chunk == 0 || content.Length >= HeaderBytes);
        return content;
    }

    Span<byte> Edit(int chunk, int bytesMin) => table.Edit(_key.KeyGroup, _key[chunk], bytesMin, isFetched: chunk == 0);
}
