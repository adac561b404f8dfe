using System.Buffers.Binary;
using SqlStream.Core.Columns;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Postgres;

/// <summary>Writes the values of a column as fields of the server's binary COPY: a length, -1 for NULL, and the value.</summary>
abstract class CopyField
{
    /// <summary>Bytes of a length.</summary>
    public const int LengthBytes = 4;

    /// <summary>Bytes of a field at the most, without those of <see cref="VariableBytes"/>.</summary>
    public abstract int FixedBytes { get; }

    /// <summary>True if <see cref="VariableBytes"/> has to be asked.</summary>
    public virtual bool IsVariable => false;

    /// <summary>Turns to a column.</summary>
    public abstract void Bind(Column column);

    /// <summary>Bytes that a row needs besides.</summary>
    public virtual int VariableBytes(int row) => 0;

    /// <summary>Writes the field of a row; returns the number of bytes.</summary>
    public abstract int Write(int row, Span<byte> target);

    /// <summary>The writer of a type; null if the server has no type for it.</summary>
    public static CopyField? Create(SqlType type, bool isKey = false) => type.Kind switch
    {
        SqlTypeKind.Boolean => new BoolField(),
        SqlTypeKind.TinyInt => new FixedField<sbyte, TinyIntValue>(),
        SqlTypeKind.SmallInt => new FixedField<short, SmallIntValue>(),
        SqlTypeKind.Int => new FixedField<int, IntValue>(),
        SqlTypeKind.BigInt => new FixedField<long, BigIntValue>(),
        // Both noughts are one key.
        SqlTypeKind.Float => isKey ? new FixedField<float, FloatKey>() : new FixedField<float, FloatValue>(),
        SqlTypeKind.Double => isKey ? new FixedField<double, DoubleKey>() : new FixedField<double, DoubleValue>(),
        SqlTypeKind.Decimal => new DecimalField((DecimalType)type),
        SqlTypeKind.Char or SqlTypeKind.Varchar or SqlTypeKind.Binary or SqlTypeKind.Varbinary => new BytesField(),
        SqlTypeKind.Date => new FixedField<int, DateValue>(),
        SqlTypeKind.Time => new FixedField<int, TimeValue>(),
        SqlTypeKind.Timestamp or SqlTypeKind.TimestampLtz when ((TemporalType)type).IsNanos => new FixedField<Int128, NanosValue>(),
        SqlTypeKind.Timestamp or SqlTypeKind.TimestampLtz => new FixedField<long, MicrosValue>(),
        SqlTypeKind.Array when PostgresTypes.Of(type) != 0 && Create(PostgresTypes.Element(type)!) is { } element =>
            new ArrayField(element, PostgresTypes.Of(PostgresTypes.Element(type)!)),
        _ => null,
    };

    private protected static int WriteNull(Span<byte> target)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, -1);
        return LengthBytes;
    }
}

/// <summary>One bit a value here, one byte there.</summary>
sealed class BoolField : CopyField
{
    BoolColumn? _column;

    public override int FixedBytes => LengthBytes + 1;

    public override void Bind(Column column) => _column = (BoolColumn)column;

    public override int Write(int row, Span<byte> target)
    {
        if (_column!.IsNull(row))
            return WriteNull(target);
        BinaryPrimitives.WriteInt32BigEndian(target, 1);
        target[LengthBytes] = _column[row] ? (byte)1 : (byte)0;
        return FixedBytes;
    }
}

/// <summary>Values of a fixed number of bytes.</summary>
sealed class FixedField<T, TValue> : CopyField
    where T : unmanaged
    where TValue : struct, ICopyValue<T>
{
    FixedColumn<T>? _column;

    public override int FixedBytes => LengthBytes + TValue.Bytes;

    public override void Bind(Column column) => _column = (FixedColumn<T>)column;

    public override int Write(int row, Span<byte> target)
    {
        var column = _column!;
        if (column.IsNull(row))
            return WriteNull(target);
        BinaryPrimitives.WriteInt32BigEndian(target, TValue.Bytes);
        TValue.Write(column[row], target[LengthBytes..]);
        return LengthBytes + TValue.Bytes;
    }
}

/// <summary>Scaled integers.</summary>
sealed class DecimalField(DecimalType type) : CopyField
{
    Column? _column;

    public override int FixedBytes => LengthBytes + PostgresNumeric.BytesMax;

    public override void Bind(Column column) => _column = column;

    public override int Write(int row, Span<byte> target)
    {
        if (_column!.IsNull(row))
            return WriteNull(target);
        var value = _column is FixedColumn<long> compact ? compact[row] : ((FixedColumn<Int128>)_column)[row];
        var bytes = PostgresNumeric.Write(value, type.Scale, target[LengthBytes..]);
        BinaryPrimitives.WriteInt32BigEndian(target, bytes);
        return LengthBytes + bytes;
    }
}

/// <summary>Byte strings and texts, which are UTF-8 on both sides.</summary>
sealed class BytesField : CopyField
{
    BytesColumn? _column;

    public override int FixedBytes => LengthBytes;

    public override bool IsVariable => true;

    public override void Bind(Column column) => _column = (BytesColumn)column;

    public override int VariableBytes(int row) => _column![row].Length;

    public override int Write(int row, Span<byte> target)
    {
        if (_column!.IsNull(row))
            return WriteNull(target);
        var value = _column[row];
        BinaryPrimitives.WriteInt32BigEndian(target, value.Length);
        value.CopyTo(target[LengthBytes..]);
        return LengthBytes + value.Length;
    }
}

