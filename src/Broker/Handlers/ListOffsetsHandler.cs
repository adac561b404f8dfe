using SqlStream.Broker.Log;
using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Tells the first or last offset of partitions, or the first at a time.</summary>
sealed class ListOffsetsHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.ListOffsets, 1, 5, FlexibleFrom: 6);

    const long Latest = -1;
    const long Earliest = -2;

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        reader.Int32();
        var isCommittedOnly = request.Version >= 2 && reader.Int8() == 1;
        if (request.Version >= 2)
            writer.Int32(request.ThrottleMs);
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
                var leaderEpoch = request.Version >= 4 ? reader.Int32() : -1;
                var timestamp = reader.Int64();
                var partition = Cluster.Topics.Find(name, index);
                var error = request.Final(request.Refused ?? PartitionRules.Problem(partition, request.NodeId, leaderEpoch));
                var (offset, time) = error == ErrorCode.None ? Find(partition!.Log, timestamp, isCommittedOnly) : (-1, -1);
                writer.Int32(index);
                writer.Error(error);
                writer.Int64(time);
                writer.Int64(offset);
                if (request.Version >= 4)
                    writer.Int32(error == ErrorCode.None && offset >= 0 ? partition!.Log.LeaderEpoch : -1);
            }
        }
    }

    static (long Offset, long Timestamp) Find(PartitionLog log, long timestamp, bool isCommittedOnly)
    {
        var limit = isCommittedOnly ? log.LastStable : log.End;
        return timestamp switch
        {
            Latest => (limit, -1),
            Earliest => (log.Start, -1),
            _ => log.Find(timestamp, limit) is { } found ? (Math.Max(found.Offset, log.Start), found.Timestamp) : (-1, -1),
        };
    }
}
