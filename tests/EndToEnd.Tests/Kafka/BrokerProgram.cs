using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using SqlStream.EndToEnd.Tests.Crash;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Kafka;

/// <summary>A broker in a process of its own, or that of the test, and what clients do with it.</summary>
public sealed class BrokerProgram : IDisposable
{
    const string Commits = "_sqlstream_commits";

    static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    readonly RunningProgram? _program;

    public BrokerProgram()
    {
        _program = RunningProgram.Start("broker", "--listen", "127.0.0.1:0");
        RunningProgram.UntilAsync(() => _program.Output.Contains(',', StringComparison.Ordinal) || _program.Error.Contains(',', StringComparison.Ordinal)).Wait(_limit);
        var said = _program.Output + _program.Error;
        var start = said.IndexOf("127.0.0.1:", StringComparison.Ordinal);
        Assert.True(start >= 0, said);
        Servers = said[start..said.IndexOf(',', start)];
    }

    /// <summary>A broker that the test runs.</summary>
    public BrokerProgram(string servers) => Servers = servers;

    /// <summary>Address of the broker.</summary>
    public string Servers { get; }

    public void Dispose() => _program?.Dispose();

    internal async Task CreateTopicAsync(string name, int partitions)
    {
        using var admin = new AdminClientBuilder(Config()).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = 1 }]);
    }

    internal IProducer<Null, string> Producer() => new ProducerBuilder<Null, string>(Config()).Build();

    /// <summary>The values that a reader sees that reads committed records only, partition by partition.</summary>
    internal IReadOnlyList<string> Read(string topic) => [.. ReadAll(topic).Select(record => Encoding.UTF8.GetString(record.Message.Value ?? []))];

    /// <summary>The markers of all jobs and sinks, each in the order in which they were written.</summary>
    internal ILookup<string, (long Epoch, long Incarnation)> Markers() => ReadAll(Commits).ToLookup(
        record => Encoding.UTF8.GetString(record.Message.Key),
        record =>
        {
            using var json = JsonDocument.Parse(record.Message.Value);
            return (json.RootElement.GetProperty("epoch").GetInt64(), json.RootElement.GetProperty("incarnation").GetInt64());
        });

    /// <summary>How many committed records a topic holds.</summary>
    internal long Count(string topic) => ReadAll(topic).Count;

    List<ConsumeResult<byte[], byte[]>> ReadAll(string topic)
    {
        using var admin = new AdminClientBuilder(Config()).Build();
        var found = admin.GetMetadata(_limit).Topics.Find(known => known.Topic == topic);
        var records = new List<ConsumeResult<byte[], byte[]>>();
        if (found is null)
            return records;
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(Config())
        {
            GroupId = "check",
            EnableAutoCommit = false,
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnablePartitionEof = true,
            FetchWaitMaxMs = 10,
        }).Build();
        consumer.Assign(found.Partitions.Select(partition => new TopicPartitionOffset(topic, partition.PartitionId, Offset.Beginning)));
        var open = found.Partitions.Count;
        using var limit = new CancellationTokenSource(_limit);
        while (open > 0)
        {
            var record = consumer.Consume(limit.Token);
            if (record.IsPartitionEOF)
                open--;
            else
                records.Add(record);
        }
        return records;
    }

    ClientConfig Config() => new() { BootstrapServers = Servers };
}

/// <summary>Topics as the output of a job.</summary>
sealed class KafkaOutput(BrokerProgram broker, string suffix) : ICrashOutput
{
    public IReadOnlyList<string> Lines(string name) => broker.Read(name + suffix);
}

/// <summary>The readings as records, a quarter in each partition.</summary>
static class KafkaReadings
{
    public const int Partitions = 4;

    /// <summary>Appends readings, each partition in the order of time.</summary>
    public static void Produce(IProducer<Null, string> producer, string topic, IEnumerable<Reading> readings)
    {
        foreach (var reading in readings)
            producer.Produce(new TopicPartition(topic, reading.Id % Partitions), new Message<Null, string> { Value = reading.Line });
        producer.Flush(TimeSpan.FromSeconds(60));
    }

    /// <summary>Appends what closes the windows of all readings: its own stay open.</summary>
    public static void ProduceEnd(IProducer<Null, string> producer, string topic)
    {
        for (var partition = 0; partition < Partitions; partition++)
        {
            producer.Produce(new TopicPartition(topic, partition), new Message<Null, string>
            {
                Value = string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{-1 - partition},\"k\":\"end\",\"v\":700,\"ts\":\"2030-01-01 00:00:00\"}}"),
            });
        }
        producer.Flush(TimeSpan.FromSeconds(60));
    }
}

/// <summary>The job of <see cref="WindowsJob"/> from topic to topics.</summary>
sealed record KafkaJob(BrokerProgram Broker, string Suffix) : CrashJob("kafka")
{
    /// <summary>How often the rows of its two tables arrive.</summary>
    public string Guarantee { get; init; } = "exactly-once";

    public override string Script(string directory, string input, string source) => $$"""
        CREATE TABLE readings (id BIGINT, k STRING, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
        WITH ('connector' = 'kafka', 'topic' = '{{input}}', 'properties.bootstrap.servers' = '{{Broker.Servers}}', 'format' = 'json', {{source}},
              'scan.startup.mode' = 'earliest-offset', 'bad-data' = 'dead-letter', 'dead-letter.topic' = 'rejected{{Suffix}}');
        CREATE TABLE windows (k STRING, window_end TIMESTAMP(3), n BIGINT, total BIGINT, first_id BIGINT, last_id BIGINT)
        WITH ('connector' = 'kafka', 'topic' = 'windows{{Suffix}}', 'properties.bootstrap.servers' = '{{Broker.Servers}}', 'format' = 'json',
              'key.format' = 'raw', 'key.fields' = 'k', 'sink.delivery-guarantee' = '{{Guarantee}}');
        CREATE TABLE kept (id BIGINT, k STRING)
        WITH ('connector' = 'kafka', 'topic' = 'kept{{Suffix}}', 'properties.bootstrap.servers' = '{{Broker.Servers}}', 'format' = 'json', 'sink.delivery-guarantee' = '{{Guarantee}}');
        EXECUTE STATEMENT SET BEGIN
          INSERT INTO windows SELECT k, window_end, COUNT(*), SUM(v), MIN(id), MAX(id)
            FROM TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '1' SECOND) WHERE v >= 100 GROUP BY window_start, window_end, k;
          INSERT INTO kept SELECT id, k FROM readings WHERE v < 500;
        END;
        """;

    public override void Check(ICrashOutput output, CrashReadings readings)
    {
        // A dead letter is the record as it was.
        ShouldBeOnce("dead letters", readings.All.Where(reading => reading.IsMalformed).Select(reading => reading.Line), output.Lines("rejected"));
        WindowsJob.CheckRows(Guarantee == "exactly-once" ? output : new Distinct(output), readings);
        foreach (var sink in Broker.Markers())
            CheckMarkers(sink);
    }

    sealed class Distinct(ICrashOutput output) : ICrashOutput
    {
        public IReadOnlyList<string> Lines(string name) => [.. output.Lines(name).Distinct()];
    }

    // Neither an older epoch nor an older process may follow.
    static void CheckMarkers(IGrouping<string, (long Epoch, long Incarnation)> sink)
    {
        var before = (Epoch: 0L, Incarnation: 0L);
        foreach (var marker in sink)
        {
            Assert.True(marker.Epoch > before.Epoch && marker.Incarnation >= before.Incarnation, $"{sink.Key}: {marker} follows {before}");
            before = marker;
        }
    }
}
