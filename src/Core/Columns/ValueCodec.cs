using System.Buffers;
using System.Buffers.Binary;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Core.Columns;

/// <summary>Encodes single values as bytes whose order is the order of the values (NULL first), and back.</summary>
/// <remarks>A value is a marker byte (0 NULL, 1 value) and the value: integers big-endian with the sign bit flipped; floating
/// point as ordered integers (-0 becomes 0, all NaNs one); byte strings with 0x00 escaped as 0x00 0xFF and ended by 0x00 0x00; a ROW the
/// values of its fields; an ARRAY its elements, each after a byte 1, and a byte 0; a MAP its entries in the order of their encoded keys, each
/// after a byte 1, and a byte 0. Each value tells its own length, and equal values (<see cref="ColumnValues.AreEqual"/>) have equal bytes.
/// The encoding is part of the state format: it may not change under the same table version.</remarks>
public static class ValueCodec
{
    /// <summary>Begins NULL.</summary>
    public const byte NullMarker = 0;

    /// <summary>Begins every other value.</summary>
    public const byte ValueMarker = 1;

    const byte End = 0;
    const byte Next = 1;

    /// <summary>A signed 64-bit number whose bytes in memory order as the numbers do.</summary>
    public static ulong Ordered(long value)
    {
        var bits = (ulong)value ^ (1UL << 63);
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(bits) : bits;
    }

    /// <summary>Writes a signed 64-bit number so that byte order is number order.</summary>
    public static void WriteOrdered(Span<byte> target, long value) => BinaryPrimitives.WriteUInt64BigEndian(target, (ulong)value ^ (1UL << 63));

    /// <summary>Reads what <see cref="WriteOrdered"/> wrote.</summary>
    public static long ReadOrdered(ReadOnlySpan<byte> source) => (long)(BinaryPrimitives.ReadUInt64BigEndian(source) ^ (1UL << 63));

    /// <summary>Appends a value.</summary>
    public static void Encode(Column column, int row, ByteBuffer target)
    {
        if (column.IsNull(row))
        {
            target.Append(NullMarker);
            return;
        }
        switch (column)
        {
            case FixedColumn<long> values: WriteOrdered(Value(target, 8), values[row]); break;
            case FixedColumn<int> values: BinaryPrimitives.WriteUInt32BigEndian(Value(target, 4), (uint)values[row] ^ (1U << 31)); break;
            case FixedColumn<short> values: BinaryPrimitives.WriteUInt16BigEndian(Value(target, 2), (ushort)(values[row] ^ short.MinValue)); break;
            case FixedColumn<sbyte> values: Value(target, 1)[0] = (byte)(values[row] ^ sbyte.MinValue); break;
            case FixedColumn<double> values: WriteOrdered(Value(target, 8), OrderedBits(values[row])); break;
            case FixedColumn<float> values: BinaryPrimitives.WriteUInt32BigEndian(Value(target, 4), (uint)OrderedBits(values[row]) ^ (1U << 31)); break;
            case FixedColumn<Int128> values: BinaryPrimitives.WriteUInt128BigEndian(Value(target, 16), (UInt128)values[row] ^ (UInt128.One << 127)); break;
            case BoolColumn values: Value(target, 1)[0] = values[row] ? (byte)1 : (byte)0; break;
            case BytesColumn values: EncodeBytes(values[row], target); break;
            case RowColumn values: EncodeRow(values, values.Stored(row), target); break;
            case ListColumn values: EncodeList(values.Elements, values[row], target); break;
            case MapColumn values: EncodeMap(values, values[row], target); break;
            default: throw new EngineBugException($"column {column.GetType().Name} has no encoding");
        }
    }

    /// <summary>How many bytes the value of a type at the beginning of the bytes takes.</summary>
    public static int Length(ReadOnlySpan<byte> key, SqlType type)
    {
        var start = key.Length;
        Skip(ref key, type);
        return start - key.Length;
    }

