using SqlStream.Broker.Groups;
using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Transactions;

/// <summary>A transactional producer as the journal keeps it.</summary>
static class TransactionRecord
{
    public static void Write(WireWriter writer, TransactionalProducer producer)
    {
        writer.String(producer.Id);
        writer.Int64(producer.ProducerId);
        writer.Int16(producer.Epoch);
        writer.Int16(producer.LastEpoch);
        writer.Int8((sbyte)producer.State);
        writer.Int32(producer.TimeoutMs);
        writer.Int64(producer.UpdatedAt);
        writer.Int64(producer.StartedAt);
        writer.ArrayLength(producer.Partitions.Count);
        foreach (var (topic, partition) in producer.Partitions)
        {
            writer.String(topic);
            writer.Int32(partition);
        }
        writer.ArrayLength(producer.Groups.Count);
        foreach (var group in producer.Groups)
            writer.String(group);
    }

    public static TransactionalProducer Read(WireReader reader)
    {
        var producer = new TransactionalProducer(reader.String())
        {
            ProducerId = reader.Int64(),
            Epoch = reader.Int16(),
            LastEpoch = reader.Int16(),
            State = (TransactionState)reader.Int8(),
            TimeoutMs = reader.Int32(),
            UpdatedAt = reader.Int64(),
            StartedAt = reader.Int64(),
        };
        for (var count = reader.ArrayLength(); count > 0; count--)
            producer.Partitions.Add(new TopicPartition(reader.String(), reader.Int32()));
        for (var count = reader.ArrayLength(); count > 0; count--)
            producer.Groups.Add(reader.String());
        return producer;
    }
}
