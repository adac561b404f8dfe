using SqlStream.Broker.Groups;
using SqlStream.Broker.Protocol;
using SqlStream.Broker.Storage;

namespace SqlStream.Broker.Transactions;

/// <summary>Producer ids and transactions: who may write, what belongs to a transaction, and how it ends. Used under the broker's gate.</summary>
/// <remarks>The protocol before KIP-890's second half: the epoch is raised when a producer begins or is fenced, not with each transaction.</remarks>
sealed class TransactionCoordinator(Cluster cluster)
{
    // Epochs end one below the largest, so that there is one left to fence the last producer with.
    const short EpochMax = short.MaxValue - 1;
    const int TimeoutMaxMs = 900_000;
    static readonly long _idRetentionMs = (long)TimeSpan.FromDays(7).TotalMilliseconds;

    readonly SortedDictionary<string, TransactionalProducer> _byId = new(StringComparer.Ordinal);
    readonly Dictionary<long, TransactionalProducer> _byProducer = [];
    Journal? _journal;
    long _nextProducerId = 1000;

    /// <summary>Gives a producer its id and epoch. With a transactional id it fences the one before and ends what that one left open.</summary>
    /// <param name="id">The transactional id, or null for a producer that is only idempotent.</param>
    /// <param name="timeoutMs">After which time without an end its transactions are aborted.</param>
    /// <param name="producerId">The id that it has and wants to keep with a higher epoch, or -1.</param>
    /// <param name="epoch">Its epoch, or -1.</param>
    public ProducerIdentity Begin(string? id, int timeoutMs, long producerId, short epoch)
    {
        if (id is null)
            return new ProducerIdentity(ErrorCode.None, NewProducerId(), 0);
        if (id.Length == 0)
            return ProducerIdentity.Failed(ErrorCode.InvalidRequest);
        if (timeoutMs <= 0 || timeoutMs > TimeoutMaxMs)
            return ProducerIdentity.Failed(ErrorCode.InvalidTransactionTimeout);
        if (!_byId.TryGetValue(id, out var producer))
        {
            producer = new TransactionalProducer(id) { ProducerId = NewProducerId(), TimeoutMs = timeoutMs };
            _byId.Add(id, producer);
            _byProducer.Add(producer.ProducerId, producer);
            Save(producer);
            return new ProducerIdentity(ErrorCode.None, producer.ProducerId, producer.Epoch);
        }
        if (producerId >= 0 && producerId != producer.ProducerId)
            return ProducerIdentity.Failed(ErrorCode.ProducerFenced);
        if (producerId >= 0 && epoch != producer.Epoch)
        {
            // The answer to its last request may have been lost.
            return epoch == producer.LastEpoch && producer.State != TransactionState.Ongoing
                ? new ProducerIdentity(ErrorCode.None, producer.ProducerId, producer.Epoch)
                : ProducerIdentity.Failed(ErrorCode.ProducerFenced);
        }
        if (producer.State == TransactionState.Ongoing)
        {
            Fence(producer);
            return ProducerIdentity.Failed(ErrorCode.ConcurrentTransactions);
        }
        if (IsEnding(producer))
            return ProducerIdentity.Failed(ErrorCode.ConcurrentTransactions);
        Raise(producer, keepsLast: producerId >= 0);
        producer.TimeoutMs = timeoutMs;
        producer.State = TransactionState.Empty;
        Save(producer);
        return new ProducerIdentity(ErrorCode.None, producer.ProducerId, producer.Epoch);
    }

    /// <summary>What is wrong with a producer that wants to add to its transaction, or none.</summary>
    public ErrorCode MayAdd(string id, long producerId, short epoch)
    {
        var error = Verify(id, producerId, epoch, out var producer);
        return error == ErrorCode.None && IsEnding(producer!) ? ErrorCode.ConcurrentTransactions : error;
    }

