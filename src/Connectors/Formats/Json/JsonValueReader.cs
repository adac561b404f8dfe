using SqlStream.Core.Columns;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Json;

/// <summary>Reads one JSON value of a type straight into a column: objects into ROW and MAP, arrays into ARRAY.</summary>
/// <remarks>Not thread-safe.</remarks>
sealed class JsonValueReader
{
    readonly JsonScalars _scalars;
    readonly TextType _type;
    readonly JsonObjectReader? _row;
    readonly JsonValueReader? _element;
    readonly JsonMapKeys? _keys;

    /// <param name="path">Names the value in messages.</param>
    /// <param name="type">Its type.</param>
    /// <param name="options">The format's options.</param>
    /// <param name="scalars">Reads what is not nested.</param>
    public JsonValueReader(string path, SqlType type, JsonOptions options, JsonScalars scalars)
    {
        Path = path;
        _type = TextType.Of(type);
        _scalars = scalars;
        switch (type)
        {
            case RowType row:
                _row = new JsonObjectReader(row.Fields, path + ".", options, scalars);
                break;
            case CollectionType { Kind: SqlTypeKind.Array } array:
                _element = new JsonValueReader(path, array.Element, options, scalars);
                break;
            case CollectionType or MapType:
                _element = new JsonValueReader(path, MapColumn.EntryTypes(type).Value, options, scalars);
                _keys = new JsonMapKeys();
                break;
            default:
                break;
        }
    }

    public string Path { get; }

    public bool IsNullable => _type.Type.IsNullable;

    /// <summary>Appends the value at the cursor. Returns what is wrong, or null; after an error the builder may hold a part of
    /// a value.</summary>
    public string? Read(ref JsonCursor cursor, ColumnBuilder builder)
    {
        if (_type.IsNested)
        {
            var first = cursor.Peek();
            if (first == (_type.Kind == TextKind.Array ? '[' : '{'))
            {
                return _type.Kind switch
                {
                    TextKind.Array => ReadArray(ref cursor, (ListColumnBuilder)builder),
                    TextKind.Row => ReadRow(ref cursor, (RowColumnBuilder)builder),
                    _ => ReadMap(ref cursor, (MapColumnBuilder)builder),
                };
            }
        }
        var token = cursor.Read(out var content);
        if (token == JsonToken.Malformed)
            return cursor.Problem;
        if (token == JsonToken.Null)
        {
            if (!IsNullable)
                return FormatMessages.MissingValue(Path);
            builder.AppendNull();
            return null;
        }
        return !_type.IsNested && _scalars.TryAppend(_type, token, builder, content)
            ? null
            : TextValues.Complaint(Path, _type, content);
    }

    string? ReadRow(ref JsonCursor cursor, RowColumnBuilder builder)
    {
        if (_row!.Read(ref cursor, builder.Fields, builder.Count) is { } problem)
            return problem;
        builder.EndRow();
        return null;
    }

    string? ReadArray(ref JsonCursor cursor, ListColumnBuilder builder)
    {
        cursor.Position++;
        if (!cursor.TryTake(']'))
        {
            do
            {
                if (_element!.Read(ref cursor, builder.Elements) is { } problem)
                    return problem;
            }
            while (cursor.TryTake(','));
            if (!cursor.TryTake(']'))
            {
                cursor.Fail("',' or ']' expected");
                return cursor.Problem;
            }
        }
        builder.EndList();
        return null;
    }

    // Of several values of one key the last counts: where a key comes again, the object is read anew without the earlier ones.
    string? ReadMap(ref JsonCursor cursor, MapColumnBuilder builder)
    {
        var start = cursor.Position;
        var rows = builder.Count;
        _keys!.Begin();
        while (true)
        {
            cursor.Position = start;
            if (ReadEntries(ref cursor, builder) is { } problem)
                return problem;
            if (!_keys.HasRepeated)
                break;
            builder.Truncate(rows);
            _keys.BeginAgain();
        }
        builder.EndMap();
        return null;
    }

    string? ReadEntries(ref JsonCursor cursor, MapColumnBuilder builder)
    {
        cursor.Position++;
        if (cursor.TryTake('}'))
            return null;
        do
        {
            if (cursor.Peek() != '"')
            {
                cursor.Fail("a property name expected");
                return cursor.Problem;
            }
            var token = cursor.Read(out var name);
            if (token == JsonToken.Malformed)
                return cursor.Problem;
            if (token == JsonToken.EscapedString && !_scalars.Unescape(name, out name))
            {
                cursor.Fail("an escape sequence of the property name is malformed");
                return cursor.Problem;
            }
            var counts = _keys!.Next(name);
            if (counts)
                ((BytesColumnBuilder)builder.Keys).Append(name);
            if (!cursor.Take(':'))
                return cursor.Problem;
            if (counts)
            {
                if (_element!.Read(ref cursor, builder.Values) is { } problem)
                    return problem;
            }
            else if (cursor.Read(out _) == JsonToken.Malformed)
            {
                return cursor.Problem;
            }
        }
        while (cursor.TryTake(','));
        if (cursor.TryTake('}'))
            return null;
        cursor.Fail("',' or '}' expected");
        return cursor.Problem;
    }
}
