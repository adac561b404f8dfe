namespace SqlStream.Broker.Log;

/// <summary>Finds a record by its time inside of a batch.</summary>
static class RecordTimes
{
    /// <summary>The first record of this time or later. Where the records are compressed, or not what the head says, the batch's first record,
    /// which is never later than the one asked for.</summary>
    public static (long Offset, long Timestamp) Find(ReadOnlySpan<byte> batch, in BatchHeader header, long timestamp)
    {
        if ((header.Attributes & BatchHeader.LogAppendTimeFlag) != 0)
            return (header.BaseOffset, header.MaxTimestamp);
        if (header.IsCompressed)
            return (header.BaseOffset, Math.Max(timestamp, header.BaseTimestamp));
        var records = batch[BatchHeader.Size..];
        for (var i = 0; i < header.Count; i++)
        {
            if (!TryVarint(ref records, out var length) || length < 1 || length > records.Length)
                break;
            var record = records[1..(int)length];
            records = records[(int)length..];
            if (!TryVarint(ref record, out var timeDelta) || !TryVarint(ref record, out var offsetDelta))
                break;
            var time = header.BaseTimestamp + timeDelta;
            if (time >= timestamp)
                return (header.BaseOffset + offsetDelta, time);
        }
        return (header.BaseOffset, Math.Max(timestamp, header.BaseTimestamp));
    }

    static bool TryVarint(ref ReadOnlySpan<byte> bytes, out long value)
    {
        ulong raw = 0;
        for (var i = 0; i < Math.Min(bytes.Length, 10); i++)
        {
            raw |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] >= 0x80)
                continue;
            bytes = bytes[(i + 1)..];
            value = (long)(raw >> 1) ^ -(long)(raw & 1);
            return true;
        }
        value = 0;
        return false;
    }
}