    static void Skip(ref ReadOnlySpan<byte> key, SqlType type)
    {
        if (Take(ref key, 1)[0] == NullMarker)
            return;
        switch (type.Layout)
        {
            case ColumnLayout.Bool or ColumnLayout.Int8: key = key[1..]; break;
            case ColumnLayout.Int16: key = key[2..]; break;
            case ColumnLayout.Int32 or ColumnLayout.Float32: key = key[4..]; break;
            case ColumnLayout.Int64 or ColumnLayout.Float64: key = key[8..]; break;
            case ColumnLayout.Int128: key = key[16..]; break;
            case ColumnLayout.Bytes: SkipBytes(ref key); break;
            case ColumnLayout.Row:
                foreach (var part in ((RowType)type).Fields)
                    Skip(ref key, part.Type);
                break;
            case ColumnLayout.List:
                while (Take(ref key, 1)[0] == Next)
                    Skip(ref key, ((CollectionType)type).Element);
                break;
            case ColumnLayout.Map:
                var (keys, values) = MapColumn.EntryTypes(type);
                while (Take(ref key, 1)[0] == Next)
                {
                    Skip(ref key, keys);
                    Skip(ref key, values);
                }
                break;
            default: throw new EngineBugException($"layout {type.Layout} has no encoding");
        }
    }

    static void SkipBytes(ref ReadOnlySpan<byte> key)
    {
        bool escaped;
        do
        {
            var zero = key.IndexOf((byte)0);
            Check.That(zero >= 0 && zero + 1 < key.Length);
            escaped = key[zero + 1] == 0xFF;
            key = key[(zero + 2)..];
        }
        while (escaped);
    }

    static Span<byte> Value(ByteBuffer target, int bytes)
    {
        var span = target.Reserve(bytes + 1);
        span[0] = ValueMarker;
        target.Advance(bytes + 1);
        return span[1..];
    }

    static void EncodeBytes(ReadOnlySpan<byte> value, ByteBuffer target)
    {
        var span = target.Reserve((value.Length * 2) + 3);
        span[0] = ValueMarker;
        var used = 1;
        if (value.Contains((byte)0))
        {
            foreach (var octet in value)
            {
                span[used++] = octet;
                if (octet == 0)
                    span[used++] = 0xFF;
            }
        }
        else
        {
            value.CopyTo(span[1..]);
            used += value.Length;
        }
        span[used++] = 0;
        span[used++] = 0;
        target.Advance(used);
    }

    /// <summary>Appends the value at the beginning of the bytes, and passes it.</summary>
    public static void Decode(ref ReadOnlySpan<byte> key, ColumnBuilder column)
    {
        var marker = key[0];
        key = key[1..];
        if (marker == NullMarker)
        {
            column.AppendNull();
            return;
        }
        Check.That(marker == ValueMarker);
        switch (column)
        {
            case FixedColumnBuilder<long> values: values.Append(ReadOrdered(Take(ref key, 8))); break;
            case FixedColumnBuilder<int> values: values.Append((int)(BinaryPrimitives.ReadUInt32BigEndian(Take(ref key, 4)) ^ (1U << 31))); break;
            case FixedColumnBuilder<short> values: values.Append((short)(BinaryPrimitives.ReadUInt16BigEndian(Take(ref key, 2)) ^ 0x8000)); break;
            case FixedColumnBuilder<sbyte> values: values.Append((sbyte)(Take(ref key, 1)[0] ^ 0x80)); break;
            case FixedColumnBuilder<double> values: values.Append(FromOrderedBits(ReadOrdered(Take(ref key, 8)))); break;
            case FixedColumnBuilder<float> values: values.Append(FromOrderedBits((int)(BinaryPrimitives.ReadUInt32BigEndian(Take(ref key, 4)) ^ (1U << 31)))); break;
            case FixedColumnBuilder<Int128> values: values.Append((Int128)(BinaryPrimitives.ReadUInt128BigEndian(Take(ref key, 16)) ^ (UInt128.One << 127))); break;
            case BoolColumnBuilder values: values.Append(Take(ref key, 1)[0] != 0); break;
            case BytesColumnBuilder values: DecodeBytes(ref key, values); break;
            case RowColumnBuilder values: DecodeRow(ref key, values); break;
            case ListColumnBuilder values: DecodeList(ref key, values); break;
            case MapColumnBuilder values: DecodeMap(ref key, values); break;
            default: throw new EngineBugException($"builder {column.GetType().Name} has no encoding");
        }
    }

