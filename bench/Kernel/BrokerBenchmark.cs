using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using SqlStream.Broker;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Bench;

/// <summary>Messages of 100 bytes into the embedded broker and out of it, by one client, the broker a process of its own.</summary>
/// <remarks>The client needs about as much of the processor as the broker, so on a machine with two cores the rate by the clock is that of
/// the slower of the two. The other figure is what the broker does in a second of processor time.</remarks>
static class BrokerBenchmark
{
    const int Messages = 3_000_000;
    const int MessageBytes = 100;
    const double Floor = 300_000;
    const string Topic = "bench";
    static readonly TimeSpan _wait = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(Report report)
    {
        foreach (var isOnDisk in new[] { false, true })
        {
            var info = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
            foreach (var argument in new[] { "child", "broker", isOnDisk ? "disk" : "memory" })
                info.ArgumentList.Add(argument);
            using var broker = Process.Start(info) ?? throw new ExternalException("the broker's process does not start", Retry.Never);
            var servers = await broker.StandardOutput.ReadLineAsync().ConfigureAwait(false) ?? throw new ExternalException("the broker's process ended", Retry.Never);
            var place = isOnDisk ? "disk" : "memory";
            Measure(report, broker, $"broker, {place}: 100-byte messages in", () => Produce(servers));
            Measure(report, broker, $"broker, {place}: 100-byte messages out", () => Consume(servers));
            broker.StandardInput.Close();
            await broker.WaitForExitAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The broker's process: serves until standard input ends.</summary>
    public static async Task<string> ServeAsync(bool isOnDisk)
    {
        using var directory = new BenchDirectory();
        await using var broker = await KafkaBroker.StartAsync(new KafkaBrokerOptions { Partitions = 1, Data = isOnDisk ? directory.Path : null }).ConfigureAwait(false);
        Console.WriteLine(broker.BootstrapServers);
        await Console.In.ReadToEndAsync().ConfigureAwait(false);
        return "done";
    }

    static void Measure(Report report, Process broker, string name, Action work)
    {
        broker.Refresh();
        var before = broker.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        work();
        var wall = clock.Elapsed;
        broker.Refresh();
        var cpu = broker.TotalProcessorTime - before;
        var rate = Messages / wall.TotalSeconds;
        var perCore = Messages / cpu.TotalSeconds;
        var figure = string.Create(CultureInfo.InvariantCulture, $"{rate / 1e6:0.00} M/s, {perCore / 1e6:0.0} M/s of its cpu");
        report.Add(new Figure(name, figure, "0.3 M/s", rate >= Floor && perCore >= Floor));
    }

    static void Produce(string servers)
    {
        var config = new ProducerConfig
        {
            BootstrapServers = servers,
            LingerMs = 5,
            BatchSize = 500_000,
            QueueBufferingMaxMessages = 500_000,
            EnableDeliveryReports = false,
        };
        using var producer = new ProducerBuilder<Null, byte[]>(config).Build();
        var message = new Message<Null, byte[]> { Value = new byte[MessageBytes] };
        for (var i = 0; i < Messages; i++)
        {
            try
            {
                producer.Produce(Topic, message);
            }
            catch (ProduceException<Null, byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(10));
                i--;
            }
        }
        while (producer.Flush(_wait) > 0)
        {
            // It waits for what is under way.
        }
    }

    static void Consume(string servers)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = servers,
            GroupId = "bench",
            FetchMaxBytes = 16 << 20,
            MaxPartitionFetchBytes = 8 << 20,
            // By default the client rests for a second whenever 100,000 messages are queued in it.
            QueuedMinMessages = 1_000_000,
            FetchQueueBackoffMs = 1,
        };
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(config).Build();
        consumer.Assign(new TopicPartitionOffset(Topic, 0, 0));
        for (var i = 0; i < Messages; i++)
        {
            if (consumer.Consume(_wait) is null)
                throw new ExternalException($"after {i} messages no more come", Retry.Never);
        }
    }
}
