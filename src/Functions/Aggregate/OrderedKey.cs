using System.Buffers.Binary;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Functions.Aggregate;

/// <summary>Values as bytes whose order is the order of the values: big-endian with the sign turned; strings as they
/// are; nested values as <see cref="ValueCodec"/> encodes them.</summary>
static class OrderedKey
{
    /// <summary>Bytes of the longest key of fixed width.</summary>
    public const int FixedBytesMax = 16;

    /// <summary>The key of a value that is not NULL; a fixed-width one is written into the scratch.</summary>
    public static ReadOnlySpan<byte> Encode(Column column, int row, Span<byte> scratch)
    {
        switch (column)
        {
            case BytesColumn values:
                return values[row];
            case BoolColumn values:
                scratch[0] = values[row] ? (byte)1 : (byte)0;
                return scratch[..1];
            case FixedColumn<sbyte> values:
                scratch[0] = (byte)(values[row] ^ sbyte.MinValue);
                return scratch[..1];
            case FixedColumn<short> values:
                BinaryPrimitives.WriteInt16BigEndian(scratch, (short)(values[row] ^ short.MinValue));
                return scratch[..2];
            case FixedColumn<int> values:
                BinaryPrimitives.WriteInt32BigEndian(scratch, values[row] ^ int.MinValue);
                return scratch[..4];
            case FixedColumn<long> values:
                BinaryPrimitives.WriteInt64BigEndian(scratch, values[row] ^ long.MinValue);
                return scratch[..8];
            case FixedColumn<Int128> values:
                BinaryPrimitives.WriteInt128BigEndian(scratch, values[row] ^ Int128.MinValue);
                return scratch[..16];
            case FixedColumn<float> values:
                BinaryPrimitives.WriteInt64BigEndian(scratch, FromDouble(values[row]));
                return scratch[..8];
            case FixedColumn<double> values:
                BinaryPrimitives.WriteInt64BigEndian(scratch, FromDouble(values[row]));
                return scratch[..8];
            case RowColumn or ListColumn or MapColumn:
                var value = new ByteBuffer();
                ValueCodec.Encode(column, row, value);
                return value.Written;
            default:
                throw new EngineBugException($"column {column.GetType().Name} has no ordered key");
        }
    }

    /// <summary>Appends the value of a key.</summary>
    public static void Append(ColumnBuilder builder, ReadOnlySpan<byte> key)
    {
        switch (builder)
        {
            case BytesColumnBuilder values: values.Append(key); break;
            case BoolColumnBuilder values: values.Append(key[0] != 0); break;
            case FixedColumnBuilder<sbyte> values: values.Append((sbyte)((sbyte)key[0] ^ sbyte.MinValue)); break;
            case FixedColumnBuilder<short> values: values.Append((short)(BinaryPrimitives.ReadInt16BigEndian(key) ^ short.MinValue)); break;
            case FixedColumnBuilder<int> values: values.Append(BinaryPrimitives.ReadInt32BigEndian(key) ^ int.MinValue); break;
            case FixedColumnBuilder<long> values: values.Append(BinaryPrimitives.ReadInt64BigEndian(key) ^ long.MinValue); break;
            case FixedColumnBuilder<Int128> values: values.Append(BinaryPrimitives.ReadInt128BigEndian(key) ^ Int128.MinValue); break;
            case FixedColumnBuilder<float> values: values.Append((float)ToDouble(BinaryPrimitives.ReadInt64BigEndian(key))); break;
            case FixedColumnBuilder<double> values: values.Append(ToDouble(BinaryPrimitives.ReadInt64BigEndian(key))); break;
            case RowColumnBuilder or ListColumnBuilder or MapColumnBuilder: ValueCodec.Decode(ref key, builder); break;
            default: throw new EngineBugException($"builder {builder.GetType().Name} has no ordered key");
        }
    }

    // Zero has one key, so that -0.0 takes 0.0 away; NaN has one, after all numbers.
    static long FromDouble(double value)
    {
        if (value == 0)
            value = 0;
        if (double.IsNaN(value))
            return -1;
        var bits = BitConverter.DoubleToInt64Bits(value);
        return bits < 0 ? ~bits : bits ^ long.MinValue;
    }

    /// <summary>The number of a key of FLOAT or DOUBLE.</summary>
    public static double ToDouble(long key)
    {
        if (key == -1)
            return double.NaN;
        return BitConverter.Int64BitsToDouble(key < 0 ? key ^ long.MinValue : ~key);
    }
}