    static void DecodeBytes(ref ReadOnlySpan<byte> key, BytesColumnBuilder column)
    {
        var target = column.Reserve(key.Length);
        var used = 0;
        while (true)
        {
            var zero = key.IndexOf((byte)0);
            Check.That(zero >= 0 && zero + 1 < key.Length);
            key[..zero].CopyTo(target[used..]);
            used += zero;
            var escaped = key[zero + 1] == 0xFF;
            key = key[(zero + 2)..];
            if (!escaped)
                break;
            target[used++] = 0;
        }
        column.Commit(used);
    }

    static void EncodeRow(RowColumn column, int stored, ByteBuffer target)
    {
        target.Append(ValueMarker);
        foreach (var field in column.Fields)
            Encode(field, stored, target);
    }

    static void EncodeList(Column elements, (int Start, int Count) range, ByteBuffer target)
    {
        target.Append(ValueMarker);
        for (var i = range.Start; i < range.Start + range.Count; i++)
        {
            target.Append(Next);
            Encode(elements, i, target);
        }
        target.Append(End);
    }

    // The entries are encoded behind what is there, and then put in order by way of a copy.
    static void EncodeMap(MapColumn column, (int Start, int Count) range, ByteBuffer target)
    {
        target.Append(ValueMarker);
        var start = target.Length;
        var entries = ArrayPool<(int Start, int End)>.Shared.Rent(Math.Max(1, range.Count));
        for (var i = 0; i < range.Count; i++)
        {
            var entry = target.Length - start;
            target.Append(Next);
            Encode(column.Keys, range.Start + i, target);
            Encode(column.Values, range.Start + i, target);
            entries[i] = (entry, target.Length - start);
        }
        if (range.Count > 1)
            SortEntries(target.From(start), entries.AsSpan(0, range.Count));
        target.Append(End);
        ArrayPool<(int Start, int End)>.Shared.Return(entries);
    }

    static void SortEntries(Span<byte> bytes, Span<(int Start, int End)> entries)
    {
        var copy = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(copy);
        entries.Sort(new EntryOrder(copy));
        var used = 0;
        foreach (var (start, end) in entries)
        {
            copy.AsSpan(start..end).CopyTo(bytes[used..]);
            used += end - start;
        }
        ArrayPool<byte>.Shared.Return(copy);
    }

    readonly struct EntryOrder(byte[] bytes) : IComparer<(int Start, int End)>
    {
        readonly byte[] _bytes = bytes;

        public int Compare((int Start, int End) x, (int Start, int End) y) =>
            _bytes.AsSpan(x.Start..x.End).SequenceCompareTo(_bytes.AsSpan(y.Start..y.End));
    }

    static void DecodeRow(ref ReadOnlySpan<byte> key, RowColumnBuilder column)
    {
        foreach (var field in column.Fields)
            Decode(ref key, field);
        column.EndRow();
    }

    static void DecodeList(ref ReadOnlySpan<byte> key, ListColumnBuilder column)
    {
        while (Take(ref key, 1)[0] == Next)
            Decode(ref key, column.Elements);
        column.EndList();
    }

    static void DecodeMap(ref ReadOnlySpan<byte> key, MapColumnBuilder column)
    {
        while (Take(ref key, 1)[0] == Next)
        {
            Decode(ref key, column.Keys);
            Decode(ref key, column.Values);
        }
        column.EndMap();
    }

    static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> key, int bytes)
    {
        var taken = key[..bytes];
        key = key[bytes..];
        return taken;
    }

    // Negative numbers order backwards by their bits, so all bits but the sign are flipped for them.
    static long OrderedBits(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(double.IsNaN(value) ? BitConverter.Int64BitsToDouble(0x7FF8L << 48) : value + 0.0);
        return bits < 0 ? bits ^ long.MaxValue : bits;
    }

    static double FromOrderedBits(long bits) => BitConverter.Int64BitsToDouble(bits < 0 ? bits ^ long.MaxValue : bits);

    static int OrderedBits(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(float.IsNaN(value) ? BitConverter.Int32BitsToSingle(0x7FC0 << 16) : value + 0.0f);
        return bits < 0 ? bits ^ int.MaxValue : bits;
    }

    static float FromOrderedBits(int bits) => BitConverter.Int32BitsToSingle(bits < 0 ? bits ^ int.MaxValue : bits);
}
