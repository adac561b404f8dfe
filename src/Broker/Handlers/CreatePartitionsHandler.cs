using SqlStream.Broker.Protocol;
using SqlStream.Broker.Topics;

namespace SqlStream.Broker.Handlers;

/// <summary>Adds partitions to topics.</summary>
sealed class CreatePartitionsHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.CreatePartitions, 0, 2, FlexibleFrom: 2);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var wanted = new List<(string Name, int Count)>();
        for (var topics = reader.ArrayLength(); topics > 0; topics--)
        {
            wanted.Add((reader.String(), reader.Int32()));
            for (var assignments = reader.ArrayLength(); assignments > 0; assignments--)
            {
                reader.Int32Array();
                reader.Tags();
            }
            reader.Tags();
        }
        reader.Int32();
        var isDryRun = reader.Boolean();
        reader.Tags();
        writer.Int32(request.ThrottleMs);
        writer.ArrayLength(wanted.Count);
        foreach (var (name, count) in wanted)
        {
            string? message = null;
            var error = request.Refused ?? Extend(name, count, isDryRun, out message);
            writer.String(name);
            writer.Error(request.Final(error));
            writer.String(message);
            writer.Tags();
        }
        writer.Tags();
    }

    ErrorCode Extend(string name, int count, bool isDryRun, out string? message)
    {
        message = null;
        if (Cluster.Topics.Find(name) is not { } topic)
            return ErrorCode.UnknownTopicOrPartition;
        var present = topic.Partitions.Count;
        if (count <= present || Cluster.Topics.PartitionCount + (long)count - present > TopicRegistry.PartitionsMax)
        {
            message = $"Topic currently has {present} partitions, which cannot become {count}.";
            return ErrorCode.InvalidPartitions;
        }
        if (!isDryRun)
            Cluster.Topics.AddPartitions(topic, count);
        return ErrorCode.None;
    }
}
