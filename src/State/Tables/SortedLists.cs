using System.Buffers.Binary;
using SqlStream.Core.Diagnostics;

namespace SqlStream.State.Tables;

/// <summary>Ordered lists of rows by key: for each key encoded rows in the order of the bytes they are sorted by; rows that those do not tell
/// apart stand as they were put.</summary>
/// <remarks>A list is kept in chunks, each a value of a <see cref="ValueTable"/> under <c>key | chunk u32</c>. A short list is chunk 0 alone, a
/// <b>leaf</b>: <c>0 i32 | bytes used i32 | rows i32 | where the last row begins i32 | rows</c>, a row <c>sort key length i32 | row length i32 | sort key |
/// row</c>. Of a long list chunk 0 is the <b>directory</b> of its leaves: <c>1 i32 | bytes used i32 | leaves i32 | next free chunk i32 | leaves</c>, each
/// <c>chunk i32 | rows i32 | key length i32 | key</c>, where no row of a leaf comes before its key. Little endian; what is behind the used bytes has no
/// meaning. Chunks 0 of a batch are fetched together before they are used: <see cref="WillSelect"/> for each, <see cref="Fetch"/>, and
/// <see cref="EndBatch"/> after the last use. Mailbox thread only.</remarks>
/// <param name="table">Where the lists are kept; <see cref="TurnTo"/> says of another.</param>
public sealed class SortedLists(ValueTable table)
{
    /// <summary>A leaf that grows beyond is split.</summary>
    public const int LeafBytesMax = 4096;

    const int HeaderBytes = 16;
    const int RowHeadBytes = 8;
    const int LeafHeadBytes = 12;
    const int LeafBytesMin = 128;
    const int MergedBytesMax = LeafBytesMax * 3 / 4;

    readonly ChunkKey _key = new();
    byte[] _moved = new byte[LeafBytesMax];
    byte[] _leaf = new byte[LeafBytesMax];
    readonly List<(int Chunk, int Rows, byte[] Key)> _leaves = [];
    bool _leavesKnown;
    int _nextChunk;
    int _leafIndex;
    int _at;
    int _next;
    int _leafEnd;
    int _sortKeyBytes;
    int _rowBytes;
    bool _isDirectory;

    /// <summary>The table.</summary>
    public ValueTable Table => table;

    /// <summary>Goes over to the lists of another table, between batches; a list must be selected then.</summary>
    public void TurnTo(ValueTable other) => table = other;

    /// <summary>What the row that <see cref="MoveNext"/> went to is sorted by. Valid until the next call of it.</summary>
    public ReadOnlySpan<byte> SortKey => _leaf.AsSpan(_at + RowHeadBytes, _sortKeyBytes);

    /// <summary>The row that <see cref="MoveNext"/> went to. Valid until the next call of it.</summary>
    public ReadOnlySpan<byte> Row => _leaf.AsSpan(_at + RowHeadBytes + _sortKeyBytes, _rowBytes);

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

    /// <summary>Turns to the list of a key.</summary>
    public void Select(ushort keyGroup, ReadOnlySpan<byte> key)
    {
        _key.Select(keyGroup, key);
        var root = Chunk(0);
        _isDirectory = !root.IsEmpty && Int(root, 0) == 1;
        _leavesKnown = false;
        Rewind();
    }

    /// <summary>Turns to the list of a key for reading alone, while the table is scanned.</summary>
    /// <param name="keyGroup">The key group.</param>
    /// <param name="key">The key.</param>
    /// <param name="firstChunk">What the scan gives as its first chunk.</param>
    public void Open(ushort keyGroup, ReadOnlySpan<byte> key, ReadOnlySpan<byte> firstChunk)
    {
        _key.Select(keyGroup, key);
        _isDirectory = Int(firstChunk, 0) == 1;
        _leavesKnown = false;
        Rewind();
        if (_isDirectory)
            ReadDirectory(firstChunk);
        else
            ReadLeaf(firstChunk);
        _leafIndex = _isDirectory ? -1 : 0;
    }

