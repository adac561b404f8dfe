using System.Buffers;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;

namespace SqlStream.Functions.Aggregate;

/// <summary>Keys with counts, ordered by key, in numbered chunks of bytes. A count is never zero; it is negative while
/// a
/// value was taken away before it was added.</summary>
/// <remarks>Chunk 0 begins with its form. <b>Inline</b>: the entries themselves, up to 64 in 4 KB. <b>Directory</b>:
/// the next free chunk
/// number, then for each chunk its first key (of the first chunk: empty) and its number, ordered; chunks hold entries,
/// up to 4 KB unless
/// it is a single one. A change reads the root and one chunk and writes that chunk; the root is written only where a
/// chunk
/// comes or goes. An entry is the length of its key, the key, and the count; integers are variable-length.</remarks>
static class OrderedMultiset
{
    /// <summary>A chunk that grows beyond is split.</summary>
    public const int ChunkBytesMax = 4096;

    /// <summary>Entries that stay in the root.</summary>
    public const int InlineEntriesMax = 64;

    /// <summary>The form of a root that holds the entries.</summary>
    public const byte Inline = 1;

    const byte Directory = 2;
    const int MergeBytes = ChunkBytesMax / 4;
    const int MergedBytesMax = ChunkBytesMax * 3 / 4;

