using SqlStream.Broker.Groups;
using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Commits offsets of a group within a transaction: they become visible when it commits.</summary>
sealed class TxnOffsetCommitHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.TxnOffsetCommit, 0, 3, FlexibleFrom: 3);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var id = reader.String();
        var group = reader.String();
        var producerId = reader.Int64();
        var epoch = reader.Int16();
        var who = new MemberIdentity("", null, -1);
        if (request.Version >= 3)
        {
            var generation = reader.Int32();
            var member = reader.String();
            who = new MemberIdentity(member, reader.NullableString(), generation);
        }
        writer.Int32(request.ThrottleMs);
        var error = NotHere(request) ?? Check(id, group, producerId, epoch, who);
        OffsetCommits.Handle(request, Cluster, withLeaderEpoch: request.Version >= 2, error,
            (partition, offset) => Cluster.Groups.CommitInTransaction(group, producerId, partition, offset));
    }

    ErrorCode Check(string id, string group, long producerId, short epoch, in MemberIdentity who)
    {
        if (group.Length == 0)
            return ErrorCode.InvalidGroupId;
        var error = Cluster.Transactions.MayCommitOffsets(id, group, producerId, epoch);
        if (error != ErrorCode.None)
            return TransactionErrors.ForOlderVersion(error);
        return who.Generation >= 0 || who.MemberId.Length > 0 ? Cluster.Groups.MayCommit(group, who, isTransactional: true) : ErrorCode.None;
    }
}
