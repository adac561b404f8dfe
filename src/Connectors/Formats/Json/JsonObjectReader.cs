using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Json;

/// <summary>Reads the properties of a JSON object straight into columns; properties that no column
/// wants are passed over.</summary>
/// <remarks>Writers repeat the order of their properties, so the n-th property of an object is first compared with the
/// n-th of the object before. Not thread-safe.</remarks>
sealed class JsonObjectReader
{
    const int PredictedMax = 256;

    readonly byte[][] _names;
    readonly JsonValueReader[] _values;
    readonly JsonOptions _options;
    readonly JsonScalars _scalars;
    readonly long[] _filledIn;
    readonly List<Prediction> _predictions = [];
    long _object;

    /// <param name="schema">The table's columns.</param>
    /// <param name="readColumns">Those to read.</param>
    /// <param name="options">The format's options.</param>
    public JsonObjectReader(Schema schema, IReadOnlyList<int> readColumns, JsonOptions options)
        : this([.. readColumns.Select(index => schema[index])], "", options, new JsonScalars(options))
    {
    }

    /// <param name="fields">The fields of a row.</param>
    /// <param name="prefix">Stands before their names in messages.</param>
    /// <param name="options">The format's options.</param>
    /// <param name="scalars">Reads what is not nested.</param>
    public JsonObjectReader(ValueList<Field> fields, string prefix, JsonOptions options, JsonScalars scalars)
    {
        _names = [.. fields.Select(field => System.Text.Encoding.UTF8.GetBytes(field.Name))];
        _values = [.. fields.Select(field => new JsonValueReader(prefix + field.Name, field.Type, options, scalars))];
        _filledIn = new long[fields.Count];
        _options = options;
        _scalars = scalars;
    }

    /// <summary>Appends one value to every column from the object at the cursor. Returns what is wrong, or null; after
    /// an error some columns may have got a value.</summary>
    public string? Read(ref JsonCursor cursor, BatchBuilder target) => Read(ref cursor, target.Columns, target.Rows);

    /// <summary>Appends one value to every column, each of which holds <paramref name="rows"/> rows.</summary>
    public string? Read(ref JsonCursor cursor, ReadOnlySpan<ColumnBuilder> columns, int rows)
    {
        _object++;
        return ReadProperties(ref cursor, columns, rows) ?? FillMissing(columns);
    }

    /// <summary>Appends one value to every column from two objects: what the second one, at position <paramref name="over"/>, holds counts, the
    /// rest comes from the first, at the cursor.</summary>
    public string? ReadMerged(ref JsonCursor cursor, int over, ReadOnlySpan<ColumnBuilder> columns, int rows)
    {
        _object++;
        if (ReadProperties(ref cursor, columns, rows) is { } problem)
            return problem;
        cursor.Position = over;
        return ReadProperties(ref cursor, columns, rows) ?? FillMissing(columns);
    }

    string? ReadProperties(ref JsonCursor cursor, ReadOnlySpan<ColumnBuilder> columns, int rows)
    {
        if (cursor.Peek() != '{')
            return "JSON is no object";
        cursor.Position++;
        if (cursor.TryTake('}'))
            return null;
        for (var ordinal = 0; ; ordinal++)
        {
            if (!ReadName(ref cursor, ordinal, out var column))
                return cursor.Problem;
            if (ReadValue(ref cursor, column, columns, rows) is { } problem)
                return problem;
            if (cursor.TryTake(','))
                continue;
            if (cursor.TryTake('}'))
                return null;
            cursor.Fail("',' or '}' expected");
            return cursor.Problem;
        }
    }

    string? FillMissing(ReadOnlySpan<ColumnBuilder> columns)
    {
        for (var i = 0; i < _filledIn.Length; i++)
        {
            if (_filledIn[i] == _object)
                continue;
            if (_options.FailOnMissingField)
                return $"field \"{_values[i].Path}\" is missing";
            if (!_values[i].IsNullable)
                return FormatMessages.MissingValue(_values[i].Path);
            columns[i].AppendNull();
        }
        return null;
    }

    bool ReadName(ref JsonCursor cursor, int ordinal, out int column)
    {
        column = -1;
        if (cursor.Peek() != '"')
            return cursor.Fail("a property name expected");
        if (ordinal < _predictions.Count && cursor.TryTake(_predictions[ordinal].Quoted))
        {
            column = _predictions[ordinal].Column;
            return cursor.Take(':');
        }
        switch (cursor.Read(out var name))
        {
            case JsonToken.String:
                column = FindColumn(name);
                Predict(ordinal, name, column);
                break;
            case JsonToken.EscapedString:
                if (!_scalars.Unescape(name, out var text))
                    return cursor.Fail("an escape sequence of the property name is malformed");
                column = FindColumn(text);
                break;
            default:
                return false;
        }
        return cursor.Take(':');
    }

    void Predict(int ordinal, ReadOnlySpan<byte> name, int column)
    {
        if (ordinal > _predictions.Count || ordinal >= PredictedMax)
            return;
        if (ordinal == _predictions.Count)
            _predictions.Add(new Prediction());
        _predictions[ordinal].Set(name, column);
    }

    int FindColumn(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (name.SequenceEqual(_names[i]))
                return i;
        }
        return -1;
    }

    string? ReadValue(ref JsonCursor cursor, int column, ReadOnlySpan<ColumnBuilder> columns, int rows)
    {
        if (column < 0)
            return cursor.Read(out _) == JsonToken.Malformed ? cursor.Problem : null;
        var builder = columns[column];
        // Of two properties with one name the last one counts.
        if (_filledIn[column] == _object)
            builder.Truncate(rows);
        _filledIn[column] = _object;
        var value = _values[column];
        var start = cursor.Position;
        if (value.Read(ref cursor, builder) is not { } problem)
            return null;
        if (!_options.IgnoreParseErrors || !value.IsNullable)
            return problem;
        // What is well-formed but does not fit is NULL; the rest of it is passed over.
        builder.Truncate(rows);
        cursor.Position = start;
        if (cursor.Read(out _) == JsonToken.Malformed)
            return cursor.Problem;
        builder.AppendNull();
        return null;
    }

    sealed class Prediction
    {
        byte[] _buffer = [];
        int _length;

        /// <summary>The name in quotes, as it stands in the text.</summary>
        public ReadOnlySpan<byte> Quoted => _buffer.AsSpan(0, _length);

        public int Column { get; private set; }

        public void Set(ReadOnlySpan<byte> name, int column)
        {
            if (_buffer.Length < name.Length + 2)
                _buffer = new byte[name.Length + 16];
            _buffer[0] = (byte)'"';
            name.CopyTo(_buffer.AsSpan(1));
            _buffer[name.Length + 1] = (byte)'"';
            _length = name.Length + 2;
            Column = column;
        }
    }
}
