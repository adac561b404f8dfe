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
    readonly string[] _columns;
    readonly TextType[] _types;
    readonly JsonOptions _options;
    readonly byte _separator;
    readonly long[] _filledIn;
    readonly List<Prediction> _predictions = [];
    byte[] _scratch = new byte[256];
    long _object;

    /// <param name="schema">The table's columns.</param>
    /// <param name="readColumns">Those to read.</param>
    /// <param name="options">The format's options.</param>
    public JsonObjectReader(Schema schema, IReadOnlyList<int> readColumns, JsonOptions options)
    {
        var fields = readColumns.Select(index => schema[index]).ToList();
        _names = [.. fields.Select(field => System.Text.Encoding.UTF8.GetBytes(field.Name))];
        _columns = [.. fields.Select(field => field.Name)];
        _types = [.. fields.Select(field => TextType.Of(field.Type))];
        _filledIn = new long[fields.Count];
        _options = options;
        _separator = options.IsIso ? (byte)'T' : (byte)' ';
    }

    /// <summary>Appends one value to every column from the object at the cursor. Returns what is wrong, or null; after
    /// an error some columns may have got a value.</summary>
    public string? Read(ref JsonCursor cursor, BatchBuilder target)
    {
        _object++;
        if (cursor.Peek() != '{')
            return "JSON is no object";
        cursor.Position++;
        if (!cursor.TryTake('}'))
        {
            for (var ordinal = 0; ; ordinal++)
            {
                if (!ReadName(ref cursor, ordinal, out var column))
                    return cursor.Problem;
                if (ReadValue(ref cursor, column, target) is { } problem)
                    return problem;
                if (cursor.TryTake(','))
                    continue;
                if (cursor.TryTake('}'))
                    break;
                cursor.Fail("',' or '}' expected");
                return cursor.Problem;
            }
        }
        return FillMissing(target);
    }

    string? FillMissing(BatchBuilder target)
    {
        for (var i = 0; i < _filledIn.Length; i++)
        {
            if (_filledIn[i] == _object)
                continue;
            if (_options.FailOnMissingField)
                return $"field \"{_columns[i]}\" is missing";
            if (!_types[i].Type.IsNullable)
                return FormatMessages.MissingValue(_columns[i]);
            target[i].AppendNull();
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
                if (!Unescape(name, out var text))
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

    string? ReadValue(ref JsonCursor cursor, int column, BatchBuilder target)
    {
        var token = cursor.Read(out var content);
        if (token == JsonToken.Malformed)
            return cursor.Problem;
        if (column < 0)
            return null;
        var builder = target[column];
        // Of two properties with one name the last one counts.
        if (_filledIn[column] == _object)
            builder.Truncate(target.Rows);
        _filledIn[column] = _object;
        var isNullable = _types[column].Type.IsNullable;
        if (token == JsonToken.Null)
        {
            if (!isNullable)
                return FormatMessages.MissingValue(_columns[column]);
            builder.AppendNull();
            return null;
        }
        if (TryAppend(_types[column], token, builder, content))
            return null;
        if (!_options.IgnoreParseErrors || !isNullable)
            return TextValues.Complaint(_columns[column], _types[column], content);
        builder.AppendNull();
        return null;
    }

    bool TryAppend(in TextType type, JsonToken token, ColumnBuilder builder, ReadOnlySpan<byte> content)
    {
        switch (token)
        {
            case JsonToken.String when type.Kind != TextKind.Characters:
                return TryAppendText(type, builder, content);
            case JsonToken.EscapedString:
                return TryAppendEscaped(type, builder, content);
            case JsonToken.Number when type.Kind is TextKind.Int or TextKind.BigInt:
                return NumberText.ParseTruncated(content, out var number) == NumberResult.Ok
                    && TextValues.TryAppendInteger(type.Kind, builder, number);
            case JsonToken.Integer or JsonToken.Number when type.Kind is TextKind.Boolean or >= TextKind.Binary:
                return false;
            case JsonToken.True or JsonToken.False when type.Kind is not (TextKind.Boolean or TextKind.Characters):
                return false;
            case JsonToken.Container when type.Kind != TextKind.Characters:
                return false;
            default:
                return TextValues.TryAppend(type, builder, content, _separator);
        }
    }

    bool TryAppendEscaped(in TextType type, ColumnBuilder builder, ReadOnlySpan<byte> content)
    {
        if (type.Kind != TextKind.Characters)
            return Unescape(content, out var text) && TryAppendText(type, builder, text);
        var characters = (BytesColumnBuilder)builder;
        var length = JsonStrings.Unescape(content, characters.Reserve(content.Length));
        if (length < 0)
            return false;
        characters.Commit(length);
        return true;
    }

    // Numbers in strings may have white space around them, dates and times may not.
    bool TryAppendText(in TextType type, ColumnBuilder builder, ReadOnlySpan<byte> text) =>
        TextValues.TryAppend(
            type, builder, type.Kind <= TextKind.WideDecimal ? text.Trim((byte)' ') : text, _separator);

    bool Unescape(ReadOnlySpan<byte> content, out ReadOnlySpan<byte> text)
    {
        if (_scratch.Length < content.Length)
            _scratch = new byte[content.Length * 2];
        var length = JsonStrings.Unescape(content, _scratch);
        text = length < 0 ? default : _scratch.AsSpan(0, length);
        return length >= 0;
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
