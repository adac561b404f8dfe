using SqlStream.Broker.Groups;
using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>The part that OffsetCommit and TxnOffsetCommit have in common: the partitions, offsets and errors.</summary>
static class OffsetCommits
{
    const int MetadataLengthMax = 4096;

    public static void Handle(Request request, Cluster cluster, bool withLeaderEpoch, ErrorCode error, Action<TopicPartition, CommittedOffset> commit)
    {
        var (reader, writer) = (request.Reader, request.Writer);
        var now = cluster.Clock.Milliseconds;
        var topics = Math.Max(0, reader.ArrayLength());
        writer.ArrayLength(topics);
        for (; topics > 0; topics--)
        {
            var name = reader.String();
            writer.String(name);
            var partitions = Math.Max(0, reader.ArrayLength());
            writer.ArrayLength(partitions);
            for (; partitions > 0; partitions--)
            {
                var index = reader.Int32();
                var offset = reader.Int64();
                var leaderEpoch = withLeaderEpoch ? reader.Int32() : -1;
                var metadata = reader.NullableString() ?? "";
                reader.Tags();
                var own = error != ErrorCode.None ? error
                    : cluster.Topics.Find(name, index) is null ? ErrorCode.UnknownTopicOrPartition
                    : metadata.Length > MetadataLengthMax ? ErrorCode.OffsetMetadataTooLarge
                    : ErrorCode.None;
                if (own == ErrorCode.None)
                    commit(new TopicPartition(name, index), new CommittedOffset(offset, leaderEpoch, metadata, now));
                writer.Int32(index);
                writer.Error(request.Final(own));
                writer.Tags();
            }
            reader.Tags();
            writer.Tags();
        }
        reader.Tags();
        writer.Tags();
    }
}
