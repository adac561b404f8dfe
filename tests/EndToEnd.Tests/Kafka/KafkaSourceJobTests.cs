using System.Globalization;
using System.Net;
using Confluent.Kafka;
using SqlStream.Broker;
using SqlStream.Broker.Faults;
using SqlStream.Broker.Protocol;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Kafka;

/// <summary>Jobs that read a broker: what they tell it, what they say while it is away, and how partitions wait for each other.</summary>
public sealed class KafkaSourceJobTests : IAsyncLifetime
{
    const string Topic = "in";

    static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    readonly TemporaryDirectory _directory = new();
    readonly List<SqlStreamEngine> _engines = [];
    KafkaBrokerOptions _options = null!;
    KafkaBroker _broker = null!;
    string _servers = "";

    public async Task InitializeAsync()
    {
        _options = new KafkaBrokerOptions { CreatesTopics = false, Data = _directory["broker"] };
        _broker = await KafkaBroker.StartAsync(_options);
        _servers = _broker.BootstrapServers;
        _broker.CreateTopic(Topic, 2);
    }

    public async Task DisposeAsync()
    {
        foreach (var engine in _engines)
            await engine.DisposeAsync();
        await _broker.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_checkpoint_commits_the_offsets_of_the_group_and_another_job_may_begin_there()
    {
        var job = await StartAsync("'properties.group.id' = 'g', 'properties.auto.offset.reset' = 'earliest'");
        Produce(0, Rows(0, 10));
        Produce(1, Rows(10, 5));
        await UntilAsync(() => job.Progress().RowsIn == 15, job);
        Assert.Empty(await CommittedAsync());
        await job.CheckpointAsync();
        await UntilAsync(async () => await CommittedAsync() is { Count: 2 } offsets && offsets[0] == 10 && offsets[1] == 5, job);

        // What is read behind the checkpoint is not in it.
        Produce(0, Rows(20, 3));
        await UntilAsync(() => job.Progress().RowsIn == 18, job);
        Assert.Equal([10, 5], (await CommittedAsync()).Values);
        job.Cancel();
        await job.Completion;

        var other = await StartAsync("'properties.group.id' = 'g'");
        await UntilAsync(() => other.Progress() is { HasCaughtUp: true }, other);
        Assert.Equal(3, other.Progress().RowsIn);
        // The last checkpoint tells before the job is over.
        await other.StopAsync(StopKind.Stop, null);
        await other.Completion;
        Assert.Equal([13, 5], (await CommittedAsync()).Values);
    }

    [Fact]
    public async Task Where_a_scan_ended_is_committed_too()
    {
        Produce(0, Rows(0, 7));
        var job = await StartAsync("'properties.group.id' = 'g', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'");
        await job.Completion.WaitAsync(_patience);

        Assert.Equal(JobStatus.Finished, job.Status);
        Assert.Equal([7, 0], (await CommittedAsync()).Values);
    }

    [Fact]
    public async Task Offsets_that_cannot_be_committed_are_one_warning_and_come_with_a_later_checkpoint()
    {
        var job = await StartAsync("'properties.group.id' = 'g', 'properties.auto.offset.reset' = 'earliest'");
        var notices = new List<string>();
        job.Notice += notice => { lock (notices) notices.Add(notice); };
        _broker.Faults.Add(new Fault(ApiKey.OffsetCommit) { Error = Broker.Protocol.ErrorCode.GroupAuthorizationFailed, Times = 2 });
        for (var i = 1; i <= 2; i++)
        {
            Produce(0, Rows(i, 1));
            await UntilAsync(() => job.Progress().RowsIn == i, job);
            await job.CheckpointAsync();
            await UntilAsync(() => _broker.Faults.Met == i, job);
        }
        Produce(1, Rows(9, 1));
        await UntilAsync(() => job.Progress().RowsIn == 3, job);
        await job.CheckpointAsync();
        await UntilAsync(async () => await CommittedAsync() is { Count: 2 } offsets && offsets[0] == 2 && offsets[1] == 1, job);

        lock (notices)
        {
            var warning = Assert.Single(notices);
            Assert.StartsWith("how far \"", warning, StringComparison.Ordinal);
            Assert.Contains("the job goes on: ", warning, StringComparison.Ordinal);
            Assert.Contains("for group g", warning, StringComparison.Ordinal);
        }
        Assert.Equal((JobStatus.Running, 0), (job.Status, job.Restarts));
    }

    [Fact]
    public async Task Without_a_group_nothing_is_committed()
    {
        Produce(0, Rows(0, 7));
        var job = await StartAsync("'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'");
        await job.Completion.WaitAsync(_patience);

        using var admin = Admin();
        Assert.Empty((await admin.ListConsumerGroupsAsync()).Valid);
    }

    [Fact]
    public async Task While_the_broker_is_away_a_job_says_so_with_its_splits_and_goes_on_later()
    {
        Produce(0, Rows(0, 2));
        var job = await StartAsync("'scan.startup.mode' = 'earliest-offset', 'properties.reconnect.backoff.max.ms' = '200'");
        await UntilAsync(() => job.Progress() is { RowsIn: 2, HasCaughtUp: true }, job);
        Assert.Null(job.Reason);
        await _broker.DisposeAsync();

        await UntilAsync(() => job.Reason is not null, job);

        Assert.Equal((JobStatus.Running, 0), (job.Status, job.Restarts));
        Assert.StartsWith($"Kafka at {_servers} cannot be reached: ", job.Reason, StringComparison.Ordinal);
        Assert.EndsWith("(reading in-0, in-1)", job.Reason, StringComparison.Ordinal);
        _broker = await KafkaBroker.StartAsync(_options with { Listen = IPEndPoint.Parse(_servers) });
        Produce(1, Rows(5, 1));
        await UntilAsync(() => job is { Status: JobStatus.Running, Reason: null } && job.Progress().RowsIn == 3, job);
    }

    [Fact]
    public async Task A_fast_partition_waits_for_a_slow_one()
    {
        const int Many = 60_000;
        var job = await StartAsync(
            "'scan.startup.mode' = 'earliest-offset', 'scan.watermark.alignment.group' = 'a', 'scan.watermark.alignment.max-drift' = '10 min', "
            + "'scan.watermark.alignment.update-interval' = '50 ms'");
        Produce(1, Rows(0, 1));
        await UntilAsync(() => job.Progress().RowsIn == 1, job);
        // A row a second: the drift allows 600, and a batch may be on its way.
        Produce(0, Rows(0, Many));
        await UntilAsync(() => job.Progress().RowsIn > 600, job);
        for (var i = 0; i < 5; i++)
        {
            await job.CheckpointAsync();
            Assert.InRange(job.Progress().RowsIn, 601, 20_000);
        }
        // As the slow one goes on, so does the other, to the end.
        for (var at = 10_000; at <= Many; at += 10_000)
        {
            Produce(1, Rows(at, 1));
            await UntilAsync(() => job.Progress().RowsIn > at, job);
        }
        await UntilAsync(() => job.Progress().RowsIn == Many + 7, job);
    }

    async Task<Job> StartAsync(string options)
    {
        var engine = SqlStreamEngine.Open(new EngineOptions
        {
            DataDirectory = _directory[$"data{_engines.Count}"],
            Workers = 2,
            Seed = 1,
            Guards = true,
            Settings = new Dictionary<string, string> { ["parallelism.default"] = "1", ["execution.checkpointing.interval"] = "1 h" },
        });
        _engines.Add(engine);
        var session = engine.OpenSession();
        var source = new SourceText($"""
            CREATE TABLE i (id BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
            WITH ('connector' = 'kafka', 'topic' = '{Topic}', 'properties.bootstrap.servers' = '{_servers}', 'format' = 'json', {options});
            CREATE TABLE o (id BIGINT) WITH ('connector' = 'blackhole');
            INSERT INTO o SELECT id FROM i;
            """);
        Job? job = null;
        foreach (var statement in Session.Parse(source))
        {
            if (await session.ExecuteAsync(statement, source, CancellationToken.None) is JobResult started)
                job = started.Job;
        }
        return job!;
    }

    static IEnumerable<string> Rows(int first, int count) => Enumerable.Range(first, count).Select(id => string.Create(
        CultureInfo.InvariantCulture, $"{{\"id\":{id},\"ts\":\"{new DateTime(2026, 1, 1).AddSeconds(id):yyyy-MM-dd HH:mm:ss}\"}}"));

    void Produce(int partition, IEnumerable<string> values)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = _servers, LingerMs = 5 }).Build();
        foreach (var value in values)
            producer.Produce(new TopicPartition(Topic, partition), new Message<Null, string> { Value = value });
        Assert.Equal(0, producer.Flush(_patience));
    }

    IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _servers }).Build();

    async Task<SortedDictionary<int, long>> CommittedAsync()
    {
        using var admin = Admin();
        var groups = await admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions("g", [new(Topic, 0), new(Topic, 1)])]);
        return new SortedDictionary<int, long>(groups[0].Partitions.Where(one => one.Offset.Value >= 0)
            .ToDictionary(one => one.Partition.Value, one => one.Offset.Value));
    }

    static Task UntilAsync(Func<bool> condition, Job job) => UntilAsync(() => Task.FromResult(condition()), job);

    static async Task UntilAsync(Func<Task<bool>> condition, Job job)
    {
        using var limit = new CancellationTokenSource(_patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
        {
            Assert.True(!limit.IsCancellationRequested && job.Status is JobStatus.Running or JobStatus.Restarting or JobStatus.Finished,
                $"{job.Status} ({job.Reason}) after {job.Progress().RowsIn} rows");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