    /// <summary>True if the list has at least so many rows, and all of them come before a sort key.</summary>
    /// <param name="sortKey">The sort key.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="strictly">Rows of that sort key do not come before it.</param>
    public bool IsFullBefore(ReadOnlySpan<byte> sortKey, long rows, bool strictly)
    {
        if (_isDirectory)
        {
            ReadDirectory();
            var total = 0L;
            foreach (var leaf in _leaves)
                total += leaf.Rows;
            if (total < rows)
                return false;
        }
        var last = _isDirectory ? Chunk(_leaves[^1].Chunk) : Chunk(0);
        return !last.IsEmpty && (_isDirectory || Int(last, 8) >= rows) && IsBefore(SortKeyAt(last, Int(last, 12)), sortKey, strictly);
    }

    /// <summary>Goes before the first row.</summary>
    public void Rewind()
    {
        _leafIndex = -1;
        _next = _leafEnd = 0;
    }

    /// <summary>Goes to the next row; false at the end. The list must not be changed between.</summary>
    public bool MoveNext()
    {
        if (_next >= _leafEnd && !NextLeaf())
            return false;
        _at = _next;
        _sortKeyBytes = Int(_leaf, _at);
        _rowBytes = Int(_leaf, _at + sizeof(int));
        _next = After(_leaf, _at);
        return true;
    }

    /// <summary>Puts a row behind, or before, those that have its sort key.</summary>
    public void Insert(ReadOnlySpan<byte> sortKey, ReadOnlySpan<byte> row, bool before)
    {
        var index = _isDirectory ? LeafFor(sortKey, before) : 0;
        var chunk = _isDirectory ? _leaves[index].Chunk : 0;
        var size = RowHeadBytes + sortKey.Length + row.Length;
        var old = Chunk(chunk);
        var used = old.IsEmpty ? HeaderBytes : Int(old, 4);
        var length = used + size <= old.Length ? old.Length : Math.Max(used + size, Math.Min(LeafBytesMax, Math.Max(LeafBytesMin, old.Length * 2)));
        var leaf = Edit(chunk, length);
        var at = HeaderBytes;
        while (at < used && IsBefore(SortKeyAt(leaf, at), sortKey, before))
            at = After(leaf, at);
        leaf[at..used].CopyTo(leaf[(at + size)..]);
        Put(leaf, at, sortKey.Length);
        Put(leaf, at + sizeof(int), row.Length);
        sortKey.CopyTo(leaf[(at + RowHeadBytes)..]);
        row.CopyTo(leaf[(at + RowHeadBytes + sortKey.Length)..]);
        Put(leaf, 4, used + size);
        Put(leaf, 8, Int(leaf, 8) + 1);
        Put(leaf, 12, at == used ? at : Int(leaf, 12) + size);
        if (_isDirectory)
            SetRows(index, _leaves[index].Rows + 1);
        if (used + size > LeafBytesMax && Int(leaf, 8) > 1)
            Split(index, chunk);
        Rewind();
    }

    /// <summary>Removes a row that is equal to another one; false if there is none.</summary>
    public bool TryRemove(ReadOnlySpan<byte> sortKey, ReadOnlySpan<byte> row)
    {
        for (var index = _isDirectory ? LeafFor(sortKey, before: true) : 0; index < LeafCount; index++)
        {
            var chunk = _isDirectory ? _leaves[index].Chunk : 0;
            var leaf = Chunk(chunk);
            var used = leaf.IsEmpty ? 0 : Int(leaf, 4);
            for (var (at, previous) = (HeaderBytes, 0); at < used; (previous, at) = (at, After(leaf, at)))
            {
                var order = SortKeyAt(leaf, at).SequenceCompareTo(sortKey);
                if (order > 0)
                    return false;
                if (order < 0 || !RowAt(leaf, at).SequenceEqual(row))
                    continue;
                Remove(index, chunk, at, previous);
                Rewind();
                return true;
            }
        }
        return false;
    }

