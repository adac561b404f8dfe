using System.Buffers.Binary;

namespace SqlStream.State.Tables;

/// <summary>Encoded rows by encoded key, in memory: what a lookup join keeps of a table. No object per row.</summary>
/// <remarks>A value is <c>time i64 | bytes used i32 | rows i32 | rows, each length i32 | bytes</c>, little endian. Nothing of it is state. Mailbox thread
/// only.</remarks>
public sealed class LookupRows
{
    const int UsedOffset = sizeof(long);
    const int CountOffset = UsedOffset + sizeof(int);
    const int HeaderBytes = CountOffset + sizeof(int);
    const int ValueBytesMin = 64;
    const int BytesMax = 1 << 30;

    readonly HashLayer _layer = new();

    /// <summary>Number of rows.</summary>
    public long Rows { get; private set; }

    /// <summary>Number of keys.</summary>
    public long Keys => _layer.Count;

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        _layer.Reset();
        Rows = 0;
    }

    /// <summary>The entry of a key, or 0.</summary>
    public int Find(uint hash, ReadOnlySpan<byte> key) => _layer.Find(hash, key);

    /// <summary>Makes an entry without rows of a key that has none.</summary>
    public int Add(uint hash, ReadOnlySpan<byte> key, long time)
    {
        if (_layer.EntryBytes > BytesMax)
            throw StateErrors.LookupTooLarge(Rows);
        var entry = _layer.Add(hash, 0, key, ValueBytesMin);
        SetTime(entry, time);
        BinaryPrimitives.WriteInt32LittleEndian(_layer.ValueOf(entry)[UsedOffset..], HeaderBytes);
        return entry;
    }

    /// <summary>Adds a row to an entry. The entry may move: it must be looked for anew.</summary>
    public void Append(int entry, ReadOnlySpan<byte> row)
    {
        var value = _layer.ValueOf(entry);
        var used = BinaryPrimitives.ReadInt32LittleEndian(value[UsedOffset..]);
        var size = used + sizeof(int) + row.Length;
        if (size > value.Length)
        {
            if (_layer.EntryBytes + (2L * size) > BytesMax)
                throw StateErrors.LookupTooLarge(Rows);
            var old = _layer.ValueOffset(entry);
            entry = _layer.ResizeValue(entry, size * 2);
            _layer.Arena.AsSpan(old, used).CopyTo(_layer.ValueOf(entry));
            value = _layer.ValueOf(entry);
        }
        BinaryPrimitives.WriteInt32LittleEndian(value[used..], row.Length);
        row.CopyTo(value[(used + sizeof(int))..]);
        BinaryPrimitives.WriteInt32LittleEndian(value[UsedOffset..], size);
        BinaryPrimitives.WriteInt32LittleEndian(value[CountOffset..], Count(entry) + 1);
        Rows++;
    }

    /// <summary>Makes an entry like one of another table, of a key that has none here.</summary>
    public int Copy(LookupRows from, int entry, uint hash, ReadOnlySpan<byte> key)
    {
        var source = from._layer.ValueOf(entry);
        var copy = _layer.Add(hash, 0, key, source.Length);
        source.CopyTo(_layer.ValueOf(copy));
        Rows += Count(copy);
        return copy;
    }

    /// <summary>Takes the rows of an entry away.</summary>
    public void Empty(int entry, long time)
    {
        Rows -= Count(entry);
        SetTime(entry, time);
        BinaryPrimitives.WriteInt32LittleEndian(_layer.ValueOf(entry)[UsedOffset..], HeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(_layer.ValueOf(entry)[CountOffset..], 0);
    }

    /// <summary>The time noted with an entry.</summary>
    public long Time(int entry) => BinaryPrimitives.ReadInt64LittleEndian(_layer.ValueOf(entry));

    /// <summary>Notes a time with an entry.</summary>
    public void SetTime(int entry, long time) => BinaryPrimitives.WriteInt64LittleEndian(_layer.ValueOf(entry), time);

    /// <summary>Number of rows of an entry.</summary>
    public int Count(int entry) => BinaryPrimitives.ReadInt32LittleEndian(_layer.ValueOf(entry)[CountOffset..]);

    /// <summary>The rows of an entry, to be taken by <see cref="Next"/>. Valid until something is added.</summary>
    public ReadOnlySpan<byte> Content(int entry)
    {
        var value = _layer.ValueOf(entry);
        return value[HeaderBytes..BinaryPrimitives.ReadInt32LittleEndian(value[UsedOffset..])];
    }

    /// <summary>The row at a position of a content, and the position behind it.</summary>
    public static ReadOnlySpan<byte> Next(ReadOnlySpan<byte> content, ref int position)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(content[position..]);
        var row = content.Slice(position + sizeof(int), length);
        position += sizeof(int) + length;
        return row;
    }
}
