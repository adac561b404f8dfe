namespace SqlStream.Broker.Groups;

/// <summary>The offsets of a group: committed ones, and those of open transactions, which become visible when the transaction commits.</summary>
sealed class GroupOffsets
{
    readonly SortedDictionary<TopicPartition, CommittedOffset> _committed = new(ByName.Instance);
    readonly Dictionary<long, Dictionary<TopicPartition, CommittedOffset>> _pending = [];

    public IReadOnlyDictionary<TopicPartition, CommittedOffset> Committed => _committed;

    public IReadOnlyDictionary<long, Dictionary<TopicPartition, CommittedOffset>> Pending => _pending;

    public bool IsEmpty => _committed.Count == 0 && _pending.Count == 0;

    public void Commit(TopicPartition partition, CommittedOffset offset) => _committed[partition] = offset;

    public bool Remove(TopicPartition partition) => _committed.Remove(partition);

    public void CommitInTransaction(long producerId, TopicPartition partition, CommittedOffset offset)
    {
        if (!_pending.TryGetValue(producerId, out var offsets))
            _pending.Add(producerId, offsets = []);
        offsets[partition] = offset;
    }

    public void EndTransaction(long producerId, bool isCommit)
    {
        if (!_pending.Remove(producerId, out var offsets) || !isCommit)
            return;
        foreach (var (partition, offset) in offsets)
            _committed[partition] = offset;
    }

    public bool IsPending(TopicPartition partition)
    {
        foreach (var offsets in _pending.Values)
        {
            if (offsets.ContainsKey(partition))
                return true;
        }
        return false;
    }

    sealed class ByName : IComparer<TopicPartition>
    {
        public static readonly ByName Instance = new();

        public int Compare(TopicPartition x, TopicPartition y)
        {
            var byTopic = string.CompareOrdinal(x.Topic, y.Topic);
            return byTopic != 0 ? byTopic : x.Partition.CompareTo(y.Partition);
        }
    }
}
