using System.Buffers.Binary;

namespace SqlStream.Connectors.Formats.Avro;

/// <summary>Walks over the bytes of one Avro value. Whatever they are, it reads none beyond their end, and gives no more elements than they
/// are worth. After a failure <see cref="Problem"/> says what is wrong.</summary>
ref struct AvroCursor(ReadOnlySpan<byte> bytes)
{
    /// <summary>Values may be nested that deep.</summary>
    public const int DepthMax = 200;

    const int VarintBytesMax = 10;

    // Elements may take no bytes at all (nulls); damaged counts must not keep the reader busy with them.
    const int FreeElementsMax = 100_000;

    readonly ReadOnlySpan<byte> _bytes = bytes;
    long _elementsLeft = bytes.Length + FreeElementsMax;

    /// <summary>The next byte.</summary>
    public int Position { get; set; }

    /// <summary>What is wrong, or null.</summary>
    public string? Problem { get; private set; }

    public readonly bool AtEnd => Position == _bytes.Length;

    /// <summary>Notes what is wrong and returns false.</summary>
    public bool Fail(string problem)
    {
        Problem = problem;
        return false;
    }

    public bool ReadLong(out long value)
    {
        var bits = 0UL;
        value = 0;
        for (var i = 0; i < VarintBytesMax; i++)
        {
            if (Position >= _bytes.Length)
                return EndsEarly();
            var octet = _bytes[Position++];
            if (i == VarintBytesMax - 1 && octet > 1)
                break;
            bits |= (ulong)(octet & 0x7F) << (7 * i);
            if (octet < 0x80)
            {
                value = (long)(bits >> 1) ^ -(long)(bits & 1);
                return true;
            }
        }
        return Fail("a number has more than 64 bits");
    }

    public bool ReadInt(out int value)
    {
        value = 0;
        if (!ReadLong(out var number))
            return false;
        if (number is < int.MinValue or > int.MaxValue)
            return Fail("an int has more than 32 bits");
        value = (int)number;
        return true;
    }

    public bool ReadBoolean(out bool value)
    {
        value = false;
        if (Position >= _bytes.Length)
            return EndsEarly();
        var octet = _bytes[Position++];
        value = octet == 1;
        return octet <= 1 || Fail("a boolean is neither 0 nor 1");
    }

    public bool ReadFloat(out float value)
    {
        value = 0;
        if (!ReadFixed(sizeof(float), out var content))
            return false;
        value = BinaryPrimitives.ReadSingleLittleEndian(content);
        return true;
    }

    public bool ReadDouble(out double value)
    {
        value = 0;
        if (!ReadFixed(sizeof(double), out var content))
            return false;
        value = BinaryPrimitives.ReadDoubleLittleEndian(content);
        return true;
    }

    /// <summary>Reads a length and that many bytes.</summary>
    public bool ReadBytes(out ReadOnlySpan<byte> content)
    {
        content = default;
        if (!ReadLong(out var length))
            return false;
        if (length < 0)
            return Fail("a length is negative");
        return length > _bytes.Length - Position ? EndsEarly() : ReadFixed((int)length, out content);
    }

    public bool ReadFixed(int length, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (length > _bytes.Length - Position)
            return EndsEarly();
        content = _bytes.Slice(Position, length);
        Position += length;
        return true;
    }

    /// <summary>Reads the beginning of a block of an array or map: how many elements it has, 0 at the end, and how many bytes, if that is
    /// said, else -1.</summary>
    public bool ReadBlock(out long elements, out long size)
    {
        size = -1;
        if (!ReadLong(out elements))
            return false;
        if (elements < 0)
        {
            if (elements == long.MinValue)
                return Fail("a block has too many elements");
            elements = -elements;
            if (!ReadLong(out size))
                return false;
            if (size < 0 || size > _bytes.Length - Position)
                return EndsEarly();
        }
        _elementsLeft -= elements;
        return _elementsLeft >= 0 || Fail("a block has more elements than the bytes can hold");
    }

    /// <summary>Passes a value.</summary>
    public bool Skip(AvroSchema schema, int depth = 0)
    {
        if (depth > DepthMax)
            return Fail($"more than {DepthMax} levels");
        switch (schema.Kind)
        {
            case AvroKind.Null:
                return true;
            case AvroKind.Boolean:
                return ReadBoolean(out _);
            case AvroKind.Int or AvroKind.Long or AvroKind.Enum:
                return ReadLong(out _);
            case AvroKind.Float:
                return ReadFixed(sizeof(float), out _);
            case AvroKind.Double:
                return ReadFixed(sizeof(double), out _);
            case AvroKind.Bytes or AvroKind.String:
                return ReadBytes(out _);
            case AvroKind.Fixed:
                return ReadFixed(schema.Size, out _);
            case AvroKind.Union:
                return ReadBranch(schema.Branches.Count, out var branch) && Skip(schema.Branches[branch], depth + 1);
            case AvroKind.Record:
                for (var i = 0; i < schema.Fields.Count; i++)
                {
                    if (!Skip(schema.Fields[i].Schema, depth + 1))
                        return false;
                }
                return true;
            default:
                return SkipBlocks(schema, depth);
        }
    }

    /// <summary>Reads which branch of a union comes.</summary>
    public bool ReadBranch(int branches, out int branch)
    {
        branch = 0;
        if (!ReadLong(out var number))
            return false;
        branch = (int)Math.Clamp(number, -1, branches);
        return (uint)branch < (uint)branches || Fail($"a union has no branch {number}");
    }

    bool SkipBlocks(AvroSchema schema, int depth)
    {
        while (true)
        {
            if (!ReadBlock(out var elements, out var size))
                return false;
            if (elements == 0)
                return true;
            if (size >= 0)
            {
                Position += (int)size;
                continue;
            }
            for (var i = 0L; i < elements; i++)
            {
                if ((schema.Kind == AvroKind.Map && !ReadBytes(out _)) || !Skip(schema.Element!, depth + 1))
                    return false;
            }
        }
    }

    bool EndsEarly() => Fail("the bytes end too early");
}
