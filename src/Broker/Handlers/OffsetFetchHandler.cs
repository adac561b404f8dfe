using SqlStream.Broker.Groups;
using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Tells the committed offsets of a group.</summary>
sealed class OffsetFetchHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.OffsetFetch, 1, 7, FlexibleFrom: 6);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var version = request.Version;
        var group = reader.String();
        var asked = ReadTopics(reader);
        var requiresStable = version >= 7 && reader.Boolean();
        reader.Tags();
        var error = NotHere(request) ?? ErrorCode.None;
        var offsets = Cluster.Groups.Find(group)?.Offsets;
        asked ??= AllOf(offsets);
        if (version >= 3)
            writer.Int32(request.ThrottleMs);
        writer.ArrayLength(asked.Count);
        foreach (var (topic, partitions) in asked)
        {
            writer.String(topic);
            writer.ArrayLength(partitions.Length);
            foreach (var index in partitions)
                WritePartition(request, offsets, new TopicPartition(topic, index), requiresStable, error);
            writer.Tags();
        }
        if (version >= 2)
            writer.Error(request.Final(error));
        writer.Tags();
    }

    static void WritePartition(Request request, GroupOffsets? offsets, TopicPartition partition, bool requiresStable, ErrorCode error)
    {
        if (error == ErrorCode.None && requiresStable && offsets?.IsPending(partition) == true)
            error = ErrorCode.UnstableOffsetCommit;
        var isThere = error == ErrorCode.None & (offsets?.Committed.TryGetValue(partition, out var found) ?? Absent(out found));
        var writer = request.Writer;
        writer.Int32(partition.Partition);
        writer.Int64(isThere ? found.Offset : -1);
        if (request.Version >= 5)
            writer.Int32(isThere ? found.LeaderEpoch : -1);
        writer.String(isThere ? found.Metadata : "");
        writer.Error(request.Final(error));
        writer.Tags();
    }

    static bool Absent(out CommittedOffset offset)
    {
        offset = default;
        return false;
    }

    static List<(string Topic, int[] Partitions)>? ReadTopics(WireReader reader)
    {
        var count = reader.ArrayLength();
        if (count < 0)
            return null;
        var topics = new List<(string, int[])>();
        for (; count > 0; count--)
        {
            topics.Add((reader.String(), reader.Int32Array()));
            reader.Tags();
        }
        return topics;
    }

    static List<(string Topic, int[] Partitions)> AllOf(GroupOffsets? offsets) => offsets is null
        ? []
        : [.. offsets.Committed.Keys.GroupBy(key => key.Topic, key => key.Partition).Select(topic => (topic.Key, topic.ToArray()))];
}
