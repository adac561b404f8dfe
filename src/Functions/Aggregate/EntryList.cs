namespace SqlStream.Functions.Aggregate;

/// <summary>Entries of a multiset one after the other, ordered by key: length of the key, key, count.</summary>
static class EntryList
{
    /// <summary>Room that is enough for a list after one change.</summary>
    public static int BytesAfterChange(ReadOnlySpan<byte> entries, ReadOnlySpan<byte> key) =>
        entries.Length + key.Length + (2 * VarInt.BytesMax);

    /// <summary>Writes the list with the count of a key changed; an entry whose count becomes zero goes. Returns its
    /// length.</summary>
    public static int Change(ReadOnlySpan<byte> entries, ReadOnlySpan<byte> key, long delta, Span<byte> target, out int count)
    {
        count = 0;
        var position = 0;
        while (position < entries.Length)
        {
            var next = position;
            var current = ReadKey(entries, ref next);
            var comparison = current.SequenceCompareTo(key);
            if (comparison >= 0)
            {
                var tail = position;
                if (comparison == 0)
                {
                    delta += VarInt.ReadSigned(entries, ref next);
                    tail = next;
                }
                return Assemble(entries[..position], key, delta, entries[tail..], target, ref count);
            }
            VarInt.ReadSigned(entries, ref next);
            position = next;
            count++;
        }
        return Assemble(entries, key, delta, [], target, ref count);
    }

    /// <summary>The least or greatest key with a positive count.</summary>
    public static bool TryGetExtreme(ReadOnlySpan<byte> entries, bool greatest, out ReadOnlySpan<byte> key)
    {
        key = default;
        var found = false;
        for (var position = 0; position < entries.Length;)
        {
            var current = ReadKey(entries, ref position);
            if (VarInt.ReadSigned(entries, ref position) <= 0)
                continue;
            key = current;
            found = true;
            if (!greatest)
                break;
        }
        return found;
    }

    /// <summary>The least key with a positive count that is not less than another.</summary>
    public static bool TryGetFrom(ReadOnlySpan<byte> entries, ReadOnlySpan<byte> least, out ReadOnlySpan<byte> key)
    {
        for (var position = 0; position < entries.Length;)
        {
            key = ReadKey(entries, ref position);
            if (VarInt.ReadSigned(entries, ref position) > 0 && key.SequenceCompareTo(least) >= 0)
                return true;
        }
        key = default;
        return false;
    }

    /// <summary>Visits the keys with a positive count.</summary>
    public static void Visit<TVisitor>(ReadOnlySpan<byte> entries, ref TVisitor visitor) where TVisitor : struct, IEntryVisitor
    {
        for (var position = 0; position < entries.Length;)
        {
            var key = ReadKey(entries, ref position);
            var count = VarInt.ReadSigned(entries, ref position);
            if (count > 0)
                visitor.Visit(key, count);
        }
    }

    /// <summary>Number of entries.</summary>
    public static int Count(ReadOnlySpan<byte> entries)
    {
        var count = 0;
        for (var position = 0; position < entries.Length; count++)
            Skip(entries, ref position);
        return count;
    }

    /// <summary>The offset of the entry that begins nearest after the middle; neither half is empty where there are two
    /// entries.</summary>
    public static int SplitAt(ReadOnlySpan<byte> entries)
    {
        var position = 0;
        Skip(entries, ref position);
        while (position < entries.Length / 2)
        {
            var next = position;
            Skip(entries, ref next);
            if (next == entries.Length)
                break;
            position = next;
        }
        return position;
    }

    /// <summary>The first key.</summary>
    public static ReadOnlySpan<byte> FirstKey(ReadOnlySpan<byte> entries)
    {
        var position = 0;
        return ReadKey(entries, ref position);
    }

    static int Assemble(
        ReadOnlySpan<byte> head, ReadOnlySpan<byte> key, long entryCount, ReadOnlySpan<byte> tail, Span<byte> target, ref int count)
    {
        head.CopyTo(target);
        var length = head.Length;
        if (entryCount != 0)
        {
            length += VarInt.Write(key.Length, target[length..]);
            key.CopyTo(target[length..]);
            length += key.Length;
            length += VarInt.WriteSigned(entryCount, target[length..]);
            count++;
        }
        tail.CopyTo(target[length..]);
        count += Count(tail);
        return length + tail.Length;
    }

    /// <summary>The key of the entry at a position, which then stands at its count.</summary>
    public static ReadOnlySpan<byte> ReadKey(ReadOnlySpan<byte> entries, scoped ref int position)
    {
        var length = (int)VarInt.Read(entries, ref position);
        var key = entries.Slice(position, length);
        position += length;
        return key;
    }

    static void Skip(ReadOnlySpan<byte> entries, ref int position)
    {
        ReadKey(entries, ref position);
        VarInt.ReadSigned(entries, ref position);
    }
}
