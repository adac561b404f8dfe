using System.Buffers;
using System.Globalization;
using System.Text;

namespace SqlStream.Connectors.Formats.Json;

/// <summary>Writes JSON strings, and resolves their escapes.</summary>
static class JsonStrings
{
    // What must not stand in a string as it is; everything else, all of Unicode included, is written plainly.
    static readonly SearchValues<byte> _special = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (byte)code), (byte)'"', (byte)'\\']);

    /// <summary>Writes the text that a string with escapes stands for; the target is as long as the content. Returns
    /// its length, or -1 if an escape is malformed or a surrogate stands alone.</summary>
    public static int Unescape(ReadOnlySpan<byte> content, Span<byte> target)
    {
        var length = 0;
        while (true)
        {
            var plain = content.IndexOf((byte)'\\');
            if (plain < 0)
            {
                content.CopyTo(target[length..]);
                return length + content.Length;
            }
            content[..plain].CopyTo(target[length..]);
            length += plain;
            content = content[plain..];
            if (content.Length < 2)
                return -1;
            if (content[1] == 'u')
            {
                var used = UnescapeUnicode(content, target[length..], out var written);
                if (used < 0)
                    return -1;
                content = content[used..];
                length += written;
                continue;
            }
            var octet = Simple(content[1]);
            if (octet == 0)
                return -1;
            target[length++] = octet;
            content = content[2..];
        }
    }

    /// <summary>Writes a text as a string in quotes.</summary>
    public static void Write(ReadOnlySpan<byte> value, RowText text)
    {
        text.Append((byte)'"');
        while (true)
        {
            var plain = value.IndexOfAny(_special);
            if (plain < 0)
                break;
            text.Append(value[..plain]);
            WriteEscape(value[plain], text);
            value = value[(plain + 1)..];
        }
        text.Append(value);
        text.Append((byte)'"');
    }

    static void WriteEscape(byte octet, RowText text)
    {
        text.Append((byte)'\\');
        switch (octet)
        {
            case (byte)'"' or (byte)'\\':
                text.Append(octet);
                break;
            case (byte)'\n':
                text.Append((byte)'n');
                break;
            case (byte)'\r':
                text.Append((byte)'r');
                break;
            case (byte)'\t':
                text.Append((byte)'t');
                break;
            default:
                text.Append("u00"u8);
                text.Append((byte)('0' + (octet >> 4)));
                text.Append("0123456789abcdef"u8[octet & 15]);
                break;
        }
    }

    static byte Simple(byte escape) => escape switch
    {
        (byte)'"' => (byte)'"',
        (byte)'\\' => (byte)'\\',
        (byte)'/' => (byte)'/',
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        _ => 0,
    };

    static int UnescapeUnicode(ReadOnlySpan<byte> content, Span<byte> target, out int written)
    {
        written = 0;
        if (!Hex(content, out var unit))
            return -1;
        if (!char.IsSurrogate(unit))
        {
            written = new Rune(unit).EncodeToUtf8(target);
            return 6;
        }
        if (content.Length < 12 || content[6] != '\\' || content[7] != 'u' || !Hex(content[6..], out var low)
            || !Rune.TryCreate(unit, low, out var rune))
            return -1;
        written = rune.EncodeToUtf8(target);
        return 12;
    }

    static bool Hex(ReadOnlySpan<byte> content, out char unit)
    {
        unit = default;
        if (content.Length < 6 || !ushort.TryParse(
            content[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            return false;
        unit = (char)value;
        return true;
    }
}
