using SqlStream.Broker.Groups;

namespace SqlStream.Broker.Transactions;

/// <summary>The states of a transactional producer. The numbers are in the journal.</summary>
enum TransactionState : byte
{
    Empty = 0,
    Ongoing = 1,
    PrepareCommit = 2,
    PrepareAbort = 3,
    CompleteCommit = 4,
    CompleteAbort = 5,
}

/// <summary>What the coordinator knows of a <c>transactional.id</c>. Used under the broker's gate.</summary>
sealed class TransactionalProducer(string id)
{
    public string Id { get; } = id;

    public long ProducerId { get; set; }

    public short Epoch { get; set; }

    /// <summary>The epoch before the last raise that the producer itself asked for, or -1: that request may come again.</summary>
    public short LastEpoch { get; set; } = -1;

    public TransactionState State { get; set; }

    public int TimeoutMs { get; set; }

    public long UpdatedAt { get; set; }

    /// <summary>When the open transaction began.</summary>
    public long StartedAt { get; set; }

    public HashSet<TopicPartition> Partitions { get; } = [];

    public HashSet<string> Groups { get; } = new(StringComparer.Ordinal);
}