    /// <summary>Removes all rows behind the first ones.</summary>
    public void Truncate(long rows)
    {
        if (!_isDirectory)
        {
            if (Chunk(0) is { IsEmpty: false } leaf && Int(leaf, 8) > rows)
                TruncateLeaf(0, (int)rows);
            Rewind();
            return;
        }
        ReadDirectory();
        var first = 0;
        var kept = rows;
        while (first < _leaves.Count && _leaves[first].Rows <= kept)
            kept -= _leaves[first++].Rows;
        if (first == _leaves.Count)
        {
            Rewind();
            return;
        }
        if (kept > 0)
        {
            TruncateLeaf(_leaves[first].Chunk, (int)kept);
            _leaves[first] = _leaves[first] with { Rows = (int)kept };
            first++;
        }
        foreach (var (chunk, _, _) in _leaves.Skip(first))
            table.Put(_key.KeyGroup, _key[chunk], []);
        _leaves.RemoveRange(first, _leaves.Count - first);
        WriteDirectory();
        Rewind();
    }

    /// <summary>Removes so many rows at the beginning.</summary>
    public void RemoveFirst(long rows)
    {
        if (_isDirectory)
            ReadDirectory();
        while (rows > 0 && _isDirectory && _leaves[0].Rows <= rows)
        {
            rows -= _leaves[0].Rows;
            Drop(0);
        }
        if (rows > 0)
            CutLeaf(rows);
        Rewind();
    }

    int LeafCount => _isDirectory ? _leaves.Count : 1;

    bool NextLeaf()
    {
        if (_isDirectory)
            ReadDirectory();
        while (++_leafIndex < LeafCount)
        {
            var leaf = _isDirectory ? Chunk(_leaves[_leafIndex].Chunk) : Chunk(0);
            if (leaf.IsEmpty)
                continue;
            ReadLeaf(leaf);
            return true;
        }
        return false;
    }

    void ReadLeaf(ReadOnlySpan<byte> leaf)
    {
        _leafEnd = Int(leaf, 4);
        if (_leaf.Length < _leafEnd)
            _leaf = new byte[_leafEnd * 2];
        leaf[.._leafEnd].CopyTo(_leaf);
        _next = HeaderBytes;
    }

    // The last leaf whose rows do not all come behind; behind those of the same sort key, or before them.
    int LeafFor(ReadOnlySpan<byte> sortKey, bool before)
    {
        ReadDirectory();
        var index = 0;
        while (index + 1 < _leaves.Count && IsBefore(_leaves[index + 1].Key, sortKey, before))
            index++;
        return index;
    }

    static bool IsBefore(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, bool strictly)
    {
        var order = one.SequenceCompareTo(other);
        return strictly ? order < 0 : order <= 0;
    }

    void Split(int index, int chunk)
    {
        var leaf = Chunk(chunk);
        var used = Int(leaf, 4);
        var rows = Int(leaf, 8);
        var (middle, before, last) = (After(leaf, HeaderBytes), 1, HeaderBytes);
        for (var next = After(leaf, middle); next < used && next <= used / 2; next = After(leaf, middle))
            (last, middle, before) = (middle, next, before + 1);
        var key = SortKeyAt(leaf, middle).ToArray();
        if (!_isDirectory)
        {
            // Chunk 0 becomes the directory.
            _leaves.Clear();
            _leavesKnown = _isDirectory = true;
            _nextChunk = 1;
            var content = Copied(leaf[..used]);
            table.Put(_key.KeyGroup, _key[0], []);
            _leaves.Add((_nextChunk, rows, []));
            content.CopyTo(Edit(_nextChunk, Math.Max(LeafBytesMax, used)));
            chunk = _nextChunk++;
            leaf = Chunk(chunk);
        }
        var tail = Copied(leaf[middle..used]);
        var added = _nextChunk++;
        var target = Edit(added, Math.Max(LeafBytesMax, HeaderBytes + tail.Length));
        tail.CopyTo(target[HeaderBytes..]);
        Put(target, 0, 0);
        Put(target, 4, HeaderBytes + tail.Length);
        Put(target, 8, rows - before);
        Put(target, 12, LastOf(target));
        var head = Edit(chunk, HeaderBytes);
        Put(head, 4, middle);
        Put(head, 8, before);
        Put(head, 12, last);
        _leaves[index] = _leaves[index] with { Rows = before };
        _leaves.Insert(index + 1, (added, rows - before, key));
        WriteDirectory();
    }

