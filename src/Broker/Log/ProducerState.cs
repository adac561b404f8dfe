using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Log;

/// <summary>What a partition knows of one producer: its epoch, its last batches, its open transaction.</summary>
sealed class ProducerState
{
    /// <summary>A producer has at most five requests under way, so a duplicate is one of the last five batches.</summary>
    const int WindowBatches = 5;
    readonly Written[] _window = new Written[WindowBatches];
    int _count;
    int _next;

    public short Epoch { get; private set; } = -1;

    /// <summary>The first offset of the open transaction, if there is one.</summary>
    public long? TransactionStart { get; set; }

    public long LastTimestamp { get; private set; }

    /// <summary>Finds the batch that this one repeats.</summary>
    public bool TryFindDuplicate(in BatchHeader batch, out long baseOffset, out long timestamp)
    {
        baseOffset = -1;
        timestamp = -1;
        if (batch.ProducerEpoch != Epoch)
            return false;
        for (var i = 0; i < _count; i++)
        {
            ref var written = ref _window[i];
            if (written.FirstSequence == batch.BaseSequence && written.LastSequence == batch.LastSequence)
            {
                baseOffset = written.BaseOffset;
                timestamp = written.Timestamp;
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether a batch that repeats none comes next.</summary>
    public ErrorCode Admit(in BatchHeader batch)
    {
        if (batch.ProducerEpoch < Epoch)
            return ErrorCode.InvalidProducerEpoch;
        // Nothing is known of this producer any more: any number is taken.
        if (Epoch < 0)
            return ErrorCode.None;
        if (batch.ProducerEpoch > Epoch)
            return batch.BaseSequence == 0 ? ErrorCode.None : ErrorCode.OutOfOrderSequenceNumber;
        var expected = _count == 0 ? 0 : (_window[(_next + WindowBatches - 1) % WindowBatches].LastSequence + 1) & int.MaxValue;
        return batch.BaseSequence == expected ? ErrorCode.None : ErrorCode.OutOfOrderSequenceNumber;
    }

    public void NoteBatch(in BatchHeader batch, long now)
    {
        NoteEpoch(batch.ProducerEpoch, now);
        _window[_next] = new Written(batch.BaseSequence, batch.LastSequence, batch.BaseOffset, batch.MaxTimestamp);
        _next = (_next + 1) % WindowBatches;
        _count = Math.Min(_count + 1, WindowBatches);
        if (batch.IsTransactional)
            TransactionStart ??= batch.BaseOffset;
    }

    /// <summary>Takes the epoch of a batch or marker; a new one begins with sequence number 0.</summary>
    public void NoteEpoch(short epoch, long now)
    {
        LastTimestamp = now;
        if (epoch == Epoch)
            return;
        Epoch = epoch;
        _count = 0;
        _next = 0;
    }

    readonly record struct Written(int FirstSequence, int LastSequence, long BaseOffset, long Timestamp);
}
