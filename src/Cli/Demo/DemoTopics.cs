using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace SqlStream.Cli.Demo;

/// <summary>The demo's topics, as any Kafka client sees them.</summary>
sealed class DemoTopics(string servers)
{
    public const string Readings = "readings";
    public const string Averages = "averages";
    public const string Rejected = "readings-rejected";

    const int Partitions = 4;

    static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    /// <summary>Makes the topics.</summary>
    public void Create()
    {
        using var admin = new AdminClientBuilder(Config()).SetLogHandler(static (_, _) => { }).Build();
        admin.CreateTopicsAsync(new[] { Readings, Averages, Rejected }.Select(name => new TopicSpecification
        {
            Name = name,
            NumPartitions = Partitions,
            ReplicationFactor = 1,
        })).Wait(_limit);
    }

    /// <summary>Appends all readings, and to each partition one that closes the windows of all others.</summary>
    public void Produce(SensorReadings readings, CancellationToken cancellation)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig(Config()) { LingerMs = 20, CompressionType = CompressionType.Lz4, EnableIdempotence = true })
            .SetLogHandler(static (_, _) => { }).Build();
        for (var number = 0; number < readings.Count && !cancellation.IsCancellationRequested; number++)
            Send(producer, number % Partitions, SensorReadings.Line(number));
        for (var partition = 0; partition < Partitions; partition++)
            Send(producer, partition, readings.LastLine());
        producer.Flush(cancellation);
    }

    /// <summary>Reads a topic as a consumer with <c>isolation.level = read_committed</c> does, until so many records have come or the time is up.</summary>
    public List<string> Read(string topic, long records, TimeSpan limit)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(Config())
        {
            GroupId = "demo",
            EnableAutoCommit = false,
            IsolationLevel = IsolationLevel.ReadCommitted,
            FetchWaitMaxMs = 50,
            EnablePartitionEof = true,
        }).SetLogHandler(static (_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        var lines = new List<string>();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var ends = new HashSet<int>();
        // What is too much is to be seen too: with the last record that is waited for, all partitions are read to their ends.
        while (watch.Elapsed < limit && (lines.Count < records || ends.Count < Partitions))
        {
            var record = consumer.Consume(TimeSpan.FromMilliseconds(100));
            if (record is null)
                continue;
            if (record.IsPartitionEOF)
            {
                if (lines.Count >= records)
                    ends.Add(record.Partition.Value);
                else if (ends.Count > 0)
                    ends.Clear();
                continue;
            }
            lines.Add(Encoding.UTF8.GetString(record.Message.Value ?? []));
            if (lines.Count == records)
                consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(topic, partition, Position(consumer, topic, partition))));
        }
        return lines;
    }

    static Offset Position(IConsumer<byte[], byte[]> consumer, string topic, int partition) =>
        consumer.Position(new TopicPartition(topic, partition)) is { Value: >= 0 } position ? position : Offset.Beginning;

    static void Send(IProducer<byte[], byte[]> producer, int partition, string line)
    {
        var topic = new TopicPartition(Readings, partition);
        var message = new Message<byte[], byte[]> { Key = null!, Value = Encoding.UTF8.GetBytes(line) };
        while (true)
        {
            try
            {
                producer.Produce(topic, message);
                return;
            }
            catch (ProduceException<byte[], byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(20));
            }
        }
    }

    ClientConfig Config() => new() { BootstrapServers = servers };
}