    /// <summary>Adds partitions and begins the transaction if none is open. <see cref="MayAdd"/> was asked before.</summary>
    public void AddPartitions(string id, IEnumerable<TopicPartition> partitions)
    {
        var producer = Open(id);
        foreach (var partition in partitions)
            producer.Partitions.Add(partition);
        Save(producer);
    }

    public void AddGroup(string id, string group)
    {
        var producer = Open(id);
        producer.Groups.Add(group);
        Save(producer);
    }

    /// <summary>Whether offsets may be committed within the transaction.</summary>
    public ErrorCode MayCommitOffsets(string id, string group, long producerId, short epoch)
    {
        var error = Verify(id, producerId, epoch, out var producer);
        if (error != ErrorCode.None)
            return error;
        if (IsEnding(producer!))
            return ErrorCode.ConcurrentTransactions;
        return producer!.State == TransactionState.Ongoing && producer.Groups.Contains(group) ? ErrorCode.None : ErrorCode.InvalidTxnState;
    }

    /// <summary>Whether a transactional batch may be written to a partition.</summary>
    public ErrorCode MayWrite(TopicPartition partition, long producerId, short epoch)
    {
        if (!_byProducer.TryGetValue(producerId, out var producer))
            return ErrorCode.InvalidProducerIdMapping;
        // An older epoch is refused even where it has not written yet.
        if (epoch != producer.Epoch)
            return ErrorCode.InvalidProducerEpoch;
        return producer.State == TransactionState.Ongoing && producer.Partitions.Contains(partition) ? ErrorCode.None : ErrorCode.InvalidTxnState;
    }

    /// <summary>Ends a transaction; to repeat the same end is no error.</summary>
    public ErrorCode End(string id, long producerId, short epoch, bool isCommit)
    {
        var error = Verify(id, producerId, epoch, out var producer);
        if (error != ErrorCode.None)
            return error;
        switch (producer!.State)
        {
            case TransactionState.Ongoing:
                Finish(producer, isCommit);
                return ErrorCode.None;
            case TransactionState.CompleteCommit:
                return isCommit ? ErrorCode.None : ErrorCode.InvalidTxnState;
            case TransactionState.CompleteAbort:
                return isCommit ? ErrorCode.InvalidTxnState : ErrorCode.None;
            case TransactionState.PrepareCommit:
            case TransactionState.PrepareAbort:
                return ErrorCode.ConcurrentTransactions;
            default:
                return ErrorCode.InvalidTxnState;
        }
    }

    /// <summary>Forgets transactional ids that were not used for long.</summary>
    public void Expire()
    {
        var now = cluster.Clock.Milliseconds;
        foreach (var producer in _byId.Values.ToArray())
        {
            if (producer.State is TransactionState.Ongoing || IsEnding(producer) || now - producer.UpdatedAt < _idRetentionMs)
                continue;
            _byId.Remove(producer.Id);
            _byProducer.Remove(producer.ProducerId);
            _journal?.Write(JournalRecord.TransactionDeleted, writer => writer.String(producer.Id));
        }
    }

    public bool Replay(JournalRecord kind, WireReader reader)
    {
        switch (kind)
        {
            case JournalRecord.ProducerIds:
                _nextProducerId = reader.Int64();
                return true;
            case JournalRecord.Transaction:
                var producer = TransactionRecord.Read(reader);
                _byId[producer.Id] = producer;
                return true;
            case JournalRecord.TransactionDeleted:
                _byId.Remove(reader.String());
                return true;
            default:
                return false;
        }
    }

    /// <summary>Goes on with what the process before had begun to end, and watches what is open.</summary>
    public void FinishReplay()
    {
        foreach (var producer in _byId.Values)
        {
            _byProducer[producer.ProducerId] = producer;
            if (IsEnding(producer))
                WriteMarkers(producer, producer.State == TransactionState.PrepareCommit, onlyOpen: true);
            else if (producer.State == TransactionState.Ongoing)
                Watch(producer);
        }
    }

    public void WriteAll(Journal journal)
    {
        _journal = journal;
        NoteProducerIds();
        foreach (var producer in _byId.Values)
            journal.Write(JournalRecord.Transaction, writer => TransactionRecord.Write(writer, producer));
    }

