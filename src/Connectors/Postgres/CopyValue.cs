using System.Buffers.Binary;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Postgres;

/// <summary>Appends values in the server's binary form to a column.</summary>
abstract class CopyValue
{
    /// <summary>Appends a value that is not NULL; false if a column here cannot hold it.</summary>
    public abstract bool TryAppend(ReadOnlySpan<byte> value, ColumnBuilder builder);

    /// <summary>Appends a field of a length, -1 being NULL, and moves behind it; false if a column here cannot hold it.</summary>
    public bool TryAppendField(ref ReadOnlySpan<byte> source, ColumnBuilder builder)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(source);
        source = source[CopyField.LengthBytes..];
        if (length < 0)
        {
            builder.AppendNull();
            return true;
        }
        var value = source[..length];
        source = source[length..];
        return TryAppend(value, builder);
    }

    /// <summary>The reader of a type.</summary>
    public static CopyValue Create(SqlType type) => type switch
    {
        { Kind: SqlTypeKind.Boolean } => new BoolValueReader(),
        { Kind: SqlTypeKind.TinyInt } => new FixedReader<sbyte, TinyIntReader>(),
        { Kind: SqlTypeKind.SmallInt } => new FixedReader<short, SmallIntReader>(),
        { Kind: SqlTypeKind.Int } => new FixedReader<int, IntReader>(),
        { Kind: SqlTypeKind.BigInt } => new FixedReader<long, BigIntReader>(),
        { Kind: SqlTypeKind.Float } => new FixedReader<float, FloatReader>(),
        { Kind: SqlTypeKind.Double } => new FixedReader<double, DoubleReader>(),
        { Kind: SqlTypeKind.Date } => new FixedReader<int, DateReader>(),
        { Kind: SqlTypeKind.Time } => new FixedReader<int, TimeReader>(),
        TemporalType { IsNanos: true } => new FixedReader<Int128, NanosReader>(),
        TemporalType => new FixedReader<long, MicrosReader>(),
        DecimalType number => new DecimalReader(number),
        StringType => new BytesReader(),
        CollectionType { Kind: SqlTypeKind.Array } array => new ArrayReader(Create(array.Element)),
        _ => throw new EngineBugException($"type {type} is not read from a server"),
    };
}

/// <summary>How a value of fixed width is read; false if it is none here.</summary>
interface IFixedReader<T>
{
    static abstract bool TryRead(ReadOnlySpan<byte> value, out T result);
}

sealed class FixedReader<T, TReader> : CopyValue
    where T : unmanaged
    where TReader : struct, IFixedReader<T>
{
    public override bool TryAppend(ReadOnlySpan<byte> value, ColumnBuilder builder)
    {
        if (!TReader.TryRead(value, out var result))
            return false;
        ((FixedColumnBuilder<T>)builder).Append(result);
        return true;
    }
}

sealed class BoolValueReader : CopyValue
{
    public override bool TryAppend(ReadOnlySpan<byte> value, ColumnBuilder builder)
    {
        ((BoolColumnBuilder)builder).Append(value[0] != 0);
        return true;
    }
}

sealed class BytesReader : CopyValue
{
    public override bool TryAppend(ReadOnlySpan<byte> value, ColumnBuilder builder)
    {
        ((BytesColumnBuilder)builder).Append(value);
        return true;
    }
}

sealed class DecimalReader(DecimalType type) : CopyValue
{
    public override bool TryAppend(ReadOnlySpan<byte> value, ColumnBuilder builder)
    {
        if (!PostgresNumeric.TryRead(value, type.Precision, type.Scale, out var number))
            return false;
        if (builder is FixedColumnBuilder<long> compact)
            compact.Append((long)number);
        else
            ((FixedColumnBuilder<Int128>)builder).Append(number);
        return true;
    }
}

sealed class ArrayReader(CopyValue element) : CopyValue
{
    public override bool TryAppend(ReadOnlySpan<byte> value, ColumnBuilder builder)
    {
        var list = (ListColumnBuilder)builder;
        var dimensions = BinaryPrimitives.ReadInt32BigEndian(value);
        if (dimensions > 1)
            return false;
        var count = dimensions == 0 ? 0 : BinaryPrimitives.ReadInt32BigEndian(value[ArrayField.EmptyBytes..]);
        var rest = count == 0 ? [] : value[ArrayField.HeaderBytes..];
        for (var i = 0; i < count; i++)
        {
            if (!element.TryAppendField(ref rest, list.Elements))
                return false;
        }
        list.EndList();
        return true;
    }
}

readonly struct TinyIntReader : IFixedReader<sbyte>
{
    public static bool TryRead(ReadOnlySpan<byte> value, out sbyte result)
    {
        var wide = BinaryPrimitives.ReadInt16BigEndian(value);
        result = (sbyte)wide;
        return result == wide;
    }
}

readonly struct SmallIntReader : IFixedReader<short>
{
    public static bool TryRead(ReadOnlySpan<byte> value, out short result) => BinaryPrimitives.TryReadInt16BigEndian(value, out result);
}

readonly struct IntReader : IFixedReader<int>
{
    public static bool TryRead(ReadOnlySpan<byte> value, out int result) => BinaryPrimitives.TryReadInt32BigEndian(value, out result);
}

readonly struct BigIntReader : IFixedReader<long>
{
    public static bool TryRead(ReadOnlySpan<byte> value, out long result) => BinaryPrimitives.TryReadInt64BigEndian(value, out result);
}

readonly struct FloatReader : IFixedReader<float>
{
    public static bool TryRead(ReadOnlySpan<byte> value, out float result) => BinaryPrimitives.TryReadSingleBigEndian(value, out result);
}

readonly struct DoubleReader : IFixedReader<double>
{
    public static bool TryRead(ReadOnlySpan<byte> value, out double result) => BinaryPrimitives.TryReadDoubleBigEndian(value, out result);
}

/// <summary>The least and the greatest stand for minus and plus infinity.</summary>
readonly struct DateReader : IFixedReader<int>
{
    public static bool TryRead(ReadOnlySpan<byte> value, out int result)
    {
        var days = BinaryPrimitives.ReadInt32BigEndian(value);
        result = unchecked(days + PostgresEpoch.Days);
        return days is not (int.MinValue or int.MaxValue);
    }
}

readonly struct TimeReader : IFixedReader<int>
{
    const int MillisOfDay = 86_400_000;

    public static bool TryRead(ReadOnlySpan<byte> value, out int result)
    {
        result = (int)(BinaryPrimitives.ReadInt64BigEndian(value) / 1000);
        // There is a 24:00 there.
        return result < MillisOfDay;
    }
}

readonly struct MicrosReader : IFixedReader<long>
{
    public static bool TryRead(ReadOnlySpan<byte> value, out long result)
    {
        var micros = BinaryPrimitives.ReadInt64BigEndian(value);
        result = unchecked(micros + PostgresEpoch.Micros);
        return micros is not (long.MinValue or long.MaxValue);
    }
}

readonly struct NanosReader : IFixedReader<Int128>
{
    public static bool TryRead(ReadOnlySpan<byte> value, out Int128 result)
    {
        var isOne = MicrosReader.TryRead(value, out var micros);
        result = (Int128)micros * 1000;
        return isOne;
    }
}
