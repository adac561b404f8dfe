using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Deletes topics and the offsets that groups have in them.</summary>
sealed class DeleteTopicsHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.DeleteTopics, 0, 4, FlexibleFrom: 4);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var names = new List<string>();
        for (var count = reader.ArrayLength(); count > 0; count--)
            names.Add(reader.String());
        reader.Int32();
        reader.Tags();
        if (request.Version >= 1)
            writer.Int32(request.ThrottleMs);
        writer.ArrayLength(names.Count);
        foreach (var name in names)
        {
            writer.String(name);
            writer.Error(request.Final(request.Refused ?? Delete(name)));
            writer.Tags();
        }
        writer.Tags();
    }

    ErrorCode Delete(string name)
    {
        if (Cluster.Topics.Find(name) is not { } topic)
            return ErrorCode.UnknownTopicOrPartition;
        Cluster.Topics.Delete(topic);
        Cluster.Groups.ForgetTopic(name);
        return ErrorCode.None;
    }
}
