using Confluent.Kafka;
using SqlStream.Broker.Tests.Support;

namespace SqlStream.Broker.Tests;

/// <summary>Transactions as Confluent.Kafka does them.</summary>
public sealed class TransactionTests
{
    static readonly TimeSpan _wait = TimeSpan.FromSeconds(20);

    [Theory, ClassData(typeof(Kafkas))]
    public async Task Readers_of_committed_records_see_commits_and_no_aborts(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("out");
        using var producer = kafka.Transactional("t");
        producer.InitTransactions(_wait);
        for (var round = 0; round < 6; round++)
        {
            producer.BeginTransaction();
            for (var i = 0; i < 10; i++)
                producer.Produce(topic, new Message<string?, string?> { Value = $"{round}.{i}" });
            if (round % 2 == 0)
                producer.CommitTransaction(_wait);
            else
                producer.AbortTransaction(_wait);
        }
        var expected = Enumerable.Range(0, 3).SelectMany(round => Enumerable.Range(0, 10).Select(i => $"{round * 2}.{i}"));
        Assert.Equal(expected, kafka.ReadAll(topic, isolation: IsolationLevel.ReadCommitted));
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task A_newer_producer_fences_the_older_one(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("out");
        using var old = kafka.Transactional("t");
        old.InitTransactions(_wait);
        old.BeginTransaction();
        old.Produce(topic, new Message<string?, string?> { Value = "old" });
        old.Flush(_wait);
        using var young = kafka.Transactional("t");
        young.InitTransactions(_wait);
        var e = Assert.Throws<KafkaException>(() => old.CommitTransaction(_wait));
        Assert.True(e.Error.IsFatal);
        young.BeginTransaction();
        young.Produce(topic, new Message<string?, string?> { Value = "young" });
        young.CommitTransaction(_wait);
        Assert.Equal(["young"], kafka.ReadAll(topic, isolation: IsolationLevel.ReadCommitted));
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task Read_process_write_counts_each_record_once(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var (input, output) = (await kafka.TopicAsync("in"), await kafka.TopicAsync("out"));
        using (var producer = kafka.Producer())
        {
            for (var i = 0; i < 100; i++)
                producer.Produce(input, new Message<string?, string?> { Value = $"{i}" });
            producer.Flush(_wait);
        }
        // Every second attempt is aborted, and its records are read again.
        for (var attempt = 0; attempt < 8; attempt++)
            Process(kafka, input, output, isCommitted: attempt % 2 == 1);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), kafka.ReadAll(output, isolation: IsolationLevel.ReadCommitted));
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task A_transaction_over_many_partitions_ends_in_all(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("wide", partitions: 8);
        using var producer = kafka.Transactional("t");
        producer.InitTransactions(_wait);
        producer.BeginTransaction();
        for (var i = 0; i < 8; i++)
            producer.Produce(new TopicPartition(topic, i), new Message<string?, string?> { Value = $"p{i}" });
        producer.CommitTransaction(_wait);
        for (var i = 0; i < 8; i++)
            Assert.Equal([$"p{i}"], kafka.ReadAll(topic, i, IsolationLevel.ReadCommitted));
    }

    static void Process(TestKafka kafka, string input, string output, bool isCommitted)
    {
        using var consumer = kafka.Consumer("g", config => config.IsolationLevel = IsolationLevel.ReadCommitted);
        using var producer = kafka.Transactional("t");
        producer.InitTransactions(_wait);
        var committed = consumer.Committed([new TopicPartition(input, 0)], _wait)[0].Offset;
        consumer.Assign(new TopicPartitionOffset(input, 0, committed == Offset.Unset ? Offset.Beginning : committed));
        producer.BeginTransaction();
        var next = committed == Offset.Unset ? 0 : committed.Value;
        for (var i = 0; i < 25; i++)
        {
            var result = consumer.Consume(_wait);
            if (result.IsPartitionEOF)
                break;
            producer.Produce(output, new Message<string?, string?> { Value = result.Message.Value });
            next = result.Offset.Value + 1;
        }
        producer.SendOffsetsToTransaction([new TopicPartitionOffset(input, 0, next)], consumer.ConsumerGroupMetadata, _wait);
        if (isCommitted)
            producer.CommitTransaction(_wait);
        else
            producer.AbortTransaction(_wait);
    }
}
