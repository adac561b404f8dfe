using SqlStream.Broker.Groups;
using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Takes partitions into a transaction, before anything is written to them.</summary>
sealed class AddPartitionsToTxnHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.AddPartitionsToTxn, 0, 0, FlexibleFrom: 3);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var id = reader.String();
        var producerId = reader.Int64();
        var epoch = reader.Int16();
        var partitions = new List<TopicPartition>();
        for (var topics = reader.ArrayLength(); topics > 0; topics--)
        {
            var topic = reader.String();
            foreach (var partition in reader.Int32Array())
                partitions.Add(new TopicPartition(topic, partition));
        }
        var error = NotHere(request) ?? TransactionErrors.ForOlderVersion(Cluster.Transactions.MayAdd(id, producerId, epoch));
        var isWhole = partitions.TrueForAll(IsThere);
        if (error == ErrorCode.None && isWhole)
            Cluster.Transactions.AddPartitions(id, partitions);
        writer.Int32(request.ThrottleMs);
        var byTopic = partitions.GroupBy(partition => partition.Topic).ToArray();
        writer.ArrayLength(byTopic.Length);
        foreach (var topic in byTopic)
        {
            writer.String(topic.Key);
            writer.ArrayLength(topic.Count());
            foreach (var partition in topic)
            {
                writer.Int32(partition.Partition);
                writer.Error(request.Final(error != ErrorCode.None ? error : OneOf(partition, isWhole)));
            }
        }
    }

    bool IsThere(TopicPartition partition) => Cluster.Topics.Find(partition.Topic, partition.Partition) is not null;

    // All are taken or none: where one is missing, the others were not tried.
    ErrorCode OneOf(TopicPartition partition, bool isWhole) =>
        isWhole ? ErrorCode.None : IsThere(partition) ? ErrorCode.OperationNotAttempted : ErrorCode.UnknownTopicOrPartition;
}
