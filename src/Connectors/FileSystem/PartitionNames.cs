using System.Text;
using System.Text.Unicode;
using SqlStream.Connectors.Formats;

namespace SqlStream.Connectors.FileSystem;

/// <summary>Names of partition directories: <c>key=value</c>, where what a path cannot hold, and what other readers of such directories
/// expect escaped, stands as <c>%</c> and two hexadecimal digits for each byte of UTF-8.</summary>
static class PartitionNames
{
    /// <summary>Bytes of a name, at most: what file systems hold.</summary>
    public const int BytesMax = 255;

    static ReadOnlySpan<byte> Escaped => "\"#%'*/:=?\\\u007F{}[]^"u8;

    /// <summary>Appends a part of a name.</summary>
    public static void Append(RowText target, ReadOnlySpan<byte> text)
    {
        foreach (var octet in text)
        {
            if (octet >= ' ' && !Escaped.Contains(octet))
                target.Append(octet);
            else
                AppendEscaped(target, octet);
        }
    }

    /// <summary>Appends a key. A leading point is escaped, since it would hide the directory.</summary>
    public static void AppendKey(RowText target, ReadOnlySpan<byte> key)
    {
        if (key.StartsWith((byte)'.'))
        {
            AppendEscaped(target, key[0]);
            key = key[1..];
        }
        Append(target, key);
    }

    /// <summary>Cuts the name of a directory into key and value, without escapes; false for a name that is none of a partition.</summary>
    public static bool TrySplit(ReadOnlySpan<char> name, out string key, out byte[] value)
    {
        var equals = name.IndexOf('=');
        (key, value) = ("", []);
        if (equals <= 0)
            return false;
        var bytes = Unescape(name[..equals]);
        if (!Utf8.IsValid(bytes))
            return false;
        (key, value) = (Encoding.UTF8.GetString(bytes), Unescape(name[(equals + 1)..]));
        return true;
    }

    static void AppendEscaped(RowText target, byte octet)
    {
        target.Append((byte)'%');
        target.Append(Digit(octet >> 4));
        target.Append(Digit(octet & 0xF));
    }

    static byte Digit(int value) => (byte)(value < 10 ? '0' + value : 'A' + value - 10);

    // A percent sign without two digits behind it stands for itself.
    static byte[] Unescape(ReadOnlySpan<char> text)
    {
        var bytes = Encoding.UTF8.GetBytes(text.ToArray());
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                bytes[length++] = (byte)((Value(bytes[i + 1]) << 4) | Value(bytes[i + 2]));
                i += 2;
            }
            else
            {
                bytes[length++] = bytes[i];
            }
        }
        return bytes[..length];
    }

    static int Value(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
