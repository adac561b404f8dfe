using System.Globalization;
using System.Net;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using SqlStream.Broker;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests.Kafka;

/// <summary>A broker in the process, tables of its topics, and an independent client to fill and to check them.</summary>
sealed class KafkaRun : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly List<Exception> _failures = [];
    KafkaBrokerOptions _options = new();
    bool _isStopped;

    public KafkaBroker Broker { get; private set; } = null!;

    public string Servers { get; private set; } = "";

    /// <summary>The columns of most tables.</summary>
    public static Schema IdAndName { get; } = Tests.Table.Columns(("id", SqlType.BigInt), ("name", SqlType.String));

    public static async Task<KafkaRun> StartAsync(KafkaBrokerOptions? options = null)
    {
        var run = new KafkaRun();
        run._options = (options ?? new KafkaBrokerOptions { CreatesTopics = false }) with { Failed = e => { lock (run._failures) run._failures.Add(e); } };
        run.Broker = await KafkaBroker.StartAsync(run._options);
        run.Servers = run.Broker.BootstrapServers;
        return run;
    }

    /// <summary>Ends the broker; clients find nobody there.</summary>
    public async Task StopAsync()
    {
        if (_isStopped)
            return;
        _isStopped = true;
        await Broker.DisposeAsync();
    }

    /// <summary>As <see cref="RestartAsync"/>, for a thread that may wait.</summary>
    public void Restart() => Task.Run(RestartAsync).Wait(Patience);

    /// <summary>Starts it again at the same address; with a data directory it has what it had.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        _isStopped = false;
        Broker = await KafkaBroker.StartAsync(_options with { Listen = IPEndPoint.Parse(Servers) });
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Assert.Empty(_failures);
    }

    public string Topic(string name, int partitions = 1)
    {
        Broker.CreateTopic(name, partitions);
        return name;
    }

    public async Task<string> TopicAsync(string name, int partitions, params (string Key, string Value)[] configs)
    {
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification
        {
            Name = name, NumPartitions = partitions, ReplicationFactor = 1, Configs = configs.ToDictionary(config => config.Key, config => config.Value),
        }]);
        return name;
    }

    public IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).SetLogHandler((_, _) => { }).Build();

    /// <summary>A table of connector <c>kafka</c>, of JSON that is read from the beginning to what is there at the start, unless the options say otherwise.</summary>
    public ConnectorTable Table(string topic, params (string Key, string Value)[] options) => Table(IdAndName, topic, options);

    public ConnectorTable Table(Schema schema, string topic, params (string Key, string Value)[] options)
    {
        (string Key, string Value)[] defaults =
        [
            ("connector", "kafka"), ("topic", topic), ("properties.bootstrap.servers", Servers), ("format", "json"),
            ("scan.startup.mode", "earliest-offset"), ("scan.bounded.mode", "latest-offset"), ("properties.reconnect.backoff.max.ms", "200"), ("properties.fetch.wait.max.ms", "20"),
        ];
        // An option without a value takes a default away.
        var all = defaults.Where(one => !options.Any(option => option.Key == one.Key)).Concat(options).Where(option => option.Value.Length > 0);
        return Tests.Table.Of(schema, [.. all]);
    }

    /// <summary>Adds metadata columns with their types.</summary>
    public static ConnectorTable WithMetadata(ConnectorTable table, params string[] keys)
    {
        var types = Tests.Table.Connectors.Connectors.Single(connector => connector.Name == "kafka").MetadataOf(table.Options, Tests.Table.Connectors)
            .ToDictionary(one => one.Key, one => one.Type);
        return table with { Schema = new Schema([.. table.Schema.Fields, .. keys.Select(key => new Field(key, types[key]))]), MetadataKeys = [.. keys] };
    }

    public static string Json(long id, string name) => string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{id},\"name\":\"{name}\"}}");

    public IProducer<string?, string?> Producer(Action<ProducerConfig>? set = null)
    {
        var config = new ProducerConfig { BootstrapServers = Servers, LingerMs = 1, ReconnectBackoffMaxMs = 200 };
        set?.Invoke(config);
        return new ProducerBuilder<string?, string?>(config).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
    }

    /// <summary>Appends values to a partition.</summary>
    public void Produce(string topic, int partition, params IEnumerable<string?> values) =>
        Produce(topic, partition, values.Select(value => new Message<string?, string?> { Value = value }));

    public void Produce(string topic, int partition, params IEnumerable<Message<string?, string?>> messages)
    {
        using var producer = Producer();
        foreach (var message in messages)
            producer.Produce(new TopicPartition(topic, partition), message);
        Assert.Equal(0, producer.Flush(Patience));
    }

    /// <summary>Appends values in a transaction, which takes another offset for its end.</summary>
    public void ProduceInTransaction(string topic, int partition, bool commits, params IEnumerable<string> values)
    {
        using var producer = Begin(topic, partition, values);
        if (commits)
            producer.CommitTransaction(Patience);
        else
            producer.AbortTransaction(Patience);
    }

    /// <summary>A transaction that is left open.</summary>
    public IProducer<string?, string?> Begin(string topic, int partition, params IEnumerable<string> values)
    {
        var producer = Producer(config => config.TransactionalId = "test");
        producer.InitTransactions(Patience);
        producer.BeginTransaction();
        foreach (var value in values)
            producer.Produce(new TopicPartition(topic, partition), new Message<string?, string?> { Value = value });
        Assert.Equal(0, producer.Flush(Patience));
        return producer;
    }

    /// <summary>Everything that a reader of committed records sees of a topic, in order of partition and offset.</summary>
    public List<ConsumeResult<string?, string?>> ReadAll(string topic)
    {
        using var consumer = new ConsumerBuilder<string?, string?>(new ConsumerConfig
        {
            BootstrapServers = Servers,
            GroupId = "check",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            IsolationLevel = IsolationLevel.ReadCommitted,
            FetchWaitMaxMs = 50,
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).SetKeyDeserializer(Text.Instance).SetValueDeserializer(Text.Instance).Build();
        using var admin = Admin();
        var partitions = admin.GetMetadata(topic, Patience).Topics[0].Partitions.Count;
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        var records = new List<ConsumeResult<string?, string?>>();
        var start = TimeProvider.System.GetTimestamp();
        for (var ended = 0; ended < partitions;)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, $"the end of {topic} does not come; {records.Count} records did");
            var result = consumer.Consume(TimeSpan.FromSeconds(1));
            if (result is { IsPartitionEOF: true })
                ended++;
            else if (result is not null)
                records.Add(result);
        }
        return [.. records.OrderBy(record => record.Partition.Value).ThenBy(record => record.Offset.Value)];
    }

    /// <summary>The values of <see cref="ReadAll"/>.</summary>
    public IEnumerable<string?> Values(string topic) => ReadAll(topic).Select(record => record.Message.Value);

    /// <summary>Tells an empty text from none, unlike the client's own.</summary>
    sealed class Text : IDeserializer<string?>
    {
        public static Text Instance { get; } = new();

        public string? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => isNull ? null : Encoding.UTF8.GetString(data);
    }
}
