namespace SqlStream.Connectors.Formats.Avro;

/// <summary>Decimals as Avro writes them: the unscaled integer in two's complement, the highest byte first.</summary>
static class AvroDecimal
{
    const int BytesMax = 16;
    const int DigitsMax = 38;

    static readonly Int128[] _powers = Powers();

    /// <summary>Reads an unscaled integer; false if it has more than 128 bits. No bytes are zero.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Int128 value)
    {
        value = 0;
        if (bytes.IsEmpty)
            return true;
        var sign = (sbyte)bytes[0] < 0 ? (byte)0xFF : (byte)0;
        // Leading bytes that repeat the sign mean nothing.
        while (bytes.Length > BytesMax)
        {
            if (bytes[0] != sign)
                return false;
            bytes = bytes[1..];
        }
        if (bytes.Length == BytesMax && ((sbyte)bytes[0] < 0 ? (byte)0xFF : (byte)0) != sign)
            return false;
        value = sign == 0 ? Int128.Zero : Int128.NegativeOne;
        foreach (var octet in bytes)
            value = (value << 8) | octet;
        return true;
    }

    /// <summary>Writes an unscaled integer in as few bytes as hold it, or in exactly as many as the target has if
    /// <paramref name="fills"/>; returns the length.</summary>
    public static int Write(Int128 value, Span<byte> target, bool fills = false)
    {
        var length = target.Length;
        if (!fills)
        {
            length = 1;
            for (var rest = value >> 7; rest != 0 && rest != -1; rest >>= 8)
                length++;
        }
        for (var i = length - 1; i >= 0; i--)
        {
            target[i] = (byte)(value & 0xFF);
            value >>= 8;
        }
        return length;
    }

    /// <summary>Rounds a number half up (away from zero) to another scale; false if it has more digits than the precision.</summary>
    public static bool TryRescale(Int128 value, int scale, int precision, int wantedScale, out Int128 rescaled)
    {
        rescaled = value;
        // It has no absolute value, and more digits than any precision.
        if (value == Int128.MinValue)
            return false;
        var limit = _powers[precision];
        if (wantedScale > scale)
        {
            var shift = wantedScale - scale;
            if (value != 0 && (shift > DigitsMax || Int128.Abs(value) > Int128.MaxValue / _powers[shift]))
                return false;
            rescaled = value == 0 ? 0 : value * _powers[shift];
        }
        else if (wantedScale < scale)
        {
            var shift = scale - wantedScale;
            if (shift > DigitsMax)
            {
                rescaled = 0;
                return true;
            }
            var unit = _powers[shift];
            var rest = value % unit;
            rescaled = value / unit;
            if (Int128.Abs(rest) >= unit - Int128.Abs(rest))
                rescaled += Int128.Sign(value);
        }
        return rescaled > -limit && rescaled < limit;
    }

    static Int128[] Powers()
    {
        var powers = new Int128[DigitsMax + 1];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++)
            powers[i] = powers[i - 1] * 10;
        return powers;
    }
}
