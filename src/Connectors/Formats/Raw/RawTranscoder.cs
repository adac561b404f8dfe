using System.Text;
using SqlStream.Core.Columns;

namespace SqlStream.Connectors.Formats.Raw;

/// <summary>Translates strings between a character set and UTF-8. What is no text is refused, neither replaced nor thrown. Not thread-safe.</summary>
sealed class RawTranscoder
{
    static ReadOnlySpan<byte> BigEndianMark => [0xFE, 0xFF];

    static ReadOnlySpan<byte> LittleEndianMark => [0xFF, 0xFE];

    readonly RawCharset _charset;
    readonly DecodingFlag _undecodable = new();
    readonly EncodingFlag _unencodable = new();
    readonly Encoding _encoding;
    readonly Encoding? _reversed;
    char[] _characters = new char[256];

    public RawTranscoder(RawCharset charset)
    {
        _charset = charset;
        _encoding = charset.ToEncoding(_undecodable, _unencodable);
        if (charset.HasMark)
            _reversed = new RawCharset("utf-16", 2).ToEncoding(_undecodable, _unencodable);
    }

    /// <summary>Appends a text of the character set; false, with nothing appended, if it is none.</summary>
    public bool TryDecode(ReadOnlySpan<byte> bytes, BytesColumnBuilder builder)
    {
        var encoding = _encoding;
        if (_reversed is not null && bytes.StartsWith(LittleEndianMark))
            encoding = _reversed;
        if (_reversed is not null && (bytes.StartsWith(LittleEndianMark) || bytes.StartsWith(BigEndianMark)))
            bytes = bytes[2..];
        _undecodable.IsRaised = false;
        var characters = Room(encoding.GetMaxCharCount(bytes.Length));
        var count = encoding.GetChars(bytes, characters);
        if (_undecodable.IsRaised)
            return false;
        var length = Encoding.UTF8.GetBytes(characters[..count], builder.Reserve(Encoding.UTF8.GetMaxByteCount(count)));
        builder.Commit(length);
        return true;
    }

    /// <summary>Appends UTF-8 in the character set; false if it has a character that the set lacks.</summary>
    public bool TryEncode(ReadOnlySpan<byte> text, RowText target, bool withMark)
    {
        var characters = Room(Encoding.UTF8.GetMaxCharCount(text.Length));
        var count = Encoding.UTF8.GetChars(text, characters);
        if (withMark && _charset.HasMark)
            target.Append(BigEndianMark);
        _unencodable.IsRaised = false;
        target.Length += _encoding.GetBytes(characters[..count], target.Room(_encoding.GetMaxByteCount(count)));
        return !_unencodable.IsRaised;
    }

    Span<char> Room(int characters)
    {
        if (_characters.Length < characters)
            _characters = new char[characters * 2];
        return _characters;
    }

    sealed class DecodingFlag : DecoderFallback
    {
        public bool IsRaised { get; set; }

        public override int MaxCharCount => 0;

        public override DecoderFallbackBuffer CreateFallbackBuffer() => new Buffer(this);

        sealed class Buffer(DecodingFlag flag) : DecoderFallbackBuffer
        {
            public override int Remaining => 0;

            public override bool Fallback(byte[] bytesUnknown, int index)
            {
                flag.IsRaised = true;
                return false;
            }

            public override char GetNextChar() => '\0';

            public override bool MovePrevious() => false;
        }
    }

    sealed class EncodingFlag : EncoderFallback
    {
        public bool IsRaised { get; set; }

        public override int MaxCharCount => 0;

        public override EncoderFallbackBuffer CreateFallbackBuffer() => new Buffer(this);

        sealed class Buffer(EncodingFlag flag) : EncoderFallbackBuffer
        {
            public override int Remaining => 0;

            public override bool Fallback(char charUnknown, int index) => flag.IsRaised = true;

            public override bool Fallback(char charUnknownHigh, char charUnknownLow, int index) => flag.IsRaised = true;

            public override char GetNextChar() => '\0';

            public override bool MovePrevious() => false;
        }
    }
}
