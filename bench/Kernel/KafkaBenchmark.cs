using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;

namespace SqlStream.Bench;

/// <summary>From topic to topic, exactly once, with a checkpoint a second: JSON rows of 200 bytes, the broker a process of its own.</summary>
static class KafkaBenchmark
{
    const int Rows = 2_000_000;
    const int Partitions = 4;
    const int Runs = 3;
    const int LatencyRate = 10_000;

    static readonly TimeSpan _wait = TimeSpan.FromSeconds(60);
    static readonly TimeSpan _latencyTime = TimeSpan.FromSeconds(15);

    public static async Task RunAsync(Report report)
    {
        var info = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "child", "broker", "memory" })
            info.ArgumentList.Add(argument);
        using var broker = Process.Start(info) ?? throw new ExternalException("the broker's process does not start", Retry.Never);
        var servers = await broker.StandardOutput.ReadLineAsync().ConfigureAwait(false) ?? throw new ExternalException("the broker's process ended", Retry.Never);
        await CreateAsync(servers, "rows").ConfigureAwait(false);
        Produce(servers);
        await MeasureAsync(report, "kafka: topic, filter, topic", 3.5, index => Script(
            servers, $"filtered{index}", "id BIGINT, k STRING, v BIGINT, note STRING", "SELECT id, k, v, note FROM t WHERE v >= 200")).ConfigureAwait(false);
        await MeasureAsync(report, "kafka: topic, TUMBLE by key, topic", 2.5, index => Script(
            servers, $"tumbled{index}", "k STRING, we TIMESTAMP(3), n BIGINT, s BIGINT",
            "SELECT k, window_end, COUNT(*), SUM(v) FROM TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, k")).ConfigureAwait(false);
        foreach (var interval in new[] { "1 s", "100 ms" })
            await LatencyAsync(report, servers, interval).ConfigureAwait(false);
        broker.StandardInput.Close();
        await broker.WaitForExitAsync().ConfigureAwait(false);
    }

    static async Task MeasureAsync(Report report, string name, double floor, Func<int, string> script)
    {
        var settings = new Dictionary<string, string> { ["execution.checkpointing.interval"] = "1 s", ["parallelism.default"] = "1" };
        var costs = new List<JobCost>();
        // The first run warms up. Each run is a job of its own, with an identity of its own: no seed.
        for (var run = 0; run <= Runs; run++)
        {
            var cost = await JobRun.RunAsync(script(run), 1, null, settings, seed: null).ConfigureAwait(false);
            if (run > 0)
                costs.Add(cost);
        }
        var cpu = costs.Select(cost => cost.Cpu.TotalSeconds).Order().ElementAt(Runs / 2) / (Rows / 1e6);
        var rate = Rows / costs.Select(cost => cost.Wall.TotalSeconds).Order().ElementAt(Runs / 2) / 1e6;
        report.Add(new Figure(name, string.Create(CultureInfo.InvariantCulture, $"{cpu:0.00} CPU s per M rows, {rate:0.00} M rows/s"), $"{floor} CPU s", cpu <= floor));
    }

    static string Script(string servers, string target, string columns, string query) => $"""
        SET 'kafka.bootstrap.servers' = '{servers}';
        CREATE TABLE t (id BIGINT, k STRING, v BIGINT, ts TIMESTAMP(3), note STRING, WATERMARK FOR ts AS ts)
        WITH ('connector' = 'kafka', 'topic' = 'rows', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
        CREATE TABLE o ({columns}) WITH ('connector' = 'kafka', 'topic' = '{target}', 'format' = 'json');
        INSERT INTO o {query};
        """;

    static async Task LatencyAsync(Report report, string servers, string interval)
    {
        var suffix = interval.Replace(" ", "", StringComparison.Ordinal);
        await CreateAsync(servers, "in" + suffix).ConfigureAwait(false);
        await CreateAsync(servers, "out" + suffix).ConfigureAwait(false);
        await using var engine = SqlStreamEngine.Open(new EngineOptions
        {
            Workers = 1,
            Settings = new Dictionary<string, string>
            {
                ["execution.checkpointing.interval"] = interval,
                ["parallelism.default"] = "1",
                ["kafka.bootstrap.servers"] = servers,
            },
        });
        var session = engine.OpenSession();
        var source = new SourceText($"""
            CREATE TABLE t (at BIGINT) WITH ('connector' = 'kafka', 'topic' = 'in{suffix}', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset');
            CREATE TABLE o (at BIGINT) WITH ('connector' = 'kafka', 'topic' = 'out{suffix}', 'format' = 'json');
            INSERT INTO o SELECT at FROM t;
            """);
        Job? job = null;
        foreach (var statement in Session.Parse(source))
            job = (await session.ExecuteAsync(statement, source, CancellationToken.None).ConfigureAwait(false) as JobResult)?.Job ?? job;
        using var stop = new CancellationTokenSource();
        var generator = new Thread(() => Generate(servers, "in" + suffix, stop.Token)) { IsBackground = true };
        generator.Start();
        var latencies = Latencies(servers, "out" + suffix);
        await stop.CancelAsync().ConfigureAwait(false);
        generator.Join(_wait);
        if (latencies.Count == 0)
            throw new ExternalException($"no rows came; the job is {job!.Status}: {job.Reason ?? job.Error?.Message}", Retry.Never);
        await job!.StopAsync(StopKind.Stop, null).ConfigureAwait(false);
        latencies.Sort();
        report.Add(new Figure(
            $"kafka: latency end to end, interval {interval}, {LatencyRate:N0} rows/s",
            string.Create(CultureInfo.InvariantCulture, $"p50 {latencies[latencies.Count / 2]} ms, p99 {latencies[latencies.Count * 99 / 100]} ms"), "", true));
    }

    // Times of rows are those of the same clock that reads them.
    static void Generate(string servers, string topic, CancellationToken stop)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = servers, LingerMs = 1 }).Build();
        var watch = Stopwatch.StartNew();
        for (var sent = 0L; !stop.IsCancellationRequested;)
        {
            for (var due = (long)(watch.Elapsed.TotalSeconds * LatencyRate); sent < due; sent++)
            {
                var row = string.Create(CultureInfo.InvariantCulture, $"{{\"at\":{Stopwatch.GetTimestamp()}}}");
                producer.Produce(new TopicPartition(topic, (int)(sent % Partitions)), new Message<Null, byte[]> { Value = Encoding.ASCII.GetBytes(row) });
            }
            producer.Poll(TimeSpan.FromMilliseconds(1));
        }
    }

    static List<long> Latencies(string servers, string topic)
    {
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
        {
            BootstrapServers = servers,
            GroupId = "bench",
            IsolationLevel = IsolationLevel.ReadCommitted,
            FetchWaitMaxMs = 5,
        }).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        var latencies = new List<long>();
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < _latencyTime)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is not { } record || watch.Elapsed < _latencyTime / 3)
                continue;
            var at = long.Parse(Encoding.ASCII.GetString(record.Message.Value.AsSpan(6, record.Message.Value.Length - 7)), CultureInfo.InvariantCulture);
            latencies.Add((long)Stopwatch.GetElapsedTime(at).TotalMilliseconds);
        }
        return latencies;
    }

    static async Task CreateAsync(string servers, string topic)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        await admin.CreateTopicsAsync([new() { Name = topic, NumPartitions = Partitions, ReplicationFactor = 1 }]).ConfigureAwait(false);
    }

    static void Produce(string servers)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig
        {
            BootstrapServers = servers,
            LingerMs = 5,
            BatchSize = 500_000,
            QueueBufferingMaxMessages = 500_000,
            EnableDeliveryReports = false,
            CompressionType = CompressionType.Lz4,
        }).Build();
        var start = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        for (var i = 0; i < Rows;)
        {
            var head = string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{i},\"k\":\"key-{i * 7919L % 1000}\",\"v\":{i * 31L % 1000},\"ts\":\"{start.AddMilliseconds(i):yyyy-MM-dd HH:mm:ss.fff}\",\"note\":\"");
            try
            {
                producer.Produce(new TopicPartition("rows", i % Partitions), new Message<Null, byte[]> { Value = Encoding.ASCII.GetBytes(head + new string('x', 198 - head.Length) + "\"}") });
                i++;
            }
            catch (ProduceException<Null, byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(10));
            }
        }
        while (producer.Flush(_wait) > 0)
        {
            // It waits for what is under way.
        }
    }
}
