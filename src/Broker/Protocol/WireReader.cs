using System.Buffers.Binary;
using System.Text;

namespace SqlStream.Broker.Protocol;

/// <summary>Reads the fields of one frame. Every read is checked against the frame's end, and every count against the bytes that are left,
/// so that no length in the bytes decides how much memory is taken.</summary>
/// <remarks>Throws what <see cref="BrokerErrors.MalformedFrame"/> makes. Used by one connection at a time.</remarks>
sealed class WireReader
{
    static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    byte[] _buffer = [];
    int _position;
    int _end;

    /// <summary>Whether lengths are compact and structures end with tagged fields.</summary>
    public bool IsFlexible { get; set; }

    public int Remaining => _end - _position;

    public void Reset(byte[] buffer, int offset, int length)
    {
        _buffer = buffer;
        _position = offset;
        _end = offset + length;
        IsFlexible = false;
    }

    public bool Boolean() => Take(1)[0] != 0;

    public sbyte Int8() => (sbyte)Take(1)[0];

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public string String() => NullableString() ?? throw BrokerErrors.MalformedFrame("a string is null");

    public string? NullableString()
    {
        var length = IsFlexible ? CompactLength() : Int16();
        if (length == -1)
            return null;
        if (length is < -1 or > short.MaxValue)
            throw BrokerErrors.MalformedFrame($"a string of {length} bytes");
        try
        {
            return _utf8.GetString(Take(length));
        }
        catch (DecoderFallbackException)
        {
            throw BrokerErrors.MalformedFrame("a string that is not UTF-8");
        }
    }

    /// <summary>Bytes as a part of the frame; null stays null. Valid until the frame is answered.</summary>
    public ArraySegment<byte>? NullableBytes()
    {
        var length = IsFlexible ? CompactLength() : Int32();
        if (length == -1)
            return null;
        if (length < -1 || length > Remaining)
            throw BrokerErrors.MalformedFrame($"a field of {length} bytes where {Remaining} are left");
        var part = new ArraySegment<byte>(_buffer, _position, length);
        _position += length;
        return part;
    }

    /// <summary>A copy of bytes; null is empty.</summary>
    public byte[] Bytes() => NullableBytes() is { } part ? part.ToArray() : [];

    /// <summary>The number of elements that follow; -1 is a null array.</summary>
    public int ArrayLength()
    {
        var count = IsFlexible ? CompactLength() : Int32();
        if (count < -1 || count > Remaining)
            throw BrokerErrors.MalformedFrame($"an array of {count} elements where {Remaining} bytes are left");
        return count;
    }

    public int[] Int32Array()
    {
        var count = ArrayLength();
        if (count <= 0)
            return [];
        if (count > Remaining / sizeof(int))
            throw BrokerErrors.MalformedFrame($"an array of {count} numbers where {Remaining} bytes are left");
        var items = new int[count];
        for (var i = 0; i < count; i++)
            items[i] = Int32();
        return items;
    }

    /// <summary>Skips the tagged fields at the end of a structure; nothing in the versions that have none.</summary>
    public void Tags()
    {
        if (!IsFlexible)
            return;
        for (var count = UnsignedVarint(); count > 0; count--)
        {
            _ = UnsignedVarint();
            var size = UnsignedVarint();
            if (size > (uint)Remaining)
                throw BrokerErrors.MalformedFrame($"a tagged field of {size} bytes where {Remaining} are left");
            _position += (int)size;
        }
    }

    int CompactLength()
    {
        var length = UnsignedVarint();
        return length > int.MaxValue ? throw BrokerErrors.MalformedFrame("a length beyond the largest") : (int)length - 1;
    }

    uint UnsignedVarint()
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = Take(1)[0];
            value |= (uint)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
        throw BrokerErrors.MalformedFrame("a number of more than five bytes");
    }

    ReadOnlySpan<byte> Take(int count)
    {
        if (count > Remaining)
            throw BrokerErrors.MalformedFrame($"{count} more bytes are needed where {Remaining} are left");
        var span = _buffer.AsSpan(_position, count);
        _position += count;
        return span;
    }
}
