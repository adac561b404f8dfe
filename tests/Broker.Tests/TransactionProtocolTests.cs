using SqlStream.Broker.Protocol;
using SqlStream.Broker.Tests.Support;

namespace SqlStream.Broker.Tests;

/// <summary>Transactions, request by request, as Apache Kafka answers them.</summary>
public sealed class TransactionProtocolTests
{
    [Theory, ClassData(typeof(Kafkas))]
    public async Task A_new_transactional_id_gets_a_producer_id_with_epoch_zero_and_then_higher_epochs(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var first = await client.InitAsync(kafka.Name("t"));
        var second = await client.InitAsync(kafka.Name("t"));
        Assert.Equal((ErrorCode.None, 0), (first.Error, first.Epoch));
        Assert.Equal((ErrorCode.None, first.Id, (short)1), second);
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task A_second_producer_aborts_the_open_transaction_and_must_ask_again(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var (topic, id) = (await kafka.TopicAsync("out"), kafka.Name("t"));
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var first = await client.InitAsync(id);
        await client.AddPartitionAsync(id, first.Id, first.Epoch, topic);
        await client.ProduceAsync(topic, RawBatch.Transactional(first.Id, 0, 0, "lost"), id);
        Assert.Equal(ErrorCode.ConcurrentTransactions, (await client.InitAsync(id)).Error);
        var second = await RetryAsync(() => client.InitAsync(id), answer => answer.Error != ErrorCode.ConcurrentTransactions);
        Assert.Equal((ErrorCode.None, first.Id, (short)2), second);
        // The marker carries the epoch by which the first producer was fenced.
        var fetch = await client.FetchAsync(topic, 0, committed: true);
        Assert.Equal([(0L, (short)0x10), (1L, (short)0x30)], fetch.Batches);
        Assert.Equal([(first.Id, 0L)], fetch.Aborted);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await client.ProduceAsync(topic, RawBatch.Transactional(first.Id, 0, 1, "late"), id)).Error);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await client.EndAsync(id, first.Id, 0, isCommit: true));
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task A_producer_that_tells_its_epoch_gets_the_next_one_and_a_stranger_is_fenced(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var id = kafka.Name("t");
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var first = await client.InitAsync(id);
        Assert.Equal((ErrorCode.None, first.Id, (short)1), await client.InitAsync(id, producerId: first.Id, epoch: 0));
        // Its answer may have been lost, so the same request again is answered the same.
        Assert.Equal((ErrorCode.None, first.Id, (short)1), await client.InitAsync(id, producerId: first.Id, epoch: 0));
        Assert.Equal(ErrorCode.ProducerFenced, (await client.InitAsync(id, producerId: first.Id + 1000, epoch: 1)).Error);
        Assert.Equal(ErrorCode.ProducerFenced, (await client.InitAsync(id, producerId: first.Id, epoch: 7)).Error);
    }

    [Fact]
    public async Task An_exhausted_epoch_gives_a_new_producer_id()
    {
        await using var kafka = await TestKafka.StartAsync();
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var answer = await client.InitAsync("t");
        for (var i = 1; i <= 32766; i++)
            kafka.Broker!.Cluster.Transactions.Begin("t", 60_000, -1, -1);
        var next = await client.InitAsync("t");
        Assert.Equal((ErrorCode.None, (short)0), (next.Error, next.Epoch));
        Assert.NotEqual(answer.Id, next.Id);
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task Requests_of_a_transaction_check_id_epoch_and_state(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var (topic, id) = (await kafka.TopicAsync("out"), kafka.Name("t"));
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var me = await client.InitAsync(id);
        Assert.Equal(ErrorCode.InvalidTxnState, await client.EndAsync(id, me.Id, 0, isCommit: true));
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, await client.AddPartitionAsync(id, me.Id + 1000, 0, topic));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await client.AddPartitionAsync(id, me.Id, 5, topic));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await client.AddPartitionAsync(id, me.Id, 0, topic, partition: 9));
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, await client.AddOffsetsAsync(id, me.Id + 1000, 0, kafka.Name("g")));
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, await client.EndAsync(kafka.Name("stranger"), me.Id, 0, isCommit: true));
        Assert.Equal(ErrorCode.InvalidTransactionTimeout, (await client.InitAsync(kafka.Name("slow"), timeout: 100_000_000)).Error);
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task An_end_may_be_repeated_but_not_turned_round(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var (topic, id) = (await kafka.TopicAsync("out"), kafka.Name("t"));
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var me = await client.InitAsync(id);
        await client.AddPartitionAsync(id, me.Id, 0, topic);
        await client.ProduceAsync(topic, RawBatch.Transactional(me.Id, 0, 0, "x"), id);
        Assert.Equal(ErrorCode.None, await client.EndAsync(id, me.Id, 0, isCommit: true));
        var again = await RetryAsync(() => client.EndAsync(id, me.Id, 0, isCommit: true), error => error != ErrorCode.ConcurrentTransactions);
        Assert.Equal(ErrorCode.None, again);
        Assert.Equal(ErrorCode.InvalidTxnState, await client.EndAsync(id, me.Id, 0, isCommit: false));
    }

    [Fact]
    public async Task A_transactional_batch_needs_its_partition_in_the_transaction()
    {
        await using var kafka = await TestKafka.StartAsync();
        var topic = await kafka.TopicAsync("out");
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var me = await client.InitAsync("t");
        Assert.Equal(ErrorCode.InvalidTxnState, (await client.ProduceAsync(topic, RawBatch.Transactional(me.Id, 0, 0, "x"), "t")).Error);
        Assert.Equal(0, kafka.Broker!.EndOffset(topic, 0));
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task The_last_stable_offset_waits_for_the_oldest_open_transaction(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("out");
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var a = await BeginAsync(client, kafka.Name("a"), topic);
        var b = await BeginAsync(client, kafka.Name("b"), topic);
        await client.ProduceAsync(topic, new RawBatch { Values = ["plain"] });
        await client.ProduceAsync(topic, RawBatch.Transactional(a, 0, 0, "a0"), kafka.Name("a"));
        await client.ProduceAsync(topic, RawBatch.Transactional(b, 0, 0, "b0", "b1"), kafka.Name("b"));
        Assert.Equal((4, 1), await StableAsync(client, topic));
        await client.EndAsync(kafka.Name("b"), b, 0, isCommit: true);
        await RetryAsync(() => StableAsync(client, topic), answer => answer.High == 5);
        Assert.Equal((5, 1), await StableAsync(client, topic));
        Assert.Single((await client.FetchAsync(topic, 0, committed: true)).Batches);
        Assert.Equal(4, (await client.FetchAsync(topic, 0, committed: false)).Batches.Count);
        await client.EndAsync(kafka.Name("a"), a, 0, isCommit: false);
        await RetryAsync(() => StableAsync(client, topic), answer => answer.Stable == 6);
        var fetch = await client.FetchAsync(topic, 0, committed: true);
        Assert.Equal([(a, 1L)], fetch.Aborted);
        Assert.Equal([0, 1, 2, 4, 5], fetch.Batches.Select(batch => batch.Offset));
    }

    [Fact]
    public async Task Only_aborted_transactions_that_a_reader_meets_are_listed()
    {
        await using var kafka = await TestKafka.StartAsync();
        var topic = await kafka.TopicAsync("out");
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var producer = await BeginAsync(client, "t", topic);
        for (var i = 0; i < 3; i++)
        {
            await client.AddPartitionAsync("t", producer, 0, topic);
            await client.ProduceAsync(topic, RawBatch.Transactional(producer, 0, i, "x"), "t");
            await client.EndAsync("t", producer, 0, isCommit: false);
        }
        // Records at 0, 2, 4, markers at 1, 3, 5.
        Assert.Equal([(producer, 0L), (producer, 2L), (producer, 4L)], (await client.FetchAsync(topic, 0, committed: true)).Aborted);
        Assert.Equal([(producer, 2L), (producer, 4L)], (await client.FetchAsync(topic, 2, committed: true)).Aborted);
        Assert.Equal([(producer, 4L)], (await client.FetchAsync(topic, 5, committed: true)).Aborted);
        Assert.Empty((await client.FetchAsync(topic, 0, committed: false)).Aborted);
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task A_waiting_reader_wakes_when_the_transaction_commits(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var (topic, id) = (await kafka.TopicAsync("out"), kafka.Name("t"));
        using var writer = await RawClient.ConnectAsync(kafka.Servers);
        using var reader = await RawClient.ConnectAsync(kafka.Servers);
        var producer = await BeginAsync(writer, id, topic);
        await writer.ProduceAsync(topic, RawBatch.Transactional(producer, 0, 0, "x"), id);
        await reader.SendFetchAsync(topic, 0, committed: true, waitMs: 15_000);
        await writer.EndAsync(id, producer, 0, isCommit: true);
        var fetch = await reader.ReceiveFetchAsync();
        Assert.Equal(2, fetch.Batches.Count);
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task Offsets_of_a_transaction_are_visible_when_it_commits(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var (topic, id, group) = (await kafka.TopicAsync("in"), kafka.Name("t"), kafka.Name("g"));
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var me = await client.InitAsync(id);
        Assert.Equal(ErrorCode.None, await client.AddOffsetsAsync(id, me.Id, 0, group));
        Assert.Equal(ErrorCode.None, await client.CommitInTransactionAsync(id, group, me.Id, 0, topic, 42));
        Assert.Equal((-1, ErrorCode.None), await client.CommittedAsync(group, topic));
        Assert.Equal((-1, ErrorCode.UnstableOffsetCommit), await client.CommittedAsync(group, topic, requireStable: true));
        await client.EndAsync(id, me.Id, 0, isCommit: true);
        var after = await RetryAsync(() => client.CommittedAsync(group, topic, requireStable: true), answer => answer.Error == ErrorCode.None);
        Assert.Equal((42, ErrorCode.None), after);
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task Offsets_of_an_aborted_transaction_are_forgotten(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var (topic, id, group) = (await kafka.TopicAsync("in"), kafka.Name("t"), kafka.Name("g"));
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var me = await client.InitAsync(id);
        await client.AddOffsetsAsync(id, me.Id, 0, group);
        await client.CommitInTransactionAsync(id, group, me.Id, 0, topic, 42);
        await client.EndAsync(id, me.Id, 0, isCommit: false);
        var after = await RetryAsync(() => client.CommittedAsync(group, topic, requireStable: true), answer => answer.Error == ErrorCode.None);
        Assert.Equal((-1, ErrorCode.None), after);
    }

    [Fact]
    public async Task Offsets_need_their_group_in_the_transaction_and_the_right_epoch()
    {
        await using var kafka = await TestKafka.StartAsync();
        var topic = await kafka.TopicAsync("in");
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var me = await client.InitAsync("t");
        await client.AddPartitionAsync("t", me.Id, 0, topic);
        Assert.Equal(ErrorCode.InvalidTxnState, await client.CommitInTransactionAsync("t", "g", me.Id, 0, topic, 1));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await client.CommitInTransactionAsync("t", "g", me.Id, 3, topic, 1));
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, await client.CommitInTransactionAsync("t", "g", me.Id + 1, 0, topic, 1));
    }

    [Fact]
    public async Task A_transaction_that_takes_too_long_is_aborted_and_its_producer_fenced()
    {
        await using var kafka = await TestKafka.StartAsync();
        var topic = await kafka.TopicAsync("out");
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var me = await client.InitAsync("t", timeout: 30_000);
        await client.AddPartitionAsync("t", me.Id, 0, topic);
        await client.ProduceAsync(topic, RawBatch.Transactional(me.Id, 0, 0, "x"), "t");
        kafka.Broker!.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal((1, 0), await StableAsync(client, topic));
        kafka.Broker.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((2, 2), await StableAsync(client, topic));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await client.ProduceAsync(topic, RawBatch.Transactional(me.Id, 0, 1, "y"), "t")).Error);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await client.EndAsync("t", me.Id, 0, isCommit: true));
        Assert.Equal(ErrorCode.ProducerFenced, (await client.InitAsync("t", producerId: me.Id, epoch: 0)).Error);
        Assert.Equal((ErrorCode.None, me.Id, (short)2), await client.InitAsync("t"));
    }

    [Fact]
    public async Task A_transactional_id_is_forgotten_after_a_week()
    {
        await using var kafka = await TestKafka.StartAsync();
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var me = await client.InitAsync("t");
        kafka.Broker!.Clock.Advance(TimeSpan.FromDays(8));
        Assert.NotEqual(me.Id, (await client.InitAsync("t")).Id);
    }

    static async Task<long> BeginAsync(RawClient client, string id, string topic)
    {
        var me = await client.InitAsync(id);
        Assert.Equal(ErrorCode.None, await client.AddPartitionAsync(id, me.Id, me.Epoch, topic));
        return me.Id;
    }

    static async Task<(long High, long Stable)> StableAsync(RawClient client, string topic)
    {
        var fetch = await client.FetchAsync(topic, 0, committed: true);
        return (fetch.High, fetch.Stable);
    }

    // A real broker writes markers a little after it answers.
    static async Task<T> RetryAsync<T>(Func<Task<T>> ask, Predicate<T> isDone)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (var tries = 0; ; tries++)
        {
            var answer = await ask();
            if (isDone(answer) || tries == 500)
                return answer;
            await tick.WaitForNextTickAsync();
        }
    }
}
