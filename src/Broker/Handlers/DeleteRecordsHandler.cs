using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Deletes the records of partitions below an offset.</summary>
sealed class DeleteRecordsHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.DeleteRecords, 0, 2, FlexibleFrom: 2);

    const long ToTheEnd = -1;

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
                var offset = reader.Int64();
                reader.Tags();
                var error = request.Final(request.Refused ?? Delete(request, name, index, offset));
                writer.Int32(index);
                writer.Int64(error == ErrorCode.None ? Cluster.Topics.Find(name, index)!.Log.Start : -1);
                writer.Error(error);
                writer.Tags();
            }
            reader.Tags();
            writer.Tags();
        }
        reader.Int32();
        reader.Tags();
        writer.Tags();
    }

    ErrorCode Delete(Request request, string name, int index, long offset)
    {
        var partition = Cluster.Topics.Find(name, index);
        var error = PartitionRules.Problem(partition, request.NodeId, currentEpoch: -1);
        if (error != ErrorCode.None)
            return error;
        offset = offset == ToTheEnd ? partition!.Log.End : offset;
        if (offset < 0 || offset > partition!.Log.End)
            return ErrorCode.OffsetOutOfRange;
        Cluster.Topics.DeleteRecords(Cluster.Topics.Find(name)!, index, offset);
        return ErrorCode.None;
    }
}