    ErrorCode Verify(string id, long producerId, short epoch, out TransactionalProducer? producer)
    {
        if (!_byId.TryGetValue(id, out producer) || producer.ProducerId != producerId)
            return ErrorCode.InvalidProducerIdMapping;
        return producer.Epoch == epoch ? ErrorCode.None : ErrorCode.ProducerFenced;
    }

    static bool IsEnding(TransactionalProducer producer) => producer.State is TransactionState.PrepareCommit or TransactionState.PrepareAbort;

    TransactionalProducer Open(string id)
    {
        var producer = _byId[id];
        if (producer.State != TransactionState.Ongoing)
        {
            producer.State = TransactionState.Ongoing;
            producer.StartedAt = cluster.Clock.Milliseconds;
            producer.Partitions.Clear();
            producer.Groups.Clear();
            Watch(producer);
        }
        return producer;
    }

    void Watch(TransactionalProducer producer)
    {
        var (started, epoch) = (producer.StartedAt, producer.Epoch);
        cluster.Deadlines.At(started + producer.TimeoutMs, () =>
        {
            if (producer.State == TransactionState.Ongoing && producer.StartedAt == started && producer.Epoch == epoch)
                Fence(producer);
        });
    }

    /// <summary>Aborts an open transaction under a higher epoch, so that its producer can do nothing more.</summary>
    void Fence(TransactionalProducer producer)
    {
        producer.Epoch++;
        producer.LastEpoch = -1;
        Finish(producer, isCommit: false);
    }

    void Finish(TransactionalProducer producer, bool isCommit)
    {
        producer.State = isCommit ? TransactionState.PrepareCommit : TransactionState.PrepareAbort;
        Save(producer);
        WriteMarkers(producer, isCommit, onlyOpen: false);
    }

    void WriteMarkers(TransactionalProducer producer, bool isCommit, bool onlyOpen)
    {
        foreach (var (topic, index) in producer.Partitions.OrderBy(partition => partition.Topic, StringComparer.Ordinal).ThenBy(partition => partition.Partition))
        {
            // After a restart a marker may be there already.
            if (cluster.Topics.Find(topic, index) is { } partition && (!onlyOpen || partition.Log.HasOpenTransaction(producer.ProducerId)))
                partition.Log.AppendMarker(producer.ProducerId, producer.Epoch, isCommit);
        }
        foreach (var group in producer.Groups.Order(StringComparer.Ordinal))
            cluster.Groups.EndTransaction(group, producer.ProducerId, isCommit);
        producer.State = isCommit ? TransactionState.CompleteCommit : TransactionState.CompleteAbort;
        producer.Partitions.Clear();
        producer.Groups.Clear();
        Save(producer);
    }

    void Raise(TransactionalProducer producer, bool keepsLast)
    {
        if (producer.Epoch < EpochMax)
        {
            producer.LastEpoch = keepsLast ? producer.Epoch : (short)-1;
            producer.Epoch++;
            return;
        }
        _byProducer.Remove(producer.ProducerId);
        producer.ProducerId = NewProducerId();
        producer.Epoch = 0;
        producer.LastEpoch = -1;
        _byProducer.Add(producer.ProducerId, producer);
    }

    long NewProducerId()
    {
        var id = _nextProducerId++;
        NoteProducerIds();
        return id;
    }

    void NoteProducerIds() => _journal?.Write(JournalRecord.ProducerIds, writer => writer.Int64(_nextProducerId));

    void Save(TransactionalProducer producer)
    {
        producer.UpdatedAt = cluster.Clock.Milliseconds;
        _journal?.Write(JournalRecord.Transaction, writer => TransactionRecord.Write(writer, producer));
    }
}

/// <summary>What a producer works with from now on.</summary>
readonly record struct ProducerIdentity(ErrorCode Error, long ProducerId, short Epoch)
{
    public static ProducerIdentity Failed(ErrorCode error) => new(error, -1, -1);
}
