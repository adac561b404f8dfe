using System.Buffers.Binary;

namespace SqlStream.Broker.Log;

/// <summary>The marker that ends a transaction in a partition: a batch of one record that only clients see.</summary>
static class ControlBatch
{
    // Record: length, attributes, timestamp delta, offset delta, key length 4, key, value length 6, value, no headers.
    const int RecordBytes = 1 + 1 + 1 + 1 + 1 + 4 + 1 + 6 + 1;
    const int KeyPosition = BatchHeader.Size + 5;

    public const int Size = BatchHeader.Size + RecordBytes;

    public static void Write(Span<byte> target, long producerId, short producerEpoch, bool isCommit, long timestamp)
    {
        target = target[..Size];
        target.Clear();
        BinaryPrimitives.WriteInt32BigEndian(target[8..], Size - BatchHeader.LengthOverhead);
        target[16] = 2;
        BinaryPrimitives.WriteInt16BigEndian(target[BatchHeader.AttributesPosition..], 0x30);
        BinaryPrimitives.WriteInt64BigEndian(target[27..], timestamp);
        BinaryPrimitives.WriteInt64BigEndian(target[BatchHeader.MaxTimestampPosition..], timestamp);
        BinaryPrimitives.WriteInt64BigEndian(target[43..], producerId);
        BinaryPrimitives.WriteInt16BigEndian(target[51..], producerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(target[53..], -1);
        BinaryPrimitives.WriteInt32BigEndian(target[57..], 1);
        var record = target[BatchHeader.Size..];
        record[0] = (RecordBytes - 1) << 1;
        record[4] = 4 << 1;
        // Key: version 0, then 0 for abort and 1 for commit. Value: version 0, coordinator epoch 0.
        record[8] = isCommit ? (byte)1 : (byte)0;
        record[9] = 6 << 1;
        BatchHeader.WriteCrc(target);
    }

    /// <summary>Whether a control batch is a commit marker.</summary>
    public static bool IsCommit(ReadOnlySpan<byte> batch) =>
        batch.Length >= KeyPosition + 4 && BinaryPrimitives.ReadInt16BigEndian(batch[(KeyPosition + 2)..]) == 1;
}
