using SqlStream.Core.Columns;

namespace SqlStream.Connectors.Formats.Protobuf;

/// <summary>Writes values behind the tag of their field.</summary>
abstract class ProtobufValueWriter
{
    /// <summary>Appends the value of a row, with its length where it has one. NULL, which only arrays and maps hand over, is written as the
    /// default value.</summary>
    public abstract void Write(Column column, int row, RowText target);

    /// <summary>True if a value that is not NULL is the default one of its type.</summary>
    public virtual bool IsDefault(Column column, int row) => false;
}

/// <summary>A plain value.</summary>
/// <param name="field">Its field.</param>
/// <param name="scalar">Its conversion.</param>
/// <param name="nullText">What a string that is NULL is written as.</param>
sealed class ProtobufScalarWriter(ProtobufField field, ProtobufScalar scalar, byte[] nullText) : ProtobufValueWriter
{
    readonly ulong _defaultBits = field.Enum is { } symbols ? (ulong)(long)symbols.Symbols[0].Number : 0;

    public override void Write(Column column, int row, RowText target)
    {
        if (field.Wire != ProtobufWire.Length)
            scalar.WriteBits(column.IsNull(row) ? _defaultBits : scalar.Bits(column, row), target);
        else if (column.IsNull(row))
            ProtobufBytes.WriteBytes(field.Type == ProtobufType.String ? nullText : default, target);
        else
            ProtobufBytes.WriteBytes(((BytesColumn)column)[row], target);
    }

    public override bool IsDefault(Column column, int row) =>
        field.Wire == ProtobufWire.Length ? ((BytesColumn)column)[row].IsEmpty : scalar.Bits(column, row) == _defaultBits;
}

/// <summary>A ROW as a message.</summary>
sealed class ProtobufRowWriter(ProtobufMessageWriter message) : ProtobufValueWriter
{
    public override void Write(Column column, int row, RowText target)
    {
        var start = target.Length;
        if (!column.IsNull(row))
            message.Write(((RowColumn)column).Fields, ((RowColumn)column).Stored(row), target);
        ProtobufBytes.InsertLength(start, target);
    }
}

/// <summary>A value as a message that holds nothing else.</summary>
sealed class ProtobufWrapperWriter(ProtobufField field, ProtobufScalarWriter value) : ProtobufValueWriter
{
    public override void Write(Column column, int row, RowText target)
    {
        var start = target.Length;
        if (!column.IsNull(row) && !value.IsDefault(column, row))
        {
            ProtobufBytes.WriteTag(field.Number, field.Wire, target);
            value.Write(column, row, target);
        }
        ProtobufBytes.InsertLength(start, target);
    }
}

/// <summary>A timestamp as google.protobuf.Timestamp.</summary>
sealed class ProtobufTimestampWriter : ProtobufValueWriter
{
    const long NanosPerSecond = 1_000_000_000;

    public override void Write(Column column, int row, RowText target)
    {
        var start = target.Length;
        if (!column.IsNull(row))
        {
            var time = column is FixedColumn<Int128> fine ? fine[row] : (Int128)((FixedColumn<long>)column)[row] * 1000;
            var nanos = (long)(time % NanosPerSecond);
            nanos = nanos < 0 ? nanos + NanosPerSecond : nanos;
            WriteNumber(ProtobufTimestampReader.Seconds, (long)((time - nanos) / NanosPerSecond), target);
            WriteNumber(ProtobufTimestampReader.Nanos, nanos, target);
        }
        ProtobufBytes.InsertLength(start, target);
    }

    static void WriteNumber(int field, long number, RowText target)
    {
        if (number == 0)
            return;
        ProtobufBytes.WriteTag(field, ProtobufWire.Varint, target);
        ProtobufBytes.WriteVarint((ulong)number, target);
    }
}
