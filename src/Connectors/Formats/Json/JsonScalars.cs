using SqlStream.Core.Columns;

namespace SqlStream.Connectors.Formats.Json;

/// <summary>Appends JSON strings, numbers and literals to columns. Not thread-safe.</summary>
sealed class JsonScalars(JsonOptions options)
{
    readonly byte _separator = options.IsIso ? (byte)'T' : (byte)' ';
    byte[] _scratch = new byte[256];

    /// <summary>Appends a value, or returns false, having appended nothing, if it is none of the type.</summary>
    public bool TryAppend(in TextType type, JsonToken token, ColumnBuilder builder, ReadOnlySpan<byte> content)
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
            case JsonToken.Integer or JsonToken.Number
                when type.Kind is TextKind.Boolean or (>= TextKind.Binary and < TextKind.IntervalMonths):
                return false;
            case JsonToken.True or JsonToken.False when type.Kind is not (TextKind.Boolean or TextKind.Characters):
                return false;
            case JsonToken.Container when type.Kind != TextKind.Characters:
                return false;
            default:
                return TextValues.TryAppend(type, builder, content, _separator);
        }
    }

    /// <summary>Resolves the escapes of a string; the text is valid until the next call.</summary>
    public bool Unescape(ReadOnlySpan<byte> content, out ReadOnlySpan<byte> text)
    {
        if (_scratch.Length < content.Length)
            _scratch = new byte[content.Length * 2];
        var length = JsonStrings.Unescape(content, _scratch);
        text = length < 0 ? default : _scratch.AsSpan(0, length);
        return length >= 0;
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
}
