using System.Buffers.Binary;
using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Log;

/// <summary>The head of a record batch (magic 2). The records behind it stay as the client sent them.</summary>
readonly struct BatchHeader
{
    public const int Size = 61;

    /// <summary>Bytes of a batch that its length does not count: the base offset and the length itself.</summary>
    public const int LengthOverhead = 12;

    public const int CrcPosition = 17;
    public const int AttributesPosition = 21;
    public const int MaxTimestampPosition = 35;
    public const short LogAppendTimeFlag = 0x08;
    const short TransactionalFlag = 0x10;
    const short ControlFlag = 0x20;

    public required long BaseOffset { get; init; }
    public required int TotalBytes { get; init; }
    public required int LeaderEpoch { get; init; }
    public required sbyte Magic { get; init; }
    public required short Attributes { get; init; }
    public required int LastOffsetDelta { get; init; }
    public required long BaseTimestamp { get; init; }
    public required long MaxTimestamp { get; init; }
    public required long ProducerId { get; init; }
    public required short ProducerEpoch { get; init; }
    public required int BaseSequence { get; init; }
    public required int Count { get; init; }

    public long LastOffset => BaseOffset + LastOffsetDelta;
    public bool IsTransactional => (Attributes & TransactionalFlag) != 0;
    public bool IsControl => (Attributes & ControlFlag) != 0;
    public bool IsCompressed => (Attributes & 7) != 0;
    public bool HasProducer => ProducerId >= 0;

    /// <summary>The sequence number of the last record; sequence numbers wrap to 0 behind the largest int.</summary>
    public int LastSequence => (BaseSequence + LastOffsetDelta) & int.MaxValue;

    /// <summary>Reads a head of which at least <see cref="Size"/> bytes are there.</summary>
    public static BatchHeader Read(ReadOnlySpan<byte> bytes) => new()
    {
        BaseOffset = BinaryPrimitives.ReadInt64BigEndian(bytes),
        // A negative length would wrap; such a batch is refused by its size.
        TotalBytes = (int)Math.Clamp(BinaryPrimitives.ReadInt32BigEndian(bytes[8..]) + (long)LengthOverhead, -1, int.MaxValue),
        LeaderEpoch = BinaryPrimitives.ReadInt32BigEndian(bytes[12..]),
        Magic = (sbyte)bytes[16],
        Attributes = BinaryPrimitives.ReadInt16BigEndian(bytes[AttributesPosition..]),
        LastOffsetDelta = BinaryPrimitives.ReadInt32BigEndian(bytes[23..]),
        BaseTimestamp = BinaryPrimitives.ReadInt64BigEndian(bytes[27..]),
        MaxTimestamp = BinaryPrimitives.ReadInt64BigEndian(bytes[MaxTimestampPosition..]),
        ProducerId = BinaryPrimitives.ReadInt64BigEndian(bytes[43..]),
        ProducerEpoch = BinaryPrimitives.ReadInt16BigEndian(bytes[51..]),
        BaseSequence = BinaryPrimitives.ReadInt32BigEndian(bytes[53..]),
        Count = BinaryPrimitives.ReadInt32BigEndian(bytes[57..]),
    };

    /// <summary>Whether the bytes begin with one whole, undamaged batch.</summary>
    public static bool TryReadWhole(ReadOnlySpan<byte> bytes, out BatchHeader header)
    {
        header = default;
        if (bytes.Length < Size)
            return false;
        header = Read(bytes);
        return header.Magic == 2 && header.TotalBytes >= Size && header.TotalBytes <= bytes.Length
            && header.LastOffsetDelta >= 0 && header.BaseOffset >= 0 && HasRightCrc(bytes[..header.TotalBytes]);
    }

    public static bool HasRightCrc(ReadOnlySpan<byte> batch) =>
        BinaryPrimitives.ReadUInt32BigEndian(batch[CrcPosition..]) == Crc32C.Of(batch[AttributesPosition..]);

    public static void WriteCrc(Span<byte> batch) =>
        BinaryPrimitives.WriteUInt32BigEndian(batch[CrcPosition..], Crc32C.Of(batch[AttributesPosition..]));

    /// <summary>Gives a batch its place in the log. Offset and leader epoch are outside of the checksum.</summary>
    public static void Place(Span<byte> batch, long baseOffset, int leaderEpoch)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch, baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[12..], leaderEpoch);
    }

    /// <summary>What is wrong with what a client sent as one batch, or <see cref="ErrorCode.None"/>.</summary>
    public static ErrorCode Validate(ReadOnlySpan<byte> batch, int bytesMax)
    {
        // The magic byte is at the same place in the message sets of old.
        if (batch.Length > 16 && batch[16] < 2)
            return ErrorCode.UnsupportedForMessageFormat;
        if (batch.Length < Size)
            return ErrorCode.CorruptMessage;
        var header = Read(batch);
        if (header.TotalBytes < Size || header.TotalBytes > batch.Length || header.Magic != 2)
            return ErrorCode.CorruptMessage;
        // One batch for a partition and request, as the protocol has it since this format.
        if (header.TotalBytes != batch.Length)
            return ErrorCode.InvalidRecord;
        if (batch.Length > bytesMax)
            return ErrorCode.MessageTooLarge;
        if (!HasRightCrc(batch))
            return ErrorCode.CorruptMessage;
        if (header.IsControl || header.Count <= 0 || header.LastOffsetDelta != header.Count - 1)
            return ErrorCode.InvalidRecord;
        // The smallest record of an uncompressed batch takes seven bytes: its length, attributes, two deltas, two absent fields, no headers.
        if (!header.IsCompressed && header.Count > (batch.Length - Size) / 7)
            return ErrorCode.InvalidRecord;
        if (header.HasProducer && (header.BaseSequence < 0 || header.ProducerEpoch < 0))
            return ErrorCode.InvalidRecord;
        return header.IsTransactional && !header.HasProducer ? ErrorCode.InvalidRecord : ErrorCode.None;
    }
}
