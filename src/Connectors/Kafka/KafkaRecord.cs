using System.Buffers;
using System.Buffers.Binary;

namespace SqlStream.Connectors.Kafka;

/// <summary>Reads the records of a frame of the output log, one after the other.</summary>
/// <remarks>A record is, little endian: <c>key length i32 | value length i32 | time in milliseconds i64 | number of headers i32 | headers | key | value</c>, a
/// header <c>name length i32 | value length i32 | name | value</c>. A length of -1 means that there is none, a time of -1 that the producer sets it.</remarks>
ref struct KafkaRecordReader(ReadOnlySpan<byte> frame)
{
    const int FixedBytes = 20;

    ReadOnlySpan<byte> _rest = frame;
    ReadOnlySpan<byte> _headers;
    int _headerCount;

    /// <summary>The key; see <see cref="HasKey"/>.</summary>
    public ReadOnlySpan<byte> Key { get; private set; }

    /// <summary>The value; see <see cref="HasValue"/>.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>False if the record has no key.</summary>
    public bool HasKey { get; private set; }

    /// <summary>False if the record is a tombstone.</summary>
    public bool HasValue { get; private set; }

    /// <summary>Milliseconds since 1970, or -1.</summary>
    public long Timestamp { get; private set; }

    /// <summary>Bytes of the frame behind the record.</summary>
    public readonly int RestBytes => _rest.Length;

    /// <summary>Number of headers.</summary>
    public readonly int HeaderCount => _headerCount;

    /// <summary>Goes to the next record; false at the end.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
            return false;
        var keyBytes = BinaryPrimitives.ReadInt32LittleEndian(_rest);
        var valueBytes = BinaryPrimitives.ReadInt32LittleEndian(_rest[4..]);
        Timestamp = BinaryPrimitives.ReadInt64LittleEndian(_rest[8..]);
        _headerCount = BinaryPrimitives.ReadInt32LittleEndian(_rest[16..]);
        _rest = _rest[FixedBytes..];
        var headerBytes = 0;
        for (var i = 0; i < _headerCount; i++)
            headerBytes += 8 + BinaryPrimitives.ReadInt32LittleEndian(_rest[headerBytes..]) + Math.Max(0, BinaryPrimitives.ReadInt32LittleEndian(_rest[(headerBytes + 4)..]));
        _headers = _rest[..headerBytes];
        _rest = _rest[headerBytes..];
        (HasKey, HasValue) = (keyBytes >= 0, valueBytes >= 0);
        Key = _rest[..Math.Max(0, keyBytes)];
        Value = _rest.Slice(Key.Length, Math.Max(0, valueBytes));
        _rest = _rest[(Key.Length + Value.Length)..];
        return true;
    }

    /// <summary>Goes to the next header of the record; false behind the last.</summary>
    public bool NextHeader(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value, out bool hasValue)
    {
        name = value = [];
        hasValue = false;
        if (_headers.IsEmpty)
            return false;
        var nameBytes = BinaryPrimitives.ReadInt32LittleEndian(_headers);
        var valueBytes = BinaryPrimitives.ReadInt32LittleEndian(_headers[4..]);
        name = _headers.Slice(8, nameBytes);
        hasValue = valueBytes >= 0;
        value = _headers.Slice(8 + nameBytes, Math.Max(0, valueBytes));
        _headers = _headers[(8 + nameBytes + value.Length)..];
        return true;
    }
}

/// <summary>Writes the records that <see cref="KafkaRecordReader"/> reads.</summary>
static class KafkaRecordWriter
{
    /// <summary>Appends a record. Headers come as <see cref="WriteHeader"/> writes them.</summary>
    public static void Write(
        IBufferWriter<byte> output, bool hasKey, ReadOnlySpan<byte> key, bool hasValue, ReadOnlySpan<byte> value, long timestamp = -1, int headerCount = 0,
        ReadOnlySpan<byte> headers = default)
    {
        var target = output.GetSpan(20);
        BinaryPrimitives.WriteInt32LittleEndian(target, hasKey ? key.Length : -1);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], hasValue ? value.Length : -1);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], timestamp);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], headerCount);
        output.Advance(20);
        output.Write(headers);
        output.Write(key);
        output.Write(value);
    }

    /// <summary>Appends a header.</summary>
    public static void WriteHeader(IBufferWriter<byte> output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool hasValue = true)
    {
        var target = output.GetSpan(8);
        BinaryPrimitives.WriteInt32LittleEndian(target, name.Length);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], hasValue ? value.Length : -1);
        output.Advance(8);
        output.Write(name);
        output.Write(value);
    }
}
