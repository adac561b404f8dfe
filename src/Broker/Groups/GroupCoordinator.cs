using SqlStream.Broker.Protocol;
using SqlStream.Broker.Storage;

namespace SqlStream.Broker.Groups;

/// <summary>All groups, their committed offsets, and what the journal keeps of them. The rebalances are in <see cref="GroupRebalance"/>.
/// Used under the broker's gate.</summary>
sealed class GroupCoordinator : IDisposable
{
    static readonly long _offsetsRetentionMs = (long)TimeSpan.FromDays(7).TotalMilliseconds;
    readonly SortedDictionary<string, Group> _groups = new(StringComparer.Ordinal);
    readonly Cluster _cluster;
    Journal? _journal;

    public GroupCoordinator(Cluster cluster)
    {
        _cluster = cluster;
        Rebalance = new GroupRebalance(cluster, this);
    }

    public GroupRebalance Rebalance { get; }

    public IReadOnlyCollection<Group> All => _groups.Values;

    public Group? Find(string id) => _groups.GetValueOrDefault(id);

    public Group FindOrAdd(string id)
    {
        if (!_groups.TryGetValue(id, out var group))
            _groups.Add(id, group = new Group(id) { EmptySince = _cluster.Clock.Milliseconds });
        return group;
    }

    /// <summary>Whether offsets may be committed by who speaks; a group without members takes them from anybody who claims no generation.</summary>
    public ErrorCode MayCommit(string groupId, in MemberIdentity who, bool isTransactional)
    {
        var group = Find(groupId);
        if (group is null)
            return who.Generation < 0 ? ErrorCode.None : ErrorCode.IllegalGeneration;
        if (who.Generation < 0 && (isTransactional && who.MemberId.Length == 0 || group.State == GroupState.Empty))
            return ErrorCode.None;
        var error = group.Verify(who);
        if (error == ErrorCode.None && group.State == GroupState.CompletingRebalance && !isTransactional)
            return ErrorCode.RebalanceInProgress;
        if (error == ErrorCode.None)
            Rebalance.Touch(group, group.Find(who.MemberId)!);
        return error;
    }

    public void Commit(string groupId, TopicPartition partition, CommittedOffset offset)
    {
        FindOrAdd(groupId).Offsets.Commit(partition, offset);
        if (_journal is not null)
            NoteOffset(groupId, partition, offset);
    }

    public void CommitInTransaction(string groupId, long producerId, TopicPartition partition, CommittedOffset offset)
    {
        FindOrAdd(groupId).Offsets.CommitInTransaction(producerId, partition, offset);
        if (_journal is not null)
            NotePending(groupId, producerId, partition, offset);
    }

    public void EndTransaction(string groupId, long producerId, bool isCommit)
    {
        if (Find(groupId) is not { } group)
            return;
        group.Offsets.EndTransaction(producerId, isCommit);
        _journal?.Write(JournalRecord.PendingEnded, writer =>
        {
            writer.String(groupId);
            writer.Int64(producerId);
            writer.Boolean(isCommit);
        });
    }

    public ErrorCode Delete(string groupId)
    {
        if (Find(groupId) is not { } group)
            return ErrorCode.GroupIdNotFound;
        if (group.State != GroupState.Empty)
            return ErrorCode.NonEmptyGroup;
        foreach (var partition in group.Offsets.Committed.Keys.ToArray())
            RemoveOffset(group, partition);
        group.State = GroupState.Dead;
        _groups.Remove(groupId);
        return ErrorCode.None;
    }

    /// <summary>Forgets offsets of groups that have been without members for long, and of topics that are gone.</summary>
    public void Expire()
    {
        var now = _cluster.Clock.Milliseconds;
        foreach (var group in _groups.Values.ToArray())
        {
            if (group.State != GroupState.Empty || group.Pending.Count > 0)
                continue;
            foreach (var (partition, offset) in group.Offsets.Committed.ToArray())
            {
                if (now - Math.Max(group.EmptySince, offset.CommittedAt) >= _offsetsRetentionMs)
                    RemoveOffset(group, partition);
            }
            if (group.Offsets.IsEmpty)
                _groups.Remove(group.Id);
        }
    }

    public void ForgetTopic(string topic)
    {
        foreach (var group in _groups.Values)
        {
            foreach (var partition in group.Offsets.Committed.Keys.Where(partition => partition.Topic == topic).ToArray())
                RemoveOffset(group, partition);
        }
    }

    public bool Replay(JournalRecord kind, WireReader reader)
    {
        switch (kind)
        {
            case JournalRecord.Offset:
                FindOrAdd(reader.String()).Offsets.Commit(ReadPartition(reader), ReadOffset(reader));
                return true;
            case JournalRecord.OffsetDeleted:
                FindOrAdd(reader.String()).Offsets.Remove(ReadPartition(reader));
                return true;
            case JournalRecord.PendingOffset:
                FindOrAdd(reader.String()).Offsets.CommitInTransaction(reader.Int64(), ReadPartition(reader), ReadOffset(reader));
                return true;
            case JournalRecord.PendingEnded:
                FindOrAdd(reader.String()).Offsets.EndTransaction(reader.Int64(), reader.Boolean());
                return true;
            default:
                return false;
        }
    }

    public void WriteAll(Journal journal)
    {
        _journal = journal;
        foreach (var group in _groups.Values)
        {
            foreach (var (partition, offset) in group.Offsets.Committed)
                NoteOffset(group.Id, partition, offset);
            foreach (var (producerId, offsets) in group.Offsets.Pending)
            {
                foreach (var (partition, offset) in offsets)
                    NotePending(group.Id, producerId, partition, offset);
            }
        }
    }

    public void Dispose()
    {
        foreach (var group in _groups.Values)
        {
            foreach (var member in group.Members)
            {
                member.Joining?.TrySetResult(JoinResult.Failed(ErrorCode.CoordinatorNotAvailable, member.Id));
                member.Syncing?.TrySetResult(SyncResult.Failed(ErrorCode.CoordinatorNotAvailable));
            }
        }
    }

    void RemoveOffset(Group group, TopicPartition partition)
    {
        group.Offsets.Remove(partition);
        _journal?.Write(JournalRecord.OffsetDeleted, writer =>
        {
            writer.String(group.Id);
            WritePartition(writer, partition);
        });
    }

    void NoteOffset(string groupId, TopicPartition partition, CommittedOffset offset) => _journal?.Write(JournalRecord.Offset, writer =>
    {
        writer.String(groupId);
        WritePartition(writer, partition);
        WriteOffset(writer, offset);
    });

    void NotePending(string groupId, long producerId, TopicPartition partition, CommittedOffset offset) => _journal?.Write(JournalRecord.PendingOffset, writer =>
    {
        writer.String(groupId);
        writer.Int64(producerId);
        WritePartition(writer, partition);
        WriteOffset(writer, offset);
    });

    static void WritePartition(WireWriter writer, TopicPartition partition)
    {
        writer.String(partition.Topic);
        writer.Int32(partition.Partition);
    }

    static TopicPartition ReadPartition(WireReader reader) => new(reader.String(), reader.Int32());

    static void WriteOffset(WireWriter writer, CommittedOffset offset)
    {
        writer.Int64(offset.Offset);
        writer.Int32(offset.LeaderEpoch);
        writer.String(offset.Metadata);
        writer.Int64(offset.CommittedAt);
    }

    static CommittedOffset ReadOffset(WireReader reader) => new(reader.Int64(), reader.Int32(), reader.String(), reader.Int64());
}
