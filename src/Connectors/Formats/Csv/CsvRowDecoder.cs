using System.Text.Unicode;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Csv;

/// <summary>Decodes CSV records; the fields stand in the order of the table's columns. Blank lines hold no row, except
/// in a table of one column.</summary>
sealed class CsvRowDecoder : IRowDecoder
{
    readonly CsvOptions _options;
    readonly CsvScanner _scanner;
    readonly string[] _names;
    readonly TextType[] _types;
    readonly int[] _targets;
    byte[] _scratch = new byte[256];

    public CsvRowDecoder(Schema schema, IReadOnlyList<int> readColumns, CsvOptions options)
    {
        _options = options;
        _scanner = new CsvScanner(options);
        _names = [.. schema.Fields.Select(field => field.Name)];
        _types = [.. schema.Fields.Select(field => TextType.Of(field.Type))];
        _targets = new int[_names.Length];
        Array.Fill(_targets, -1);
        for (var i = 0; i < readColumns.Count; i++)
            _targets[readColumns[i]] = i;
    }

    /// <inheritdoc/>
    public int FindRecordEnd(ReadOnlySpan<byte> buffer, bool isLast) => _scanner.FindRecordEnd(buffer, isLast);

    /// <inheritdoc/>
    public string? Decode(ReadOnlySpan<byte> record, BatchBuilder target)
    {
        var line = WithoutLineEnd(record);
        if (line.IsEmpty && _names.Length > 1)
            return null;
        if (_options.AllowComments && !line.IsEmpty && line[0] == '#')
            return null;
        var problem = Utf8.IsValid(line) ? Read(line, target) : FormatMessages.InvalidUtf8;
        if (problem is null)
        {
            target.EndRow();
            return null;
        }
        target.CancelRow();
        return _options.IgnoreParseErrors ? null : problem;
    }

    static ReadOnlySpan<byte> WithoutLineEnd(ReadOnlySpan<byte> record)
    {
        if (!record.IsEmpty && record[^1] == '\n')
            record = record[..^1];
        return !record.IsEmpty && record[^1] == '\r' ? record[..^1] : record;
    }

    string? Read(ReadOnlySpan<byte> line, BatchBuilder target)
    {
        var position = 0;
        var ordinal = 0;
        while (true)
        {
            if (ReadField(line, ref position, ordinal, out var field) is { } malformed)
                return malformed;
            var isLast = position >= line.Length;
            if (ordinal < _names.Length)
            {
                if (_targets[ordinal] >= 0 && Append(ordinal, field, target[_targets[ordinal]]) is { } problem)
                    return problem;
            }
            else if (!_options.IgnoreTrailing
                && !(_options.AllowTrailingComma && ordinal == _names.Length && isLast && field.Text.IsEmpty))
            {
                return $"the row has more than {_names.Length} {Fields(_names.Length)}";
            }
            ordinal++;
            if (isLast)
                break;
            position++;
        }
        return ordinal < _names.Length ? FillMissing(ordinal, target) : null;
    }

    string? FillMissing(int fields, BatchBuilder target)
    {
        if (!_options.IgnoreParseErrors || _options.FailOnMissing)
            return $"the row has {fields} {Fields(fields)} instead of {_names.Length}";
        for (var i = fields; i < _names.Length; i++)
        {
            if (_targets[i] < 0)
                continue;
            if (!_types[i].Type.IsNullable)
                return FormatMessages.MissingValue(_names[i]);
            target[_targets[i]].AppendNull();
        }
        return null;
    }

    // Leaves the position at the delimiter behind the field, or at the end of the line.
    string? ReadField(ReadOnlySpan<byte> line, ref int position, int ordinal, out Field field)
    {
        var start = position;
        if (_options.TrimSpaces)
        {
            while (start < line.Length && line[start] == ' ')
                start++;
        }
        if (_options.Quote is { } quote && start < line.Length && line[start] == quote)
            return ReadQuoted(line, start + 1, ref position, ordinal, out field);
        position = _scanner.FindFieldEnd(line, start);
        var text = line[start..position];
        field = new Field(_options.TrimSpaces ? text.TrimEnd((byte)' ') : text, false, _options.Escape is { } escape
            && text.Contains(escape));
        return null;
    }

    string? ReadQuoted(ReadOnlySpan<byte> line, int start, ref int position, int ordinal, out Field field)
    {
        field = default;
        var end = _scanner.FindClosingQuote(line, start);
        if (end < 0)
            return $"the quoted field {ordinal + 1} does not end";
        var text = line[start..end];
        field = new Field(text, true, text.Contains(_options.Quote!.Value)
            || (_options.Escape is { } escape && text.Contains(escape)));
        position = end + 1;
        while (_options.TrimSpaces && position < line.Length && line[position] == ' ')
            position++;
        return position < line.Length && line[position] != _options.Delimiter
            ? $"field {ordinal + 1} goes on behind its closing quote" : null;
    }

