using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Log;

/// <summary>The producers of one partition, their open transactions and the aborted ones. It follows from the batches of the log, and is built
/// from them again at a start.</summary>
sealed class ProducerTable
{
    readonly Dictionary<long, ProducerState> _producers = [];
    readonly SortedDictionary<long, long> _open = [];
    readonly List<AbortedTransaction> _aborted = [];

    /// <summary>The first offset of the oldest open transaction, or null.</summary>
    public long? FirstOpen
    {
        get
        {
            foreach (var offset in _open.Keys)
                return offset;
            return null;
        }
    }

    public int Count => _producers.Count;

    public bool TryFindDuplicate(in BatchHeader batch, out long baseOffset, out long timestamp)
    {
        if (_producers.TryGetValue(batch.ProducerId, out var state))
            return state.TryFindDuplicate(batch, out baseOffset, out timestamp);
        baseOffset = -1;
        timestamp = -1;
        return false;
    }

    public ErrorCode Admit(in BatchHeader batch) => _producers.TryGetValue(batch.ProducerId, out var state) ? state.Admit(batch) : ErrorCode.None;

    /// <summary>Takes a batch of the log into the books, in the order of the log.</summary>
    public void Note(in BatchHeader batch, bool isCommit, long now)
    {
        if (!batch.HasProducer)
            return;
        if (!_producers.TryGetValue(batch.ProducerId, out var state))
            _producers.Add(batch.ProducerId, state = new ProducerState());
        if (batch.IsControl)
        {
            EndTransaction(batch, state, isCommit);
            state.NoteEpoch(batch.ProducerEpoch, now);
            return;
        }
        state.NoteBatch(batch, now);
        if (state.TransactionStart == batch.BaseOffset)
            _open.Add(batch.BaseOffset, batch.ProducerId);
    }

    /// <summary>Whether a producer has an open transaction here.</summary>
    public bool HasOpen(long producerId) => _producers.TryGetValue(producerId, out var state) && state.TransactionStart is not null;

    /// <summary>The aborted transactions that a reader of <c>[from, to)</c> must leave out.</summary>
    public void CollectAborted(long from, long to, List<AbortedTransaction> target)
    {
        target.Clear();
        // In the order of their markers.
        var (low, high) = (0, _aborted.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_aborted[middle].MarkerOffset < from)
                low = middle + 1;
            else
                high = middle;
        }
        for (var i = low; i < _aborted.Count; i++)
        {
            if (_aborted[i].FirstOffset < to)
                target.Add(_aborted[i]);
        }
    }

    /// <summary>Forgets producers that were silent for long, and aborted transactions that nobody can read any more.</summary>
    public void Expire(long silentSince, long logStart)
    {
        foreach (var (id, state) in _producers)
        {
            if (state.TransactionStart is null && state.LastTimestamp < silentSince)
                _producers.Remove(id);
        }
        _aborted.RemoveAll(transaction => transaction.MarkerOffset < logStart);
    }

    public void Clear()
    {
        _producers.Clear();
        _open.Clear();
        _aborted.Clear();
    }

    void EndTransaction(in BatchHeader marker, ProducerState state, bool isCommit)
    {
        if (state.TransactionStart is not { } start)
            return;
        _open.Remove(start);
        state.TransactionStart = null;
        if (!isCommit)
            _aborted.Add(new AbortedTransaction(marker.ProducerId, start, marker.BaseOffset));
    }
}

/// <summary>A transaction whose records a committed reader leaves out.</summary>
readonly record struct AbortedTransaction(long ProducerId, long FirstOffset, long MarkerOffset);
