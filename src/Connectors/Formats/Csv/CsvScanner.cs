namespace SqlStream.Connectors.Formats.Csv;

/// <summary>Finds the ends of records and fields (RFC 4180). A quote opens only at the beginning of a field.</summary>
sealed class CsvScanner
{
    readonly CsvOptions _options;
    readonly byte _quote;
    readonly byte _escape;

    public CsvScanner(CsvOptions options)
    {
        _options = options;
        // A character that is switched off becomes one that is looked for anyway, so that the
        // searches need no variants.
        _quote = options.Quote ?? (byte)'\n';
        _escape = options.Escape ?? (byte)'\n';
    }

    /// <summary>The length of the first record, its line end included, or -1 if there is no whole one.</summary>
    public int FindRecordEnd(ReadOnlySpan<byte> buffer, bool isLast)
    {
        if (_options.AllowComments && !buffer.IsEmpty && buffer[0] == '#')
            return Lines.FindEnd(buffer, isLast);
        var i = 0;
        while (i < buffer.Length)
        {
            var next = buffer[i..].IndexOfAny((byte)'\n', _quote, _escape);
            if (next < 0)
                break;
            i += next;
            if (buffer[i] == '\n')
                return i + 1;
            if (buffer[i] == _escape && _options.Escape is not null)
                i += 2;
            else if (!OpensField(buffer, i))
                i++;
            else if ((i = FindClosingQuote(buffer, i + 1)) < 0)
                break;
            else
                i++;
        }
        return isLast && !buffer.IsEmpty ? buffer.Length : -1;
    }

    /// <summary>The position of the quote that ends the quoted text beginning at <paramref name="i"/>, or -1.</summary>
    public int FindClosingQuote(ReadOnlySpan<byte> buffer, int i)
    {
        while (i < buffer.Length)
        {
            var next = _options.Escape is null ? buffer[i..].IndexOf(_quote) : buffer[i..].IndexOfAny(_quote, _escape);
            if (next < 0)
                return -1;
            i += next;
            if (buffer[i] != _quote)
                i += 2;
            else if (i + 1 < buffer.Length && buffer[i + 1] == _quote)
                i += 2;
            else
                return i;
        }
        return -1;
    }

    /// <summary>The position of the delimiter that ends the unquoted field beginning at <paramref name="i"/>, or the
    /// end of the line.</summary>
    public int FindFieldEnd(ReadOnlySpan<byte> line, int i)
    {
        while (i < line.Length)
        {
            var next = _options.Escape is null ? line[i..].IndexOf(_options.Delimiter)
                : line[i..].IndexOfAny(_options.Delimiter, _escape);
            if (next < 0)
                return line.Length;
            i += next;
            if (line[i] == _options.Delimiter)
                return i;
            i += 2;
        }
        return line.Length;
    }

    bool OpensField(ReadOnlySpan<byte> buffer, int i)
    {
        if (_options.TrimSpaces)
        {
            while (i > 0 && buffer[i - 1] == ' ')
                i--;
        }
        return i == 0 || buffer[i - 1] == _options.Delimiter;
    }
}
