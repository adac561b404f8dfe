using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Aggregate;

/// <summary>Encoded values (<see cref="ValueCodec"/>) in the order in which they came, in chunks of bytes.</summary>
/// <remarks>Chunk 0 is a version byte, the number of the last chunk as a variable-length integer, and the first values; the chunks after it hold
/// further values, up to 4 KB unless it is a single one. Adding reads the root and writes the last chunk; taking away looks through the chunks
/// from the beginning. Values that are taken away before they are added wait in a chunk of their own.</remarks>
static class ElementList
{
    const int ChunkBytesMax = 4096;
    const int PendingChunk = int.MaxValue;
    const byte Version = 1;

    /// <summary>Adds a value at the end.</summary>
    public static void Add(IBlobState state, ReadOnlySpan<byte> value)
    {
        if (TryCancel(state, value))
            return;
        var root = state.Get(0);
        if (root.IsEmpty)
        {
            state.Put(0, Assemble(0, value, []));
            return;
        }
        var (last, start) = ReadRoot(root);
        var chunk = last == 0 ? root[start..] : state.Get(last);
        if (chunk.IsEmpty || chunk.Length + value.Length <= ChunkBytesMax)
        {
            state.Put(last, last == 0 ? Assemble(0, chunk, value) : Joined(chunk, value));
            return;
        }
        state.Put(0, Assemble(last + 1, state.Get(0)[start..], []));
        state.Put(last + 1, value);
    }

    /// <summary>Takes away the first value with the same bytes; the type tells where values end.</summary>
    public static void Remove(IBlobState state, ReadOnlySpan<byte> value, SqlType type)
    {
        var root = state.Get(0);
        if (!root.IsEmpty)
        {
            var (last, start) = ReadRoot(root);
            for (var i = 0; i <= last; i++)
            {
                var chunk = i == 0 ? state.Get(0)[start..] : state.Get(i);
                var found = Find(chunk, value, type);
                if (found < 0)
                    continue;
                var rest = Joined(chunk[..found], chunk[(found + value.Length)..]);
                Replace(state, i, last, rest);
                return;
            }
        }
        state.Put(PendingChunk, Joined(state.Get(PendingChunk), WithLength(value)));
    }

    /// <summary>Appends all values; false if there are none.</summary>
    public static bool AppendAll(IBlobState state, ColumnBuilder target)
    {
        var root = state.Get(0);
        if (root.IsEmpty)
            return false;
        var (last, start) = ReadRoot(root);
        for (var i = 0; i <= last; i++)
        {
            var rest = i == 0 ? root[start..] : state.Get(i);
            while (!rest.IsEmpty)
                ValueCodec.Decode(ref rest, target);
        }
        return true;
    }

    // Empty chunks at the end go; without any values nothing is left.
    static void Replace(IBlobState state, int chunk, int last, byte[] rest)
    {
        if (chunk > 0)
            state.Put(chunk, rest);
        var root = state.Get(0);
        var first = chunk == 0 ? rest : root[ReadRoot(root).Start..].ToArray();
        while (last > 0 && state.Get(last).IsEmpty)
            last--;
        state.Put(0, last == 0 && first.Length == 0 ? [] : Assemble(last, first, []));
    }

    static (int Last, int Start) ReadRoot(ReadOnlySpan<byte> root)
    {
        Check.That(root[0] == Version);
        var position = 1;
        var last = (int)VarInt.Read(root, ref position);
        return (last, position);
    }

    static byte[] Assemble(int last, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Span<byte> head = stackalloc byte[VarInt.BytesMax + 1];
        head[0] = Version;
        head = head[..(1 + VarInt.Write(last, head[1..]))];
        var bytes = new byte[head.Length + first.Length + second.Length];
        head.CopyTo(bytes);
        first.CopyTo(bytes.AsSpan(head.Length));
        second.CopyTo(bytes.AsSpan(head.Length + first.Length));
        return bytes;
    }

    static byte[] Joined(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var bytes = new byte[first.Length + second.Length];
        first.CopyTo(bytes);
        second.CopyTo(bytes.AsSpan(first.Length));
        return bytes;
    }

    static int Find(ReadOnlySpan<byte> chunk, ReadOnlySpan<byte> value, SqlType type)
    {
        for (var position = 0; position < chunk.Length;)
        {
            var length = ValueCodec.Length(chunk[position..], type);
            if (chunk.Slice(position, length).SequenceEqual(value))
                return position;
            position += length;
        }
        return -1;
    }

    static byte[] WithLength(ReadOnlySpan<byte> value)
    {
        Span<byte> head = stackalloc byte[VarInt.BytesMax];
        return Joined(head[..VarInt.Write(value.Length, head)], value);
    }

    // A value that waits to be added is added and taken away at once.
    static bool TryCancel(IBlobState state, ReadOnlySpan<byte> value)
    {
        var pending = state.Get(PendingChunk);
        for (var position = 0; position < pending.Length;)
        {
            var start = position;
            var length = (int)VarInt.Read(pending, ref position);
            var isSame = pending.Slice(position, length).SequenceEqual(value);
            position += length;
            if (!isSame)
                continue;
            state.Put(PendingChunk, Joined(pending[..start], pending[position..]));
            return true;
        }
        return false;
    }
}
