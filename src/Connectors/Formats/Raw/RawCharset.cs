using System.Text;

namespace SqlStream.Connectors.Formats.Raw;

/// <summary>A character set by name. Immutable.</summary>
/// <param name="Name">The name that the framework knows it by.</param>
/// <param name="UnitBytes">Characters begin at multiples of that many bytes.</param>
/// <param name="HasMark">The order of bytes stands in a mark at the beginning, and is big-endian where there is none (RFC 2781).</param>
sealed record RawCharset(string Name, int UnitBytes, bool HasMark = false)
{
    const int Utf7 = 65000;

    public static RawCharset Utf8 { get; } = new("utf-8", 1);

    public bool IsUtf8 => Name == Utf8.Name;

    /// <summary>The set of that name, or null.</summary>
    public static RawCharset? Find(string name)
    {
        if (name.Equals("UTF-16", StringComparison.OrdinalIgnoreCase))
            return new RawCharset("utf-16BE", 2, HasMark: true);
        try
        {
            var encoding = Encoding(name, DecoderFallback.ReplacementFallback, EncoderFallback.ReplacementFallback);
            return encoding.CodePage == Utf7 ? null : new RawCharset(encoding.WebName, UnitOf(encoding));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>The framework's encoding, with the given ways out of what is no text.</summary>
    public Encoding ToEncoding(DecoderFallback decoder, EncoderFallback encoder) => Encoding(Name, decoder, encoder);

    static Encoding Encoding(string name, DecoderFallback decoder, EncoderFallback encoder) =>
        CodePagesEncodingProvider.Instance.GetEncoding(name, encoder, decoder)
        ?? System.Text.Encoding.GetEncoding(name, encoder, decoder);

    static int UnitOf(Encoding encoding) => encoding switch
    {
        UnicodeEncoding => 2,
        UTF32Encoding => 4,
        _ => 1,
    };
}
