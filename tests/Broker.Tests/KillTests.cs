using Confluent.Kafka;
using SqlStream.Broker.Tests.Support;

namespace SqlStream.Broker.Tests;

/// <summary>The broker as a process that is killed while clients use it.</summary>
public sealed class KillTests
{
    static readonly TimeSpan _wait = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Nothing_that_was_acknowledged_is_lost_or_doubled_by_kill_9()
    {
        using var data = new TempDirectory();
        var process = await BrokerProcess.StartAsync("127.0.0.1:0", "--data", data.Path, "--partitions", "1");
        var servers = process.Servers;
        var config = new ProducerConfig
        {
            BootstrapServers = servers,
            TransactionalId = "t",
            LingerMs = 0,
            ReconnectBackoffMs = 10,
            ReconnectBackoffMaxMs = 100,
        };
        using var producer = new ProducerBuilder<Null, string>(config).SetErrorHandler((_, _) => { }).Build();
        producer.InitTransactions(_wait);
        var expected = new List<string>();
        for (var round = 0; round < 12; round++)
        {
            // The kill falls between different steps of the transaction.
            var step = round % 4;
            producer.BeginTransaction();
            for (var i = 0; i < 50; i++)
            {
                if (step == 0 && i == 25)
                    process = await RestartAsync(process, servers, data.Path);
                producer.Produce("out", new Message<Null, string> { Value = $"{round}.{i}" });
            }
            if (step == 1)
                process = await RestartAsync(process, servers, data.Path);
            if (step == 2)
            {
                producer.Flush(_wait);
                process = await RestartAsync(process, servers, data.Path);
            }
            if (step == 3)
            {
                producer.AbortTransaction(_wait);
                continue;
            }
            producer.CommitTransaction(_wait);
            expected.AddRange(Enumerable.Range(0, 50).Select(i => $"{round}.{i}"));
        }
        process = await RestartAsync(process, servers, data.Path);
        Assert.Equal(expected, ReadCommitted(servers, "out"));
        Assert.Equal(0, await process.TerminateAsync());
        process.Dispose();
    }

    static async Task<BrokerProcess> RestartAsync(BrokerProcess process, string servers, string data)
    {
        process.Kill();
        process.Dispose();
        return await BrokerProcess.StartAsync(servers, "--data", data, "--partitions", "1");
    }

    static List<string> ReadCommitted(string servers, string topic)
    {
        var config = new ConsumerConfig { BootstrapServers = servers, GroupId = "r", EnablePartitionEof = true, IsolationLevel = IsolationLevel.ReadCommitted, CheckCrcs = true };
        using var consumer = new ConsumerBuilder<Ignore, string>(config).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, 0));
        var values = new List<string>();
        while (true)
        {
            var result = consumer.Consume(_wait) ?? throw new TimeoutException($"the end does not come; {values.Count} records did");
            if (result.IsPartitionEOF)
                return values;
            values.Add(result.Message.Value);
        }
    }
}
