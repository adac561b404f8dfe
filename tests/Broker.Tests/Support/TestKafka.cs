using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace SqlStream.Broker.Tests.Support;

/// <summary>The brokers that the common tests run against: the embedded one, and the real one that SQLSTREAM_TEST_KAFKA names.</summary>
public sealed class Kafkas : TheoryData<string>
{
    public const string Embedded = "embedded";
    public const string Real = "real";

    public Kafkas()
    {
        foreach (var name in Names)
            Add(name);
    }

    public static IReadOnlyList<string> Names => RealServers is null ? [Embedded] : [Embedded, Real];

    public static string? RealServers => Environment.GetEnvironmentVariable("SQLSTREAM_TEST_KAFKA") is { Length: > 0 } servers ? servers : null;
}

/// <summary>A broker under test, and clients for it.</summary>
sealed class TestKafka : IAsyncDisposable
{
    readonly List<Exception> _failures = [];
    readonly string _suffix;

    TestKafka(string suffix) => _suffix = suffix;

    /// <summary>The embedded broker; null where it is a real one.</summary>
    public KafkaBroker? Broker { get; private set; }

    public string Servers => Broker?.BootstrapServers ?? Kafkas.RealServers!;

    public static Task<TestKafka> StartAsync(string kind) => kind == Kafkas.Real ? Task.FromResult(new TestKafka($"-{Guid.NewGuid():N}")) : StartAsync();

    public static async Task<TestKafka> StartAsync(KafkaBrokerOptions? options = null)
    {
        var kafka = new TestKafka("");
        options ??= new KafkaBrokerOptions { SessionTimeoutMin = TimeSpan.FromMilliseconds(10) };
        kafka.Broker = await KafkaBroker.StartAsync(options with { Failed = e => { lock (kafka._failures) kafka._failures.Add(e); } });
        return kafka;
    }

    /// <summary>A name that nobody else uses, also on a broker that lives longer than the test.</summary>
    public string Name(string name) => name + _suffix;

    public async Task<string> TopicAsync(string name, int partitions = 1, Dictionary<string, string>? configs = null)
    {
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = Name(name), NumPartitions = partitions, ReplicationFactor = 1, Configs = configs }]);
        return Name(name);
    }

    public IAdminClient Admin() => new AdminClientBuilder(Config<AdminClientConfig>()).Build();

    public IProducer<string?, string?> Producer(Action<ProducerConfig>? set = null)
    {
        var config = Config<ProducerConfig>();
        config.LingerMs = 1;
        set?.Invoke(config);
        return new ProducerBuilder<string?, string?>(config).SetErrorHandler((_, _) => { }).Build();
    }

    public IProducer<string?, string?> Transactional(string id, Action<ProducerConfig>? set = null) => Producer(config =>
    {
        config.TransactionalId = Name(id);
        config.TransactionTimeoutMs = 60_000;
        set?.Invoke(config);
    });

    public IConsumer<string?, string?> Consumer(string group, Action<ConsumerConfig>? set = null)
    {
        var config = Config<ConsumerConfig>();
        config.GroupId = Name(group);
        config.AutoOffsetReset = AutoOffsetReset.Earliest;
        config.EnableAutoCommit = false;
        config.EnablePartitionEof = true;
        config.FetchWaitMaxMs = 100;
        config.SessionTimeoutMs = 6000;
        config.HeartbeatIntervalMs = 200;
        set?.Invoke(config);
        return new ConsumerBuilder<string?, string?>(config).SetErrorHandler((_, _) => { }).Build();
    }

    /// <summary>All values of a partition up to its end.</summary>
    public List<string?> ReadAll(string topic, int partition = 0, IsolationLevel isolation = IsolationLevel.ReadUncommitted)
    {
        using var consumer = Consumer("reader", config => config.IsolationLevel = isolation);
        consumer.Assign(new TopicPartitionOffset(topic, partition, Offset.Beginning));
        var values = new List<string?>();
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (DateTime.UtcNow < deadline)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(1));
            if (result is null)
                continue;
            if (result.IsPartitionEOF)
                return values;
            values.Add(result.Message.Value);
        }
        throw new TimeoutException($"the end of {topic} does not come; {values.Count} records did");
    }

    public async ValueTask DisposeAsync()
    {
        if (Broker is not null)
            await Broker.DisposeAsync();
        Assert.Empty(_failures);
    }

    T Config<T>() where T : ClientConfig, new() => new()
    {
        BootstrapServers = Servers,
        SocketTimeoutMs = 10_000,
        ReconnectBackoffMs = 10,
        ReconnectBackoffMaxMs = 100,
    };
}
