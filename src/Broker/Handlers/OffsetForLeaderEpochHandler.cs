using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Tells where the log of a leader epoch ends, so that a consumer notices a log that was cut.</summary>
sealed class OffsetForLeaderEpochHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.OffsetForLeaderEpoch, 2, 2, FlexibleFrom: 4);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
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
                var currentEpoch = reader.Int32();
                var epoch = reader.Int32();
                var partition = Cluster.Topics.Find(name, index);
                var error = request.Final(request.Refused ?? PartitionRules.Problem(partition, request.NodeId, currentEpoch));
                var isKnown = error == ErrorCode.None && epoch >= 0 && epoch <= partition!.Log.LeaderEpoch;
                var (foundEpoch, end) = isKnown ? partition!.Log.EndOfEpoch(epoch) : (-1, -1);
                writer.Error(error);
                writer.Int32(index);
                writer.Int32(foundEpoch);
                writer.Int64(end);
            }
        }
    }
}