    void Remove(int index, int chunk, int at, int previous)
    {
        var leaf = Edit(chunk, HeaderBytes);
        var used = Int(leaf, 4);
        var size = After(leaf, at) - at;
        leaf[(at + size)..used].CopyTo(leaf[at..]);
        used -= size;
        Put(leaf, 4, used);
        Put(leaf, 8, Int(leaf, 8) - 1);
        Put(leaf, 12, at == used ? previous : Int(leaf, 12) - size);
        if (!_isDirectory)
        {
            if (used == HeaderBytes)
                table.Put(_key.KeyGroup, _key[0], []);
            return;
        }
        SetRows(index, _leaves[index].Rows - 1);
        if (used == HeaderBytes)
            Drop(index);
        else if (used < LeafBytesMax / 4)
            Merge(index);
    }

    void Drop(int index)
    {
        table.Put(_key.KeyGroup, _key[_leaves[index].Chunk], []);
        _leaves.RemoveAt(index);
        WriteDirectory();
    }

    // A small leaf takes over the next one, or is taken over by the one before, where both fit in one; a last small one becomes chunk 0.
    void Merge(int index)
    {
        if (_leaves.Count == 1)
        {
            WriteDirectory();
            return;
        }
        var first = index + 1 < _leaves.Count ? index : index - 1;
        var (one, other) = (_leaves[first], _leaves[first + 1]);
        var tail = Chunk(other.Chunk);
        var tailBytes = Int(tail, 4) - HeaderBytes;
        var content = Copied(tail.Slice(HeaderBytes, tailBytes));
        var used = Int(Chunk(one.Chunk), 4);
        if (used + tailBytes > MergedBytesMax)
            return;
        var leaf = Edit(one.Chunk, used + tailBytes);
        content.CopyTo(leaf[used..]);
        Put(leaf, 4, used + tailBytes);
        Put(leaf, 8, one.Rows + other.Rows);
        Put(leaf, 12, LastOf(leaf));
        _leaves[first] = one with { Rows = one.Rows + other.Rows };
        Drop(first + 1);
    }

    void TruncateLeaf(int chunk, int rows)
    {
        if (rows == 0)
        {
            table.Put(_key.KeyGroup, _key[chunk], []);
            return;
        }
        var leaf = Edit(chunk, HeaderBytes);
        var (at, last) = (HeaderBytes, 0);
        for (var i = 0; i < rows; i++)
            (last, at) = (at, After(leaf, at));
        Put(leaf, 4, at);
        Put(leaf, 8, rows);
        Put(leaf, 12, last);
    }

    void CutLeaf(long rows)
    {
        var chunk = _isDirectory ? _leaves[0].Chunk : 0;
        if (Chunk(chunk) is { IsEmpty: true })
            return;
        var leaf = Edit(chunk, HeaderBytes);
        var used = Int(leaf, 4);
        var (at, removed) = (HeaderBytes, 0);
        for (; at < used && removed < rows; removed++)
            at = After(leaf, at);
        if (at == used)
        {
            table.Put(_key.KeyGroup, _key[0], []);
            return;
        }
        leaf[at..used].CopyTo(leaf[HeaderBytes..]);
        Put(leaf, 4, used - (at - HeaderBytes));
        Put(leaf, 8, Int(leaf, 8) - removed);
        Put(leaf, 12, Int(leaf, 12) - (at - HeaderBytes));
        if (_isDirectory)
            SetRows(0, _leaves[0].Rows - removed);
    }

    static int LastOf(ReadOnlySpan<byte> leaf)
    {
        var (at, last, used) = (HeaderBytes, 0, Int(leaf, 4));
        while (at < used)
            (last, at) = (at, After(leaf, at));
        return last;
    }

