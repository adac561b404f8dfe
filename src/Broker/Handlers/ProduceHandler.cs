using SqlStream.Broker.Groups;
using SqlStream.Broker.Log;
using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Appends batches to partitions. A batch is checked outside of the gate, and never looked into.</summary>
sealed class ProduceHandler(Cluster cluster) : Handler
{
    // From 0 in name only: clients take a range that begins later as a broker that knows no compression.
    public override ApiRange Api { get; } = new(ApiKey.Produce, 0, 7, FlexibleFrom: 9, Implemented: 3);

    public override ValueTask HandleAsync(Request request, CancellationToken stop)
    {
        var (reader, writer) = (request.Reader, request.Writer);
        reader.NullableString();
        var acks = reader.Int16();
        reader.Int32();
        ErrorCode? refused = acks is 0 or 1 or -1 ? null : ErrorCode.InvalidRequiredAcks;
        var isRight = true;
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
                var batch = reader.NullableBytes();
                var result = (refused ?? request.Refused) is { } error ? Failed(error) : Append(request.NodeId, name, index, batch);
                var answered = request.Final(result.Error);
                isRight &= answered == ErrorCode.None;
                Write(request, index, answered == ErrorCode.None ? result : Failed(answered));
            }
        }
        writer.Int32(request.ThrottleMs);
        request.IsAnswered = acks != 0;
        // Who wants no answer learns of an error by losing the connection.
        request.EndsConnection = acks == 0 && !isRight;
        return ValueTask.CompletedTask;
    }

    AppendResult Append(int nodeId, string topicName, int index, ArraySegment<byte>? bytes)
    {
        var batch = bytes.GetValueOrDefault().AsSpan();
        var checkedError = BatchHeader.Validate(batch, int.MaxValue);
        lock (cluster.Gate)
        {
            var topic = cluster.Topics.Find(topicName);
            var partition = topic?.Find(index);
            var error = PartitionRules.Problem(partition, nodeId, currentEpoch: -1);
            if (error == ErrorCode.None)
                error = checkedError;
            if (error == ErrorCode.None && batch.Length > topic!.Settings.MessageBytesMax)
                error = ErrorCode.MessageTooLarge;
            if (error == ErrorCode.None)
                error = MayWrite(topicName, index, BatchHeader.Read(batch));
            return error == ErrorCode.None ? partition!.Log.Append(batch) : Failed(error);
        }
    }

    ErrorCode MayWrite(string topic, int index, in BatchHeader batch) => batch.IsTransactional
        ? cluster.Transactions.MayWrite(new TopicPartition(topic, index), batch.ProducerId, batch.ProducerEpoch)
        : ErrorCode.None;

    void Write(Request request, int index, AppendResult result)
    {
        var writer = request.Writer;
        writer.Int32(index);
        writer.Error(result.Error);
        writer.Int64(result.BaseOffset);
        writer.Int64(result.AppendTime);
        if (request.Version >= 5)
            writer.Int64(result.LogStart);
    }

    static AppendResult Failed(ErrorCode error) => new(error, -1, -1, -1);
}