    /// <summary>Adds to the count of a key.</summary>
    public static void Change(IBlobState state, ReadOnlySpan<byte> key, long delta)
    {
        var root = state.Get(0);
        if (!root.IsEmpty && root[0] == Directory)
        {
            ChangeChunk(state, root, key, delta);
            return;
        }
        Check.That(root.IsEmpty || root[0] == Inline);
        var entries = root.IsEmpty ? [] : root[1..];
        var buffer = ArrayPool<byte>.Shared.Rent(EntryList.BytesAfterChange(entries, key) + 1);
        buffer[0] = Inline;
        var length = EntryList.Change(entries, key, delta, buffer.AsSpan(1), out var count);
        if (count <= 1 || (length + 1 <= ChunkBytesMax && count <= InlineEntriesMax))
            state.Put(0, length == 0 ? [] : buffer.AsSpan(0, length + 1));
        else
            MakeDirectory(state, buffer.AsSpan(1, length));
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>The least or greatest key with a positive count; the span is valid until the next call on the
    /// state.</summary>
    public static bool TryGetExtreme(IBlobState state, bool greatest, out ReadOnlySpan<byte> key)
    {
        key = default;
        var root = state.Get(0);
        if (root.IsEmpty)
            return false;
        if (root[0] == Inline)
            return EntryList.TryGetExtreme(root[1..], greatest, out key);
        var copy = ArrayPool<byte>.Shared.Rent(root.Length);
        root.CopyTo(copy);
        var chunks = new ChunkDirectory(copy.AsSpan(1, root.Length - 1));
        var found = false;
        for (var i = 0; i < chunks.Count && !found; i++)
            found = EntryList.TryGetExtreme(state.Get(chunks.ChunkAt(greatest ? chunks.Count - 1 - i : i)), greatest, out key);
        ArrayPool<byte>.Shared.Return(copy);
        return found;
    }

    /// <summary>The least key with a positive count that is not less than another; the span is valid until the next call on the
    /// state.</summary>
    public static bool TryGetFrom(IBlobState state, ReadOnlySpan<byte> least, out ReadOnlySpan<byte> key)
    {
        key = default;
        var root = state.Get(0);
        if (root.IsEmpty)
            return false;
        if (root[0] == Inline)
            return EntryList.TryGetFrom(root[1..], least, out key);
        var copy = ArrayPool<byte>.Shared.Rent(root.Length);
        root.CopyTo(copy);
        var chunks = new ChunkDirectory(copy.AsSpan(1, root.Length - 1));
        var found = false;
        for (var i = chunks.Find(least).Index; i < chunks.Count && !found; i++)
            found = EntryList.TryGetFrom(state.Get(chunks.ChunkAt(i)), least, out key);
        ArrayPool<byte>.Shared.Return(copy);
        return found;
    }

    /// <summary>Visits all keys with a positive count in their order.</summary>
    public static void Visit<TVisitor>(IBlobState state, ref TVisitor visitor) where TVisitor : struct, IEntryVisitor
    {
        var root = state.Get(0);
        if (root.IsEmpty)
            return;
        if (root[0] == Inline)
        {
            EntryList.Visit(root[1..], ref visitor);
            return;
        }
        var copy = ArrayPool<byte>.Shared.Rent(root.Length);
        root.CopyTo(copy);
        var chunks = new ChunkDirectory(copy.AsSpan(1, root.Length - 1));
        for (var i = 0; i < chunks.Count; i++)
            EntryList.Visit(state.Get(chunks.ChunkAt(i)), ref visitor);
        ArrayPool<byte>.Shared.Return(copy);
    }

    static void ChangeChunk(IBlobState state, ReadOnlySpan<byte> root, ReadOnlySpan<byte> key, long delta)
    {
        var (index, chunk) = new ChunkDirectory(root[1..]).Find(key);
        var entries = state.Get(chunk);
        var buffer = ArrayPool<byte>.Shared.Rent(EntryList.BytesAfterChange(entries, key));
        var length = EntryList.Change(entries, key, delta, buffer, out var count);
        var changed = buffer.AsSpan(0, length);
        if (length > ChunkBytesMax && count > 1)
            Split(state, index, chunk, changed);
        else if (length < MergeBytes)
            Shrink(state, index, chunk, changed);
        else
            state.Put(chunk, changed);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    static void MakeDirectory(IBlobState state, ReadOnlySpan<byte> entries)
    {
        var half = EntryList.SplitAt(entries);
        state.Put(1, entries[..half]);
        state.Put(2, entries[half..]);
        var directory = new ChunkDirectoryEdit();
        directory.Insert(0, [], 1);
        directory.Insert(1, EntryList.FirstKey(entries[half..]), 2);
        directory.Save(state, Directory);
    }

    static void Split(IBlobState state, int index, int chunk, ReadOnlySpan<byte> entries)
    {
        var half = EntryList.SplitAt(entries);
        var directory = new ChunkDirectoryEdit(state.Get(0)[1..]);
        var added = directory.NextChunk;
        directory.Insert(index + 1, EntryList.FirstKey(entries[half..]), added);
        directory.Save(state, Directory);
        state.Put(chunk, entries[..half]);
        state.Put(added, entries[half..]);
    }

    // A small chunk joins its neighbour where both fit in one; an empty one goes; a last small one moves into the root.
    static void Shrink(IBlobState state, int index, int chunk, ReadOnlySpan<byte> entries)
    {
        var chunks = new ChunkDirectory(state.Get(0)[1..]);
        if (chunks.Count == 1)
        {
            ShrinkLast(state, chunk, entries);
            return;
        }
        var left = Math.Max(0, index - 1);
        var (kept, gone) = (chunks.ChunkAt(left), chunks.ChunkAt(left + 1));
        var other = state.Get(index > 0 ? kept : gone);
        if (other.Length + entries.Length <= MergedBytesMax)
        {
            Merge(state, left, index > 0 ? other : entries, index > 0 ? entries : other);
        }
        else if (entries.IsEmpty)
        {
            Remove(state, index);
            state.Put(chunk, []);
        }
        else
        {
            state.Put(chunk, entries);
        }
    }

    // The chunk at a place of the directory takes over the next one.
    static void Merge(IBlobState state, int left, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Span<byte> merged = stackalloc byte[MergedBytesMax];
        first.CopyTo(merged);
        second.CopyTo(merged[first.Length..]);
        merged = merged[..(first.Length + second.Length)];
        var chunks = new ChunkDirectory(state.Get(0)[1..]);
        var (kept, gone) = (chunks.ChunkAt(left), chunks.ChunkAt(left + 1));
        Remove(state, left + 1);
        state.Put(kept, merged);
        state.Put(gone, []);
    }

    static void Remove(IBlobState state, int index)
    {
        var directory = new ChunkDirectoryEdit(state.Get(0)[1..]);
        directory.Remove(index);
        directory.Save(state, Directory);
    }

    static void ShrinkLast(IBlobState state, int chunk, ReadOnlySpan<byte> entries)
    {
        if (EntryList.Count(entries) > InlineEntriesMax / 2)
        {
            state.Put(chunk, entries);
            return;
        }
        state.Put(chunk, []);
        Span<byte> root = stackalloc byte[MergeBytes + 1];
        root[0] = Inline;
        entries.CopyTo(root[1..]);
        state.Put(0, entries.IsEmpty ? [] : root[..(entries.Length + 1)]);
    }
}

/// <summary>Takes the entries of a multiset.</summary>
interface IEntryVisitor
{
    /// <summary>The next key and its count, which is positive.</summary>
    void Visit(ReadOnlySpan<byte> key, long count);
}
