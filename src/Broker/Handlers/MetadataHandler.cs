using SqlStream.Broker.Protocol;
using SqlStream.Broker.Topics;

namespace SqlStream.Broker.Handlers;

/// <summary>Tells the nodes, the topics and who leads their partitions; makes topics on their first use.</summary>
sealed class MetadataHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.Metadata, 0, 9, FlexibleFrom: 9);

    const int NoAuthorizedOperations = int.MinValue;

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var version = request.Version;
        var names = ReadNames(reader, version);
        var mayCreate = version < 4 || reader.Boolean();
        if (version >= 8)
        {
            reader.Boolean();
            reader.Boolean();
        }
        reader.Tags();
        if (version >= 3)
            writer.Int32(request.ThrottleMs);
        WriteNodes(writer, version);
        writer.ArrayLength(names?.Count ?? Cluster.Topics.All.Count);
        if (names is null)
        {
            foreach (var topic in Cluster.Topics.All)
                WriteTopic(request, writer, topic.Name, topic, ErrorCode.None);
        }
        foreach (var name in names ?? [])
        {
            var topic = FindOrCreate(name, mayCreate, out var error);
            WriteTopic(request, writer, name, topic, request.Final(request.Refused ?? error));
        }
        if (version >= 8)
            writer.Int32(NoAuthorizedOperations);
        writer.Tags();
    }

    static List<string>? ReadNames(WireReader reader, short version)
    {
        var count = reader.ArrayLength();
        if (count < 0 || (count == 0 && version == 0))
            return null;
        var names = new List<string>();
        for (; count > 0; count--)
        {
            names.Add(reader.String());
            reader.Tags();
        }
        return names;
    }

    Topic? FindOrCreate(string name, bool mayCreate, out ErrorCode error)
    {
        error = ErrorCode.None;
        if (Cluster.Topics.Find(name) is { } topic)
            return topic;
        if (!TopicRegistry.IsValidName(name))
            error = ErrorCode.InvalidTopic;
        else if (!mayCreate || !Cluster.Options.CreatesTopics || Cluster.Topics.PartitionCount + Cluster.Options.Partitions > TopicRegistry.PartitionsMax)
            error = ErrorCode.UnknownTopicOrPartition;
        else
            return Cluster.Topics.Create(name, Cluster.Options.Partitions, []);
        return null;
    }

    void WriteNodes(WireWriter writer, short version)
    {
        writer.ArrayLength(Cluster.Nodes.Count);
        for (var i = 0; i < Cluster.Nodes.Count; i++)
        {
            writer.Int32(i + 1);
            writer.String(Cluster.Nodes[i].Host);
            writer.Int32(Cluster.Nodes[i].Port);
            if (version >= 1)
                writer.String(null);
            writer.Tags();
        }
        if (version >= 2)
            writer.String(Cluster.Id);
        if (version >= 1)
            writer.Int32(1);
    }

    static void WriteTopic(Request request, WireWriter writer, string name, Topic? topic, ErrorCode error)
    {
        var version = request.Version;
        writer.Error(error);
        writer.String(name);
        if (version >= 1)
            writer.Boolean(false);
        var partitions = error == ErrorCode.None && topic is not null ? topic.Partitions : [];
        writer.ArrayLength(partitions.Count);
        for (var i = 0; i < partitions.Count; i++)
        {
            writer.Error(ErrorCode.None);
            writer.Int32(i);
            writer.Int32(partitions[i].Leader);
            if (version >= 7)
                writer.Int32(partitions[i].Log.LeaderEpoch);
            for (var replicas = 0; replicas < 2; replicas++)
            {
                writer.ArrayLength(1);
                writer.Int32(partitions[i].Leader);
            }
            if (version >= 5)
                writer.ArrayLength(0);
            writer.Tags();
        }
        if (version >= 8)
            writer.Int32(NoAuthorizedOperations);
        writer.Tags();
    }
}
