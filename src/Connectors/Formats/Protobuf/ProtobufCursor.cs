using System.Buffers.Binary;

namespace SqlStream.Connectors.Formats.Protobuf;

/// <summary>Walks over the fields of one message. Whatever the bytes are, it reads none beyond their end.</summary>
ref struct ProtobufCursor(ReadOnlySpan<byte> bytes)
{
    const int DepthMax = 100;
    const int VarintBytesMax = 10;

    readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The next byte.</summary>
    public int Position { get; private set; }

    public readonly bool AtEnd => Position == _bytes.Length;

    /// <summary>Reads number and wire type of a field; false if there are none.</summary>
    public bool ReadTag(out int number, out ProtobufWire wire)
    {
        number = 0;
        wire = 0;
        if (!ReadVarint(out var tag) || tag > uint.MaxValue || tag >> 3 == 0)
            return false;
        number = (int)(tag >> 3);
        wire = (ProtobufWire)(tag & 7);
        return wire <= ProtobufWire.Fixed32;
    }

    public bool ReadVarint(out ulong value)
    {
        value = 0;
        for (var i = 0; i < VarintBytesMax; i++)
        {
            if (Position >= _bytes.Length)
                return false;
            var octet = _bytes[Position++];
            // Bits beyond 64 fall away.
            value |= (ulong)(octet & 0x7F) << (7 * i);
            if (octet < 0x80)
                return true;
        }
        return false;
    }

    public bool ReadFixed32(out uint value)
    {
        value = 0;
        if (_bytes.Length - Position < sizeof(uint))
            return false;
        value = BinaryPrimitives.ReadUInt32LittleEndian(_bytes[Position..]);
        Position += sizeof(uint);
        return true;
    }

    public bool ReadFixed64(out ulong value)
    {
        value = 0;
        if (_bytes.Length - Position < sizeof(ulong))
            return false;
        value = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[Position..]);
        Position += sizeof(ulong);
        return true;
    }

    /// <summary>Reads a length and that many bytes.</summary>
    public bool ReadBytes(out ReadOnlySpan<byte> content)
    {
        content = default;
        if (!ReadVarint(out var length) || length > (ulong)(_bytes.Length - Position))
            return false;
        content = _bytes.Slice(Position, (int)length);
        Position += (int)length;
        return true;
    }

    /// <summary>Reads the bits of a value that has no length.</summary>
    public bool ReadBits(ProtobufWire wire, out ulong bits)
    {
        switch (wire)
        {
            case ProtobufWire.Varint:
                return ReadVarint(out bits);
            case ProtobufWire.Fixed64:
                return ReadFixed64(out bits);
            default:
                var isThere = ReadFixed32(out var small);
                bits = small;
                return isThere;
        }
    }

    /// <summary>Passes the value of a field.</summary>
    public bool Skip(int number, ProtobufWire wire, int depth = 0)
    {
        switch (wire)
        {
            case ProtobufWire.Length:
                return ReadBytes(out _);
            case ProtobufWire.Varint or ProtobufWire.Fixed32 or ProtobufWire.Fixed64:
                return ReadBits(wire, out _);
            case ProtobufWire.GroupStart when depth < DepthMax:
                while (ReadTag(out var inner, out var innerWire))
                {
                    if (innerWire == ProtobufWire.GroupEnd)
                        return inner == number;
                    if (!Skip(inner, innerWire, depth + 1))
                        return false;
                }
                return false;
            default:
                return false;
        }
    }
}
