using SqlStream.Broker.Groups;
using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Tells the state and the members of groups.</summary>
sealed class DescribeGroupsHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.DescribeGroups, 0, 5, FlexibleFrom: 5);

    const int NoAuthorizedOperations = int.MinValue;

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var names = new List<string>();
        for (var count = reader.ArrayLength(); count > 0; count--)
            names.Add(reader.String());
        if (request.Version >= 3)
            reader.Boolean();
        reader.Tags();
        if (request.Version >= 1)
            writer.Int32(request.ThrottleMs);
        writer.ArrayLength(names.Count);
        foreach (var name in names)
        {
            var error = request.Final(NotHere(request) ?? ErrorCode.None);
            Write(writer, request.Version, name, error == ErrorCode.None ? Cluster.Groups.Find(name) : null, error);
        }
        writer.Tags();
    }

    static void Write(WireWriter writer, short version, string name, Group? group, ErrorCode error)
    {
        var state = group?.State ?? GroupState.Dead;
        writer.Error(error);
        writer.String(name);
        writer.String(state.ToString());
        writer.String(group?.ProtocolType ?? "");
        writer.String(state == GroupState.Stable ? group!.Protocol : "");
        writer.ArrayLength(group?.Members.Count ?? 0);
        foreach (var member in group?.Members ?? [])
        {
            writer.String(member.Id);
            if (version >= 4)
                writer.String(member.InstanceId);
            writer.String(member.ClientId);
            writer.String(member.ClientHost);
            writer.Bytes(state == GroupState.Stable ? member.MetadataFor(group!.Protocol) : []);
            writer.Bytes(member.Assignment);
            writer.Tags();
        }
        if (version >= 3)
            writer.Int32(NoAuthorizedOperations);
        writer.Tags();
    }
}
