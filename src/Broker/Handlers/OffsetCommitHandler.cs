using SqlStream.Broker.Groups;
using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Commits offsets of a group.</summary>
sealed class OffsetCommitHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.OffsetCommit, 1, 7, FlexibleFrom: 8, Implemented: 2);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var group = reader.String();
        var generation = reader.Int32();
        var member = reader.String();
        var instance = request.Version >= 7 ? reader.NullableString() : null;
        if (request.Version <= 4)
            reader.Int64();
        var error = NotHere(request)
            ?? (group.Length == 0 ? ErrorCode.InvalidGroupId : Cluster.Groups.MayCommit(group, new MemberIdentity(member, instance, generation), isTransactional: false));
        if (request.Version >= 3)
            writer.Int32(request.ThrottleMs);
        OffsetCommits.Handle(request, Cluster, withLeaderEpoch: request.Version >= 6, error, (partition, offset) => Cluster.Groups.Commit(group, partition, offset));
    }
}
