using SqlStream.Broker.Groups;
using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Takes a member into a group; the answer comes when all members have joined.</summary>
sealed class JoinGroupHandler(Cluster cluster) : Handler
{
    public override ApiRange Api { get; } = new(ApiKey.JoinGroup, 0, 5, FlexibleFrom: 6);

    public override async ValueTask HandleAsync(Request request, CancellationToken stop)
    {
        var join = Read(request);
        Task<JoinResult> joining;
        lock (cluster.Gate)
        {
            var refused = request.Refused ?? (request.NodeId == cluster.Coordinator ? null : ErrorCode.NotCoordinator);
            joining = refused is { } error ? Task.FromResult(JoinResult.Failed(error, join.MemberId)) : cluster.Groups.Rebalance.Join(join);
        }
        Write(request, await joining.WaitAsync(stop).ConfigureAwait(false));
    }

    static JoinRequest Read(Request request)
    {
        var reader = request.Reader;
        var version = request.Version;
        var group = reader.String();
        var session = reader.Int32();
        var rebalance = version >= 1 ? reader.Int32() : session;
        var member = reader.String();
        var instance = version >= 5 ? reader.NullableString() : null;
        var type = reader.String();
        var protocols = new List<GroupProtocol>();
        for (var count = reader.ArrayLength(); count > 0; count--)
            protocols.Add(new GroupProtocol(reader.String(), reader.Bytes()));
        return new JoinRequest(
            group, member, instance, request.ClientId, request.Session.ClientHost, session, Math.Max(0, rebalance), type, protocols, RequiresKnownMember: version >= 4);
    }

    static void Write(Request request, JoinResult result)
    {
        var writer = request.Writer;
        if (request.Version >= 2)
            writer.Int32(request.ThrottleMs);
        writer.Error(request.Final(result.Error));
        writer.Int32(result.Generation);
        writer.String(result.Protocol);
        writer.String(result.Leader);
        writer.String(result.MemberId);
        writer.ArrayLength(result.Members.Count);
        foreach (var member in result.Members)
        {
            writer.String(member.Id);
            if (request.Version >= 5)
                writer.String(member.InstanceId);
            writer.Bytes(member.Metadata);
        }
    }
}
