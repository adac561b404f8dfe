using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Lists the groups.</summary>
sealed class ListGroupsHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.ListGroups, 0, 4, FlexibleFrom: 3);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var states = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (request.Version >= 4)
        {
            for (var count = reader.ArrayLength(); count > 0; count--)
                states.Add(reader.String());
        }
        reader.Tags();
        var error = request.Final(NotHere(request) ?? ErrorCode.None);
        var groups = error == ErrorCode.None ? Cluster.Groups.All.Where(group => states.Count == 0 || states.Contains(group.State.ToString())).ToArray() : [];
        if (request.Version >= 1)
            writer.Int32(request.ThrottleMs);
        writer.Error(error);
        writer.ArrayLength(groups.Length);
        foreach (var group in groups)
        {
            writer.String(group.Id);
            writer.String(group.ProtocolType);
            if (request.Version >= 4)
                writer.String(group.State.ToString());
            writer.Tags();
        }
        writer.Tags();
    }
}
