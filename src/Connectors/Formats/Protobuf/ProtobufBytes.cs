using System.Buffers.Binary;

namespace SqlStream.Connectors.Formats.Protobuf;

/// <summary>The pieces that messages are written of.</summary>
static class ProtobufBytes
{
    const int VarintBytesMax = 10;

    /// <summary>Seven bits a byte, the lowest first.</summary>
    public static void WriteVarint(ulong value, RowText target) => target.Length += FormatVarint(value, target.Room(VarintBytesMax));

    /// <summary>Number and wire type of a field.</summary>
    public static void WriteTag(int number, ProtobufWire wire, RowText target) => WriteVarint(((ulong)(uint)number << 3) | (uint)wire, target);

    public static void WriteFixed32(uint value, RowText target)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target.Room(sizeof(uint)), value);
        target.Length += sizeof(uint);
    }

    public static void WriteFixed64(ulong value, RowText target)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target.Room(sizeof(ulong)), value);
        target.Length += sizeof(ulong);
    }

    public static void WriteBytes(ReadOnlySpan<byte> value, RowText target)
    {
        WriteVarint((ulong)value.Length, target);
        target.Append(value);
    }

    /// <summary>Puts their length before the bytes that were written from a position on.</summary>
    public static void InsertLength(int start, RowText target)
    {
        var length = target.Length - start;
        Span<byte> prefix = stackalloc byte[VarintBytesMax];
        var bytes = FormatVarint((ulong)length, prefix);
        target.Room(bytes);
        target.Length += bytes;
        var written = target.Written[start..];
        written[..length].CopyTo(written[bytes..]);
        prefix[..bytes].CopyTo(written);
    }

    /// <summary>The bytes of a default value, in which descriptors escape what is not printable, as C does.</summary>
    public static byte[] Unescape(string text)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                bytes.Add((byte)text[i]);
                continue;
            }
            i++;
            if (text[i] is >= '0' and <= '7')
            {
                var value = 0;
                var end = Math.Min(i + 3, text.Length);
                for (; i < end && text[i] is >= '0' and <= '7'; i++)
                    value = (value * 8) + text[i] - '0';
                i--;
                bytes.Add((byte)value);
                continue;
            }
            bytes.Add(text[i] switch
            {
                'n' => (byte)'\n',
                'r' => (byte)'\r',
                't' => (byte)'\t',
                'a' => 7,
                'b' => 8,
                'f' => 12,
                'v' => 11,
                var other => (byte)other,
            });
        }
        return [.. bytes];
    }

    static int FormatVarint(ulong value, Span<byte> target)
    {
        var length = 0;
        while (value >= 0x80)
        {
            target[length++] = (byte)(value | 0x80);
            value >>= 7;
        }
        target[length++] = (byte)value;
        return length;
    }
}
