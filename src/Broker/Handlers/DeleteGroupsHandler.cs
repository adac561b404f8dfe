using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Deletes groups that have no members.</summary>
sealed class DeleteGroupsHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.DeleteGroups, 0, 2, FlexibleFrom: 2);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var names = new List<string>();
        for (var count = reader.ArrayLength(); count > 0; count--)
            names.Add(reader.String());
        reader.Tags();
        writer.Int32(request.ThrottleMs);
        writer.ArrayLength(names.Count);
        foreach (var name in names)
        {
            writer.String(name);
            writer.Error(request.Final(NotHere(request) ?? Cluster.Groups.Delete(name)));
            writer.Tags();
        }
        writer.Tags();
    }
}
