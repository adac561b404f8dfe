using System.Text;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Formats.Raw;

/// <summary>The options of format <c>raw</c>.</summary>
/// <param name="Charset">The character set of strings.</param>
/// <param name="IsLittleEndian">The lowest byte of a number comes first.</param>
/// <param name="Delimiter">What ends a row within a message or file; null where nothing was said.</param>
sealed record RawOptions(RawCharset Charset, bool IsLittleEndian, byte[]? Delimiter)
{
    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new("raw.charset", "UTF-8", "The character set of strings."),
        new("raw.endianness", "big-endian", "The order of the bytes of a number.", ["big-endian", "little-endian"]),
        new("raw.line-delimiter", null,
            "Ends a row: a message is cut into several there. Files have lines in any case, ended by \\n or \\r\\n where nothing is said."),
    ];

    public static RawOptions Read(TableOptions options)
    {
        var charset = RawCharset.Utf8;
        if (options.Find("raw.charset") is { } named)
        {
            charset = RawCharset.Find(named.Value)
                ?? throw ConnectErrors.InvalidOptionValue(named, "a character set such as UTF-8, UTF-16LE or ISO-8859-1");
        }
        var endianness = options.Choice("raw.endianness", "big-endian", "big-endian", "little-endian");
        return new RawOptions(charset, endianness == "little-endian", ReadDelimiter(options, charset));
    }

    /// <summary>The delimiter of files.</summary>
    public byte[] LineEnd => Delimiter ?? Encode("\n", Charset)!;

    /// <summary>A carriage return, which before the end of a line of a file is part of it.</summary>
    public byte[]? Return => Delimiter is null ? Encode("\r", Charset) : null;

    static byte[]? ReadDelimiter(TableOptions options, RawCharset charset)
    {
        if (options.Find("raw.line-delimiter") is not { } written)
            return null;
        var text = written.Value.Replace("\\r", "\r", StringComparison.Ordinal)
            .Replace("\\n", "\n", StringComparison.Ordinal)
            .Replace("\\t", "\t", StringComparison.Ordinal);
        return Encode(text, charset) is { Length: > 0 } delimiter
            ? delimiter
            : throw ConnectErrors.InvalidOptionValue(written, "one or more characters of the character set");
    }

    static byte[]? Encode(string text, RawCharset charset)
    {
        var target = new RowText();
        return new RawTranscoder(charset).TryEncode(Encoding.UTF8.GetBytes(text), target, withMark: false)
            ? target.Written.ToArray()
            : null;
    }
}
