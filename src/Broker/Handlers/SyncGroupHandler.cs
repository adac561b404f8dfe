using SqlStream.Broker.Groups;
using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Hands the leader's assignment to the members of a group; the answer comes when the leader has sent it.</summary>
sealed class SyncGroupHandler(Cluster cluster) : Handler
{
    public override ApiRange Api { get; } = new(ApiKey.SyncGroup, 0, 3, FlexibleFrom: 4);

    public override async ValueTask HandleAsync(Request request, CancellationToken stop)
    {
        var reader = request.Reader;
        var group = reader.String();
        var generation = reader.Int32();
        var member = reader.String();
        var who = new MemberIdentity(member, request.Version >= 3 ? reader.NullableString() : null, generation);
        var assignments = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var count = reader.ArrayLength(); count > 0; count--)
            assignments[reader.String()] = reader.Bytes();
        Task<SyncResult> syncing;
        lock (cluster.Gate)
        {
            var refused = request.Refused ?? (request.NodeId == cluster.Coordinator ? null : ErrorCode.NotCoordinator);
            syncing = refused is { } error ? Task.FromResult(SyncResult.Failed(error)) : cluster.Groups.Rebalance.Sync(group, who, assignments);
        }
        var result = await syncing.WaitAsync(stop).ConfigureAwait(false);
        if (request.Version >= 1)
            request.Writer.Int32(request.ThrottleMs);
        request.Writer.Error(request.Final(result.Error));
        request.Writer.Bytes(result.Assignment);
    }
}
