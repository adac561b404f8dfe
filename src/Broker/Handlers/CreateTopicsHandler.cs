using SqlStream.Broker.Protocol;
using SqlStream.Broker.Topics;

namespace SqlStream.Broker.Handlers;

/// <summary>Makes topics.</summary>
sealed class CreateTopicsHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.CreateTopics, 0, 4, FlexibleFrom: 5);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var wanted = new List<NewTopic>();
        for (var count = reader.ArrayLength(); count > 0; count--)
            wanted.Add(ReadTopic(reader));
        reader.Int32();
        var isDryRun = request.Version >= 1 && reader.Boolean();
        if (request.Version >= 2)
            writer.Int32(request.ThrottleMs);
        writer.ArrayLength(wanted.Count);
        foreach (var topic in wanted)
        {
            string? message = null;
            var isTwice = wanted.Count(other => other.Name == topic.Name) > 1;
            var error = request.Refused ?? (isTwice ? ErrorCode.InvalidRequest : Create(topic, isDryRun, out message));
            writer.String(topic.Name);
            writer.Error(request.Final(error));
            if (request.Version >= 1)
                writer.String(message);
        }
    }

    static NewTopic ReadTopic(WireReader reader)
    {
        var name = reader.String();
        var partitions = reader.Int32();
        var replicas = reader.Int16();
        var assigned = new List<int>();
        for (var count = reader.ArrayLength(); count > 0; count--)
        {
            assigned.Add(reader.Int32());
            reader.Int32Array();
        }
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var count = reader.ArrayLength(); count > 0; count--)
            settings[reader.String()] = reader.NullableString();
        return new NewTopic(name, partitions, replicas, assigned, settings);
    }

    ErrorCode Create(NewTopic topic, bool isDryRun, out string? message)
    {
        message = null;
        if (!TopicRegistry.IsValidName(topic.Name))
        {
            message = "A topic name has 1 to 249 letters, digits, dots, underscores or hyphens.";
            return ErrorCode.InvalidTopic;
        }
        if (Cluster.Topics.Find(topic.Name) is not null)
        {
            message = $"Topic '{topic.Name}' already exists.";
            return ErrorCode.TopicAlreadyExists;
        }
        var isAssigned = topic.Assigned.Count > 0;
        if (isAssigned && (topic.Partitions != -1 || topic.Replicas != -1))
        {
            message = "Both a number of partitions and an assignment were given.";
            return ErrorCode.InvalidRequest;
        }
        if (isAssigned && !topic.Assigned.Order().SequenceEqual(Enumerable.Range(0, topic.Assigned.Count)))
        {
            message = "The assignment does not number the partitions from 0.";
            return ErrorCode.InvalidReplicaAssignment;
        }
        var partitions = isAssigned ? topic.Assigned.Count : topic.Partitions == -1 ? Cluster.Options.Partitions : topic.Partitions;
        if (partitions <= 0 || Cluster.Topics.PartitionCount + (long)partitions > TopicRegistry.PartitionsMax)
        {
            message = $"The number of partitions must be positive, and all topics have {TopicRegistry.PartitionsMax} at most.";
            return ErrorCode.InvalidPartitions;
        }
        if (!isAssigned && topic.Replicas != -1 && (topic.Replicas < 1 || topic.Replicas > Cluster.Options.Nodes))
        {
            message = $"The replication factor must be from 1 to {Cluster.Options.Nodes}.";
            return ErrorCode.InvalidReplicationFactor;
        }
        foreach (var (name, value) in topic.Settings)
        {
            message = TopicSettings.Problem(name, value);
            if (message is not null)
                return ErrorCode.InvalidConfig;
        }
        if (!isDryRun)
            Cluster.Topics.Create(topic.Name, partitions, topic.Settings.Select(setting => new KeyValuePair<string, string>(setting.Key, setting.Value!)));
        return ErrorCode.None;
    }

    sealed record NewTopic(string Name, int Partitions, short Replicas, IReadOnlyList<int> Assigned, IReadOnlyDictionary<string, string?> Settings);
}
