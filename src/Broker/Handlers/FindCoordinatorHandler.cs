using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Tells which node answers for a group or a transactional id.</summary>
sealed class FindCoordinatorHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.FindCoordinator, 0, 2, FlexibleFrom: 3);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        reader.String();
        if (request.Version >= 1 && reader.Int8() is not (0 or 1))
            throw BrokerErrors.MalformedFrame("a coordinator of a kind that does not exist");
        if (request.Version >= 1)
            writer.Int32(request.ThrottleMs);
        var error = request.Final(request.Refused ?? ErrorCode.None);
        writer.Error(error);
        if (request.Version >= 1)
            writer.String(null);
        var isFound = error == ErrorCode.None;
        var node = Cluster.Nodes[Cluster.Coordinator - 1];
        writer.Int32(isFound ? Cluster.Coordinator : -1);
        writer.String(isFound ? node.Host : "");
        writer.Int32(isFound ? node.Port : -1);
    }
}
