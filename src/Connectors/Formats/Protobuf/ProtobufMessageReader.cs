using SqlStream.Core.Columns;

namespace SqlStream.Connectors.Formats.Protobuf;

/// <summary>Reads the fields of a message into columns. The fields may come in any order and several times; those that no column wants are
/// passed over. Not thread-safe.</summary>
sealed class ProtobufMessageReader
{
    public const string Malformed = "the message is cut off or malformed";

    readonly ProtobufFieldReader[] _fields;
    readonly Dictionary<int, int> _byNumber = [];

    /// <param name="fields">A reader for each column.</param>
    public ProtobufMessageReader(ProtobufFieldReader[] fields)
    {
        _fields = fields;
        for (var i = 0; i < fields.Length; i++)
            _byNumber.Add(fields[i].Number, i);
    }

    /// <summary>Appends one value to every column, each of which holds <paramref name="rows"/> rows. Returns what is wrong, or null; after an
    /// error some columns may have got a value.</summary>
    public string? Read(ReadOnlySpan<byte> message, ReadOnlySpan<ColumnBuilder> columns, int rows)
    {
        foreach (var field in _fields)
            field.Begin();
        var cursor = new ProtobufCursor(message);
        while (!cursor.AtEnd)
        {
            if (!cursor.ReadTag(out var number, out var wire))
                return Malformed;
            if (!_byNumber.TryGetValue(number, out var index) || !_fields[index].Takes(wire))
            {
                if (!cursor.Skip(number, wire))
                    return Malformed;
            }
            else if (_fields[index].Take(ref cursor, wire, columns[index], rows) is { } problem)
            {
                return problem;
            }
        }
        for (var i = 0; i < _fields.Length; i++)
        {
            if (_fields[i].End(message, columns[i]) is { } problem)
                return problem;
        }
        return null;
    }
}

/// <summary>Reads what comes of one field of a message into one column. Not thread-safe.</summary>
abstract class ProtobufFieldReader(ProtobufField described)
{
    public int Number { get; } = described.Number;

    protected ProtobufField Field { get; } = described;

    /// <summary>Begins a message.</summary>
    public abstract void Begin();

    /// <summary>True if values that end so are of this field; others count as unknown.</summary>
    public virtual bool Takes(ProtobufWire wire) => wire == Field.Wire;

    /// <summary>Takes a value. Returns what is wrong, or null.</summary>
    public abstract string? Take(ref ProtobufCursor cursor, ProtobufWire wire, ColumnBuilder builder, int rows);

    /// <summary>Ends the message: the column gets its value now if it has none yet. Returns what is wrong, or null.</summary>
    public abstract string? End(ReadOnlySpan<byte> message, ColumnBuilder builder);
}