    void ReadDirectory()
    {
        if (!_leavesKnown)
            ReadDirectory(Chunk(0));
    }

    void ReadDirectory(ReadOnlySpan<byte> root)
    {
        _leavesKnown = true;
        _leaves.Clear();
        _nextChunk = Int(root, 12);
        var at = HeaderBytes;
        for (var used = Int(root, 4); at < used;)
        {
            var length = Int(root, at + (2 * sizeof(int)));
            _leaves.Add((Int(root, at), Int(root, at + sizeof(int)), root.Slice(at + LeafHeadBytes, length).ToArray()));
            at += LeafHeadBytes + length;
        }
        Check.That(_leaves.Count == Int(root, 8));
    }

    void SetRows(int index, int rows)
    {
        _leaves[index] = _leaves[index] with { Rows = rows };
        var root = Edit(0, HeaderBytes);
        var at = HeaderBytes;
        for (var i = 0; i < index; i++)
            at += LeafHeadBytes + Int(root, at + (2 * sizeof(int)));
        Put(root, at + sizeof(int), rows);
    }

    // One leaf that is not large needs no directory; none is no list.
    void WriteDirectory()
    {
        if (_leaves.Count == 0)
        {
            table.Put(_key.KeyGroup, _key[0], []);
            _isDirectory = false;
            return;
        }
        if (_leaves.Count == 1 && Chunk(_leaves[0].Chunk) is var only && Int(only, 4) <= LeafBytesMax / 2)
        {
            var content = Copied(only[..Int(only, 4)]);
            table.Put(_key.KeyGroup, _key[_leaves[0].Chunk], []);
            table.Put(_key.KeyGroup, _key[0], content);
            _isDirectory = false;
            return;
        }
        var bytes = HeaderBytes;
        foreach (var (_, _, key) in _leaves)
            bytes += LeafHeadBytes + key.Length;
        var root = Edit(0, bytes);
        Put(root, 0, 1);
        Put(root, 4, bytes);
        Put(root, 8, _leaves.Count);
        Put(root, 12, _nextChunk);
        var at = HeaderBytes;
        for (var i = 0; i < _leaves.Count; i++)
        {
            // All that comes before the second leaf belongs to the first.
            var key = i == 0 ? [] : _leaves[i].Key;
            Put(root, at, _leaves[i].Chunk);
            Put(root, at + sizeof(int), _leaves[i].Rows);
            Put(root, at + (2 * sizeof(int)), key.Length);
            key.CopyTo(root[(at + LeafHeadBytes)..]);
            at += LeafHeadBytes + key.Length;
        }
        Put(root, 4, at);
    }

    ReadOnlySpan<byte> Copied(ReadOnlySpan<byte> bytes)
    {
        if (_moved.Length < bytes.Length)
            _moved = new byte[bytes.Length * 2];
        bytes.CopyTo(_moved);
        return _moved.AsSpan(0, bytes.Length);
    }

    static ReadOnlySpan<byte> SortKeyAt(ReadOnlySpan<byte> leaf, int at) => leaf.Slice(at + RowHeadBytes, Int(leaf, at));

    static ReadOnlySpan<byte> RowAt(ReadOnlySpan<byte> leaf, int at) => leaf.Slice(at + RowHeadBytes + Int(leaf, at), Int(leaf, at + sizeof(int)));

    static int After(ReadOnlySpan<byte> leaf, int at) => at + RowHeadBytes + Int(leaf, at) + Int(leaf, at + sizeof(int));

    static int Int(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);

    static void Put(Span<byte> bytes, int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(bytes[at..], value);

    ReadOnlySpan<byte> Chunk(int chunk) => chunk == 0 ? table.Peek(_key[0]) : table.Get(_key.KeyGroup, _key[chunk]);

    Span<byte> Edit(int chunk, int bytesMin) => table.Edit(_key.KeyGroup, _key[chunk], bytesMin, isFetched: chunk == 0);
}
