using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Lets a member leave its group at once.</summary>
sealed class LeaveGroupHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.LeaveGroup, 0, 1, FlexibleFrom: 4);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var group = reader.String();
        var member = reader.String();
        var error = NotHere(request) ?? Cluster.Groups.Rebalance.Leave(group, member);
        if (request.Version >= 1)
            writer.Int32(request.ThrottleMs);
        writer.Error(request.Final(error));
    }
}
