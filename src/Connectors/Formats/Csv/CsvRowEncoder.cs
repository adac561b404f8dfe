using System.Buffers;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Csv;

/// <summary>Writes rows as CSV lines, or as messages without a line end; fields are quoted where they would be read differently without.</summary>
sealed class CsvRowEncoder : IRowEncoder, IMessageEncoder
{
    readonly CsvOptions _options;
    readonly string[] _names;
    readonly TextType[] _types;
    readonly int[] _batchColumns;
    readonly byte[] _null;
    readonly SearchValues<byte> _special;
    readonly RowText _row = new();
    readonly RowText _rewritten = new();

    /// <param name="schema">The columns.</param>
    /// <param name="options">The format's options.</param>
    /// <param name="batchColumns">Where each of them stands in a batch; null if in the same place.</param>
    public CsvRowEncoder(Schema schema, CsvOptions options, IReadOnlyList<int>? batchColumns = null)
    {
        _batchColumns = [.. batchColumns ?? [.. Enumerable.Range(0, schema.Count)]];
        _options = options;
        _names = [.. schema.Fields.Select(field => field.Name)];
        _types = [.. schema.Fields.Select(field => TextType.Of(field.Type))];
        _null = options.NullLiteral ?? [];
        List<byte> special = [options.Delimiter, (byte)'\n', (byte)'\r'];
        if (options.Quote is { } quote)
            special.Add(quote);
        if (options.Escape is { } escape)
            special.Add(escape);
        _special = SearchValues.Create([.. special]);
        FileHeader = options.Header ? Header() : default;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> FileHeader { get; }

    void IRowEncoder.Encode(Batch batch, int row, IBufferWriter<byte> output)
    {
        WriteFields(batch, row);
        _row.Append((byte)'\n');
        _row.MoveTo(output);
    }

    /// <inheritdoc/>
    public bool Encode(Batch batch, int row, IBufferWriter<byte> output)
    {
        WriteFields(batch, row);
        _row.MoveTo(output);
        return true;
    }

    void WriteFields(Batch batch, int row)
    {
        for (var i = 0; i < _types.Length; i++)
        {
            if (i > 0)
                _row.Append(_options.Delimiter);
            WriteField(i, batch[_batchColumns[i]], row);
        }
    }

    void WriteField(int index, Column column, int row)
    {
        if (column.IsNull(row))
        {
            _row.Append(_null);
            return;
        }
        ref readonly var type = ref _types[index];
        if (type.Kind == TextKind.Characters)
        {
            WriteText(index, ((BytesColumn)column)[row]);
            return;
        }
        var start = _row.Length;
        if (type.IsNested)
            WriteParts(index, column, row);
        else
            WriteScalar(type, column, row);
        var written = _row.Written[start..];
        // A number or date holds a special character only where the delimiter is a digit, a point or the like. An array
        // without elements is an empty field in quotes.
        if (written.ContainsAny(_special) || IsNullLiteral(written) || (written.IsEmpty && (type.IsNested || _types.Length == 1)))
        {
            _rewritten.Append(written);
            _row.Length = start;
            WriteText(index, _rewritten.Written, isNested: type.IsNested);
            _rewritten.Length = 0;
        }
    }

    void WriteScalar(in TextType type, Column column, int row)
    {
        if (type.Kind == TextKind.Characters)
            _row.Append(((BytesColumn)column)[row]);
        else if (type.Kind == TextKind.Binary)
            _row.AppendBase64(((BytesColumn)column)[row]);
        else
            _row.AppendValue(type, column, row, (byte)' ');
    }

    void WriteParts(int index, Column column, int row)
    {
        ref readonly var type = ref _types[index];
        if (type.Kind == TextKind.Row)
        {
            var fields = (RowColumn)column;
            for (var i = 0; i < type.Parts.Length; i++)
                WritePart(index, i, type.Parts[i], fields.Fields[i], fields.Stored(row));
            return;
        }
        var list = (ListColumn)column;
        var (start, count) = list[row];
        for (var i = 0; i < count; i++)
            WritePart(index, i, type.Parts[0], list.Elements, start + i);
    }

    void WritePart(int index, int ordinal, in TextType type, Column column, int row)
    {
        if (ordinal > 0)
            _row.Append(_options.ElementDelimiter);
        if (column.IsNull(row))
        {
            _row.Append(_null);
            return;
        }
        var start = _row.Length;
        WriteScalar(type, column, row);
        var written = _row.Written[start..];
        if (written.IndexOf(_options.ElementDelimiter) >= 0 || IsNullLiteral(written))
            throw ConnectorErrors.CsvElementHasDelimiter(_names[index], TextValues.Excerpt(written));
    }

    void WriteText(int index, ReadOnlySpan<byte> value, bool isNested = false)
    {
        var mustQuote = (isNested && value.IsEmpty) || value.ContainsAny(_special) || IsNullLiteral(value)
            || (value.IsEmpty && _types.Length == 1)
            || (!value.IsEmpty && (value[0] == ' ' || value[^1] == ' ' || (index == 0 && value[0] == '#')));
        if (!mustQuote)
            _row.Append(value);
        else if (_options.Quote is { } quote)
            WriteQuoted(value, quote);
        else
            WriteEscaped(index, value);
    }

    void WriteQuoted(ReadOnlySpan<byte> value, byte quote)
    {
        _row.Append(quote);
        foreach (var octet in value)
        {
            if (octet == quote)
                _row.Append(quote);
            else if (octet == _options.Escape)
                _row.Append(octet);
            _row.Append(octet);
        }
        _row.Append(quote);
    }

    void WriteEscaped(int index, ReadOnlySpan<byte> value)
    {
        if (value.ContainsAny((byte)'\n', (byte)'\r')
            || (_options.Escape is null && value.Contains(_options.Delimiter)))
            throw ConnectorErrors.CsvNeedsQuotes(_names[index], TextValues.Excerpt(value));
        foreach (var octet in value)
        {
            if (octet == _options.Delimiter || octet == _options.Escape)
                _row.Append(_options.Escape!.Value);
            _row.Append(octet);
        }
    }

    bool IsNullLiteral(ReadOnlySpan<byte> value) => _options.NullLiteral is { } literal && value.SequenceEqual(literal);

    byte[] Header()
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (i > 0)
                _row.Append(_options.Delimiter);
            WriteText(i, System.Text.Encoding.UTF8.GetBytes(_names[i]));
        }
        _row.Append((byte)'\n');
        var header = _row.Written.ToArray();
        _row.Length = 0;
        Check.That(header.Length > 0);
        return header;
    }
}