    string? Append(int ordinal, Field field, ColumnBuilder builder)
    {
        ref readonly var type = ref _types[ordinal];
        var isText = type.Kind is TextKind.Characters or TextKind.Binary;
        var text = field.Text;
        if (IsNull(field, isText))
        {
            if (!type.Type.IsNullable)
                return FormatMessages.MissingValue(_names[ordinal]);
            builder.AppendNull();
            return null;
        }
        if (field.IsEscaped)
            text = Unescape(field);
        if (type.IsNested)
            return AppendNested(ordinal, text, builder);
        if (TextValues.TryAppend(
            type, builder, isText || type.Kind >= TextKind.Date ? text : text.Trim((byte)' '), (byte)' '))
            return null;
        if (type.Kind == TextKind.TimestampLtz
            && TextValues.TryAppend(type with { Kind = TextKind.Timestamp }, builder, text, (byte)' '))
            return null;
        if (!_options.IgnoreParseErrors || !type.Type.IsNullable)
            return TextValues.Complaint(_names[ordinal], type, text);
        builder.AppendNull();
        return null;
    }

    // An empty field is an array without elements.
    string? AppendNested(int ordinal, ReadOnlySpan<byte> text, ColumnBuilder builder)
    {
        ref readonly var type = ref _types[ordinal];
        var rows = builder.Count;
        if (TryAppendParts(type, text, builder))
            return null;
        if (!_options.IgnoreParseErrors || !type.Type.IsNullable)
            return TextValues.Complaint(_names[ordinal], type, text);
        builder.Truncate(rows);
        builder.AppendNull();
        return null;
    }

    bool TryAppendParts(in TextType type, ReadOnlySpan<byte> text, ColumnBuilder builder)
    {
        var fields = type.Kind == TextKind.Row ? ((RowColumnBuilder)builder).Fields : [];
        for (var i = 0; type.Kind == TextKind.Row || !text.IsEmpty || i > 0; i++)
        {
            if (type.Kind == TextKind.Row && i == fields.Length)
                return false;
            var end = text.IndexOf(_options.ElementDelimiter);
            var part = end < 0 ? text : text[..end];
            var (partType, target) = type.Kind == TextKind.Row
                ? (type.Parts[i], fields[i])
                : (type.Parts[0], ((ListColumnBuilder)builder).Elements);
            if (!TryAppendPart(partType, part, target))
                return false;
            if (end < 0)
            {
                if (type.Kind == TextKind.Row && i + 1 < fields.Length)
                    return false;
                break;
            }
            text = text[(end + _options.ElementDelimiter.Length)..];
        }
        if (type.Kind == TextKind.Row)
            ((RowColumnBuilder)builder).EndRow();
        else
            ((ListColumnBuilder)builder).EndList();
        return true;
    }

    bool TryAppendPart(in TextType type, ReadOnlySpan<byte> text, ColumnBuilder builder)
    {
        var isText = type.Kind is TextKind.Characters or TextKind.Binary;
        var isNull = _options.NullLiteral is { } literal ? text.SequenceEqual(literal) : text.IsEmpty && !isText;
        if (!isNull)
            return TextValues.TryAppend(type, builder, isText || type.Kind >= TextKind.Date ? text : text.Trim((byte)' '), (byte)' ');
        if (!type.Type.IsNullable)
            return false;
        builder.AppendNull();
        return true;
    }

    bool IsNull(Field field, bool isText)
    {
        if (field.Text.IsEmpty && (_options.EmptyIsNull || (!isText && !field.IsQuoted)))
            return true;
        return !field.IsQuoted && _options.NullLiteral is { } literal && field.Text.SequenceEqual(literal);
    }

    // Both a doubled quote and an escaped character stand for the second of the two.
    ReadOnlySpan<byte> Unescape(Field field)
    {
        if (_scratch.Length < field.Text.Length)
            _scratch = new byte[field.Text.Length * 2];
        var length = 0;
        for (var i = 0; i < field.Text.Length; i++)
        {
            var isPair = (field.Text[i] == _options.Quote && field.IsQuoted) || field.Text[i] == _options.Escape;
            if (isPair && i + 1 < field.Text.Length)
                i++;
            _scratch[length++] = field.Text[i];
        }
        return _scratch.AsSpan(0, length);
    }

    static string Fields(int count) => count == 1 ? "field" : "fields";

    readonly ref struct Field(ReadOnlySpan<byte> text, bool isQuoted, bool isEscaped)
    {
        public ReadOnlySpan<byte> Text { get; } = text;
        public bool IsQuoted { get; } = isQuoted;
        public bool IsEscaped { get; } = isEscaped;
    }
}
