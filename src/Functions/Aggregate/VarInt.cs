namespace SqlStream.Functions.Aggregate;

/// <summary>Integers of seven bits a byte, least significant first; signed ones with the sign in the lowest
/// bit.</summary>
static class VarInt
{
    /// <summary>Bytes of the longest.</summary>
    public const int BytesMax = 10;

    public static int Write(long value, Span<byte> target)
    {
        var bits = (ulong)value;
        var length = 0;
        for (; bits >= 0x80; bits >>= 7)
            target[length++] = (byte)(bits | 0x80);
        target[length++] = (byte)bits;
        return length;
    }

    public static long Read(ReadOnlySpan<byte> source, ref int position)
    {
        ulong bits = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = source[position++];
            bits |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return (long)bits;
        }
    }

    public static int WriteSigned(long value, Span<byte> target) => Write((value << 1) ^ (value >> 63), target);

    public static long ReadSigned(ReadOnlySpan<byte> source, ref int position)
    {
        var bits = (ulong)Read(source, ref position);
        return (long)(bits >> 1) ^ -(long)(bits & 1);
    }
}
