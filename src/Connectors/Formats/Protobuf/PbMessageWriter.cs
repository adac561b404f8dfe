using SqlStream.Core.Columns;

namespace SqlStream.Connectors.Formats.Protobuf;

/// <summary>Writes columns as the fields of a message, in the order of their numbers.</summary>
sealed class PbMessageWriter((PbFieldWriter Field, int Column)[] fields)
{
    readonly (PbFieldWriter Field, int Column)[] _fields = [.. fields.OrderBy(field => field.Field.Number)];

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
abstract class PbFieldWriter(PbField described)
{
    public int Number { get; } = described.Number;

    protected PbField Field { get; } = described;

    /// <summary>Appends the field of a row that is not NULL, its tag included.</summary>
    public abstract void Write(Column column, int row, RowText target);
}

/// <summary>A field that comes once.</summary>
sealed class PbSingleWriter(PbField field, PbValueWriter value) : PbFieldWriter(field)
{
    public override void Write(Column column, int row, RowText target)
    {
        // Where missing means the default value, the default value is missing.
        if (!Field.HasPresence && value.IsDefault(column, row))
            return;
        PbBytes.WriteTag(Field.Number, Field.Wire, target);
        value.Write(column, row, target);
    }
}

/// <summary>A repeated field, packed where the descriptor says so.</summary>
sealed class PbListWriter(PbField field, PbValueWriter value) : PbFieldWriter(field)
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
                PbBytes.WriteTag(Field.Number, Field.Wire, target);
                value.Write(list.Elements, i, target);
            }
            return;
        }
        PbBytes.WriteTag(Field.Number, PbWire.Length, target);
        var start = target.Length;
        for (var i = first; i < first + count; i++)
            value.Write(list.Elements, i, target);
        PbBytes.InsertLength(start, target);
    }
}

/// <summary>A map.</summary>
sealed class PbMapWriter(PbField field, PbValueWriter key, PbValueWriter value) : PbFieldWriter(field)
{
    readonly PbField _key = field.Message!.Find("key")!;
    readonly PbField _value = field.Message!.Find("value")!;

    public override void Write(Column column, int row, RowText target)
    {
        var map = (MapColumn)column;
        var (first, count) = map[row];
        for (var i = first; i < first + count; i++)
        {
            PbBytes.WriteTag(Field.Number, PbWire.Length, target);
            var start = target.Length;
            PbBytes.WriteTag(_key.Number, _key.Wire, target);
            key.Write(map.Keys, i, target);
            PbBytes.WriteTag(_value.Number, _value.Wire, target);
            value.Write(map.Values, i, target);
            PbBytes.InsertLength(start, target);
        }
    }
}
