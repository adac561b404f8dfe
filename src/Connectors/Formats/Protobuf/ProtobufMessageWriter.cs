using SqlStream.Core.Columns;

namespace SqlStream.Connectors.Formats.Protobuf;

/// <summary>Writes columns as the fields of a message, in the order of their numbers.</summary>
sealed class ProtobufMessageWriter((ProtobufFieldWriter Field, int Column)[] fields)
{
    readonly (ProtobufFieldWriter Field, int Column)[] _fields = [.. fields.OrderBy(field => field.Field.Number)];

    /// <summary>Appends the fields of a row; NULL is not written.</summary>
    public void Write(ReadOnlySpan<Column> columns, int row, RowText target)
    {
        foreach (ref readonly var field in _fields.AsSpan())
        {
            if (!columns[field.Column].IsNull(row))
                field.Field.Write(columns[field.Column], row, target);
        }
    }
}

/// <summary>Writes one column as one field.</summary>
abstract class ProtobufFieldWriter(ProtobufField described)
{
    public int Number { get; } = described.Number;

    protected ProtobufField Field { get; } = described;

    /// <summary>Appends the field of a row that is not NULL, its tag included.</summary>
    public abstract void Write(Column column, int row, RowText target);
}

/// <summary>A field that comes once.</summary>
sealed class ProtobufSingleWriter(ProtobufField field, ProtobufValueWriter value) : ProtobufFieldWriter(field)
{
    public override void Write(Column column, int row, RowText target)
    {
        // Where missing means the default value, the default value is missing.
        if (!Field.HasPresence && value.IsDefault(column, row))
            return;
        ProtobufBytes.WriteTag(Field.Number, Field.Wire, target);
        value.Write(column, row, target);
    }
}

/// <summary>A repeated field, packed where the descriptor says so.</summary>
sealed class ProtobufListWriter(ProtobufField field, ProtobufValueWriter value) : ProtobufFieldWriter(field)
{
    public override void Write(Column column, int row, RowText target)
    {
        var list = (ListColumn)column;
        var (first, count) = list[row];
        if (count == 0)
            return;
        if (!Field.IsPacked)
        {
            for (var i = first; i < first + count; i++)
            {
                ProtobufBytes.WriteTag(Field.Number, Field.Wire, target);
                value.Write(list.Elements, i, target);
            }
            return;
        }
        ProtobufBytes.WriteTag(Field.Number, ProtobufWire.Length, target);
        var start = target.Length;
        for (var i = first; i < first + count; i++)
            value.Write(list.Elements, i, target);
        ProtobufBytes.InsertLength(start, target);
    }
}

/// <summary>A map.</summary>
sealed class ProtobufMapWriter(ProtobufField field, ProtobufValueWriter key, ProtobufValueWriter value) : ProtobufFieldWriter(field)
{
    readonly ProtobufField _key = field.Message!.Find("key")!;
    readonly ProtobufField _value = field.Message!.Find("value")!;

    public override void Write(Column column, int row, RowText target)
    {
        var map = (MapColumn)column;
        var (first, count) = map[row];
        for (var i = first; i < first + count; i++)
        {
            ProtobufBytes.WriteTag(Field.Number, ProtobufWire.Length, target);
            var start = target.Length;
            ProtobufBytes.WriteTag(_key.Number, _key.Wire, target);
            key.Write(map.Keys, i, target);
            ProtobufBytes.WriteTag(_value.Number, _value.Wire, target);
            value.Write(map.Values, i, target);
            ProtobufBytes.InsertLength(start, target);
        }
    }
}
