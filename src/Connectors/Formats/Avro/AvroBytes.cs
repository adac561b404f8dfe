namespace SqlStream.Connectors.Formats.Avro;

/// <summary>The variable-length forms of Avro.</summary>
static class AvroBytes
{
    const int VarintBytesMax = 10;

    /// <summary>Writes an int or long: zigzag, seven bits a byte, the lowest first.</summary>
    public static void WriteLong(long value, RowText target)
    {
        var bits = (ulong)((value << 1) ^ (value >> 63));
        var room = target.Room(VarintBytesMax);
        var length = 0;
        while (bits >= 0x80)
        {
            room[length++] = (byte)(bits | 0x80);
            bits >>= 7;
        }
        room[length++] = (byte)bits;
        target.Length += length;
    }

    /// <summary>Writes a length and the bytes.</summary>
    public static void WriteBytes(ReadOnlySpan<byte> value, RowText target)
    {
        WriteLong(value.Length, target);
        target.Append(value);
    }
}
