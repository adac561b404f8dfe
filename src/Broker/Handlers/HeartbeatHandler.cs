using SqlStream.Broker.Groups;
using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Keeps the session of a member of a group alive.</summary>
sealed class HeartbeatHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.Heartbeat, 0, 3, FlexibleFrom: 4);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var group = reader.String();
        var generation = reader.Int32();
        var member = reader.String();
        var who = new MemberIdentity(member, request.Version >= 3 ? reader.NullableString() : null, generation);
        var error = NotHere(request) ?? Cluster.Groups.Rebalance.Heartbeat(group, who);
        if (request.Version >= 1)
            writer.Int32(request.ThrottleMs);
        writer.Error(request.Final(error));
    }
}
