using SqlStream.Core.Columns;

namespace SqlStream.Connectors.Formats.Protobuf;

/// <summary>Writes values behind the tag of their field.</summary>
abstract class PbValueWriter
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
sealed class PbScalarWriter(PbField field, PbScalar scalar, byte[] nullText) : PbValueWriter
{
    readonly ulong _defaultBits = field.Enum is { } symbols ? (ulong)(long)symbols.Symbols[0].Number : 0;

    public override void Write(Column column, int row, RowText target)
    {
        if (field.Wire != PbWire.Length)
            scalar.WriteBits(column.IsNull(row) ? _defaultBits : scalar.Bits(column, row), target);
        else if (column.IsNull(row))
            PbBytes.WriteBytes(field.Type == PbType.String ? nullText : default, target);
        else
            PbBytes.WriteBytes(((BytesColumn)column)[row], target);
    }

    public override bool IsDefault(Column column, int row) =>
        field.Wire == PbWire.Length ? ((BytesColumn)column)[row].IsEmpty : scalar.Bits(column, row) == _defaultBits;
}

/// <summary>A ROW as a message.</summary>
sealed class PbRowWriter(PbMessageWriter message) : PbValueWriter
{
    public override void Write(Column column, int row, RowText target)
    {
        var start = target.Length;
        if (!column.IsNull(row))
            message.Write(((RowColumn)column).Fields, ((RowColumn)column).Stored(row), target);
        PbBytes.InsertLength(start, target);
    }
}

/// <summary>A value as a message that holds nothing else.</summary>
sealed class PbWrapperWriter(PbField field, PbScalarWriter value) : PbValueWriter
{
    public override void Write(Column column, int row, RowText target)
    {
        var start = target.Length;
        if (!column.IsNull(row) && !value.IsDefault(column, row))
        {
            PbBytes.WriteTag(field.Number, field.Wire, target);
            value.Write(column, row, target);
        }
        PbBytes.InsertLength(start, target);
    }
}

/// <summary>A timestamp as google.protobuf.Timestamp.</summary>
sealed class PbTimestampWriter : PbValueWriter
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
            WriteNumber(PbTimestampReader.Seconds, (long)((time - nanos) / NanosPerSecond), target);
            WriteNumber(PbTimestampReader.Nanos, nanos, target);
        }
        PbBytes.InsertLength(start, target);
    }

    static void WriteNumber(int field, long number, RowText target)
    {
        if (number == 0)
            return;
        PbBytes.WriteTag(field, PbWire.Varint, target);
        PbBytes.WriteVarint((ulong)number, target);
    }
}