/// <summary>Arrays of one dimension.</summary>
sealed class ArrayField(CopyField element, uint elementOid) : CopyField
{
    /// <summary>Dimensions, whether there are NULLs, the type of the elements; how many, and the number of the first.</summary>
    public const int HeaderBytes = 20;

    /// <summary>The first part of that is all that an array without elements has.</summary>
    public const int EmptyBytes = 12;

    ListColumn? _column;

    public override int FixedBytes => LengthBytes + HeaderBytes;

    public override bool IsVariable => true;

    public override void Bind(Column column)
    {
        _column = (ListColumn)column;
        element.Bind(_column.Elements);
    }

    public override int VariableBytes(int row)
    {
        var (start, count) = _column![row];
        var bytes = count * element.FixedBytes;
        for (var i = start; element.IsVariable && i < start + count; i++)
            bytes += element.VariableBytes(i);
        return bytes;
    }

    public override int Write(int row, Span<byte> target)
    {
        if (_column!.IsNull(row))
            return WriteNull(target);
        var (start, count) = _column[row];
        var hasNulls = false;
        var position = LengthBytes + (count == 0 ? EmptyBytes : HeaderBytes);
        for (var i = start; i < start + count; i++)
        {
            hasNulls |= _column.Elements.IsNull(i);
            position += element.Write(i, target[position..]);
        }
        BinaryPrimitives.WriteInt32BigEndian(target, position - LengthBytes);
        WriteHeader(target[LengthBytes..], count, hasNulls, elementOid);
        return position;
    }

    /// <summary>Writes what stands before the elements.</summary>
    public static void WriteHeader(Span<byte> target, int count, bool hasNulls, uint elementOid)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, count == 0 ? 0 : 1);
        BinaryPrimitives.WriteInt32BigEndian(target[4..], hasNulls ? 1 : 0);
        BinaryPrimitives.WriteUInt32BigEndian(target[8..], elementOid);
        if (count == 0)
            return;
        BinaryPrimitives.WriteInt32BigEndian(target[12..], count);
        BinaryPrimitives.WriteInt32BigEndian(target[16..], 1);
    }
}

/// <summary>How a value of fixed width is written.</summary>
interface ICopyValue<T>
{
    static abstract int Bytes { get; }

    static abstract void Write(T value, Span<byte> target);
}

readonly struct TinyIntValue : ICopyValue<sbyte>
{
    public static int Bytes => 2;

    public static void Write(sbyte value, Span<byte> target) => BinaryPrimitives.WriteInt16BigEndian(target, value);
}

readonly struct SmallIntValue : ICopyValue<short>
{
    public static int Bytes => 2;

    public static void Write(short value, Span<byte> target) => BinaryPrimitives.WriteInt16BigEndian(target, value);
}

readonly struct IntValue : ICopyValue<int>
{
    public static int Bytes => 4;

    public static void Write(int value, Span<byte> target) => BinaryPrimitives.WriteInt32BigEndian(target, value);
}

readonly struct BigIntValue : ICopyValue<long>
{
    public static int Bytes => 8;

    public static void Write(long value, Span<byte> target) => BinaryPrimitives.WriteInt64BigEndian(target, value);
}

readonly struct FloatValue : ICopyValue<float>
{
    public static int Bytes => 4;

    public static void Write(float value, Span<byte> target) => BinaryPrimitives.WriteSingleBigEndian(target, value);
}

readonly struct FloatKey : ICopyValue<float>
{
    public static int Bytes => 4;

    public static void Write(float value, Span<byte> target) => BinaryPrimitives.WriteSingleBigEndian(target, float.IsNaN(value) ? float.NaN : value + 0f);
}

readonly struct DoubleValue : ICopyValue<double>
{
    public static int Bytes => 8;

    public static void Write(double value, Span<byte> target) => BinaryPrimitives.WriteDoubleBigEndian(target, value);
}

readonly struct DoubleKey : ICopyValue<double>
{
    public static int Bytes => 8;

    public static void Write(double value, Span<byte> target) => BinaryPrimitives.WriteDoubleBigEndian(target, double.IsNaN(value) ? double.NaN : value + 0d);
}

/// <summary>Days since 1970 here, since 2000 there.</summary>
readonly struct DateValue : ICopyValue<int>
{
    public static int Bytes => 4;

    public static void Write(int value, Span<byte> target) => BinaryPrimitives.WriteInt32BigEndian(target, value - PostgresEpoch.Days);
}

/// <summary>Milliseconds of the day here, microseconds there.</summary>
readonly struct TimeValue : ICopyValue<int>
{
    public static int Bytes => 8;

    public static void Write(int value, Span<byte> target) => BinaryPrimitives.WriteInt64BigEndian(target, value * 1000L);
}

/// <summary>Microseconds since 1970 here, since 2000 there.</summary>
readonly struct MicrosValue : ICopyValue<long>
{
    public static int Bytes => 8;

    public static void Write(long value, Span<byte> target) => BinaryPrimitives.WriteInt64BigEndian(target, value - PostgresEpoch.Micros);
}

/// <summary>Nanoseconds since 1970 here; what is finer than a microsecond is cut off.</summary>
readonly struct NanosValue : ICopyValue<Int128>
{
    public static int Bytes => 8;

    public static void Write(Int128 value, Span<byte> target)
    {
        var (micros, rest) = Int128.DivRem(value, 1000);
        BinaryPrimitives.WriteInt64BigEndian(target, (long)micros - (rest < 0 ? 1 : 0) - PostgresEpoch.Micros);
    }
}

/// <summary>2000-01-01, from which the server counts, since 1970-01-01.</summary>
static class PostgresEpoch
{
    public const int Days = 10_957;

    public const long Micros = Days * 86_400_000_000L;
}
