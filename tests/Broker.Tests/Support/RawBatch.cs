using System.Buffers.Binary;
using System.Text;

namespace SqlStream.Broker.Tests.Support;

/// <summary>A record batch as the protocol's guide describes it, written without the broker's code.</summary>
sealed record RawBatch
{
    public long ProducerId { get; init; } = -1;
    public short Epoch { get; init; } = -1;
    public int Sequence { get; init; } = -1;
    public short Attributes { get; init; }
    public long Timestamp { get; init; } = 1_700_000_000_000;
    public string[] Values { get; init; } = ["v"];

    public static RawBatch Idempotent(long producerId, short epoch, int sequence, params string[] values) =>
        new() { ProducerId = producerId, Epoch = epoch, Sequence = sequence, Values = values };

    public static RawBatch Transactional(long producerId, short epoch, int sequence, params string[] values) =>
        Idempotent(producerId, epoch, sequence, values) with { Attributes = 0x10 };

    public byte[] ToBytes()
    {
        var records = new List<byte>();
        for (var i = 0; i < Values.Length; i++)
        {
            var value = Encoding.UTF8.GetBytes(Values[i]);
            var record = new List<byte> { 0 };
            Varint(record, 0);
            Varint(record, i);
            Varint(record, -1);
            Varint(record, value.Length);
            record.AddRange(value);
            Varint(record, 0);
            Varint(records, record.Count);
            records.AddRange(record);
        }
        var bytes = new byte[61 + records.Count];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), bytes.Length - 12);
        bytes[16] = 2;
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(21), Attributes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(23), Values.Length - 1);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(27), Timestamp);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(35), Timestamp);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(43), ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(51), Epoch);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(53), Sequence);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(57), Values.Length);
        records.CopyTo(bytes, 61);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(17), Crc(bytes.AsSpan(21)));
        return bytes;
    }

    /// <summary>CRC-32C, bit by bit.</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
        }
        return ~crc;
    }

    static void Varint(List<byte> target, int value)
    {
        var raw = (uint)((value << 1) ^ (value >> 31));
        for (; raw >= 0x80; raw >>= 7)
            target.Add((byte)(raw | 0x80));
        target.Add((byte)raw);
    }
}
