using System.Buffers;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;

namespace SqlStream.Functions.Aggregate;

/// <summary>Reads the directory of a multiset: the next free chunk number, then (length of key, first key, chunk
/// number) ordered by key.</summary>
readonly ref struct ChunkDirectory
{
    readonly ReadOnlySpan<byte> _bytes;
    readonly int _start;

    public ChunkDirectory(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        VarInt.Read(bytes, ref _start);
        for (var position = _start; position < bytes.Length; Count++)
            Next(ref position, out _);
    }

    /// <summary>Number of chunks.</summary>
    public int Count { get; }

    /// <summary>The chunk whose range holds a key, and its place in the directory.</summary>
    public (int Index, int Chunk) Find(ReadOnlySpan<byte> key)
    {
        var found = (Index: -1, Chunk: 0);
        var position = _start;
        for (var index = 0; position < _bytes.Length; index++)
        {
            var first = Next(ref position, out var chunk);
            if (index > 0 && first.SequenceCompareTo(key) > 0)
                break;
            found = (index, chunk);
        }
        Check.That(found.Index >= 0);
        return found;
    }

    /// <summary>The number of a chunk.</summary>
    public int ChunkAt(int index)
    {
        var position = _start;
        var chunk = 0;
        for (var i = 0; i <= index; i++)
            Next(ref position, out chunk);
        return chunk;
    }

    ReadOnlySpan<byte> Next(scoped ref int position, out int chunk)
    {
        var length = (int)VarInt.Read(_bytes, ref position);
        var key = _bytes.Slice(position, length);
        position += length;
        chunk = (int)VarInt.Read(_bytes, ref position);
        return key;
    }
}

/// <summary>A directory taken apart for a change of its structure, which is rare: a chunk comes or goes.</summary>
sealed class ChunkDirectoryEdit
{
    readonly List<(byte[] Key, int Chunk)> _chunks = [];

    /// <summary>A directory without chunks.</summary>
    public ChunkDirectoryEdit() => NextChunk = 1;

    /// <summary>A stored directory.</summary>
    public ChunkDirectoryEdit(ReadOnlySpan<byte> bytes)
    {
        var position = 0;
        NextChunk = (int)VarInt.Read(bytes, ref position);
        while (position < bytes.Length)
        {
            var length = (int)VarInt.Read(bytes, ref position);
            var key = bytes.Slice(position, length).ToArray();
            position += length;
            _chunks.Add((key, (int)VarInt.Read(bytes, ref position)));
        }
    }

    /// <summary>The number of the next new chunk.</summary>
    public int NextChunk { get; private set; }

    /// <summary>Adds a chunk at a place.</summary>
    public void Insert(int index, ReadOnlySpan<byte> firstKey, int chunk)
    {
        _chunks.Insert(index, (firstKey.ToArray(), chunk));
        NextChunk = Math.Max(NextChunk, chunk + 1);
    }

    /// <summary>Removes a chunk; its range falls to the one before it, or the next one becomes the first.</summary>
    public void Remove(int index) => _chunks.RemoveAt(index);

    /// <summary>Writes the directory as root.</summary>
    public void Save(IBlobState state, byte form)
    {
        var size = 1 + VarInt.BytesMax;
        foreach (var (key, _) in _chunks)
            size += key.Length + (2 * VarInt.BytesMax);
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        buffer[0] = form;
        var length = 1 + VarInt.Write(NextChunk, buffer.AsSpan(1));
        for (var i = 0; i < _chunks.Count; i++)
        {
            // The first chunk holds all that is less than the second, whatever its first key was.
            var key = i == 0 ? [] : _chunks[i].Key;
            length += VarInt.Write(key.Length, buffer.AsSpan(length));
            key.CopyTo(buffer.AsSpan(length));
            length += key.Length;
            length += VarInt.Write(_chunks[i].Chunk, buffer.AsSpan(length));
        }
        state.Put(0, buffer.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
