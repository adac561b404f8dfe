using Confluent.Kafka;
using SqlStream.Broker.Faults;
using SqlStream.Broker.Protocol;
using SqlStream.Broker.Tests.Support;
using ErrorCode = SqlStream.Broker.Protocol.ErrorCode;

namespace SqlStream.Broker.Tests;

/// <summary>What goes wrong on purpose goes wrong as planned, and clients come through it.</summary>
public sealed class FaultTests
{
    static readonly TimeSpan _wait = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_lost_acknowledgement_of_a_produce_writes_nothing_twice()
    {
        await using var kafka = await TestKafka.StartAsync();
        var topic = await kafka.TopicAsync("out");
        using var producer = kafka.Producer(config => config.EnableIdempotence = true);
        kafka.Broker!.Faults.Add(new Fault(ApiKey.Produce) { Times = 3, Disconnects = true, AfterEffect = true });
        for (var i = 0; i < 100; i++)
            producer.Produce(topic, new Message<string?, string?> { Value = $"{i}" });
        producer.Flush(_wait);
        Assert.Equal(3, kafka.Broker.Faults.Met);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), kafka.ReadAll(topic));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_commit_whose_answer_is_lost_commits_once(bool afterEffect)
    {
        await using var kafka = await TestKafka.StartAsync();
        var topic = await kafka.TopicAsync("out");
        using var producer = kafka.Transactional("t");
        producer.InitTransactions(_wait);
        producer.BeginTransaction();
        producer.Produce(topic, new Message<string?, string?> { Value = "x" });
        kafka.Broker!.Faults.Add(new Fault(ApiKey.EndTxn) { Disconnects = true, AfterEffect = afterEffect });
        producer.CommitTransaction(_wait);
        Assert.Equal(1, kafka.Broker.Faults.Met);
        Assert.Equal(["x"], kafka.ReadAll(topic, isolation: IsolationLevel.ReadCommitted));
        Assert.Equal(2, kafka.Broker.EndOffset(topic, 0));
    }

    [Fact]
    public async Task An_end_that_is_delayed_on_its_way_ends_the_next_transaction()
    {
        // The hole of the old protocol (KAFKA-17754): the duplicate cannot be told from a new request.
        await using var kafka = await TestKafka.StartAsync();
        var topic = await kafka.TopicAsync("out");
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var me = await client.InitAsync("t");
        await client.AddPartitionAsync("t", me.Id, 0, topic);
        kafka.Broker!.Faults.Add(new Fault(ApiKey.EndTxn) { ReplayAfter = TimeSpan.FromSeconds(5) });
        await client.EndAsync("t", me.Id, 0, isCommit: true);
        await client.AddPartitionAsync("t", me.Id, 0, topic);
        await client.ProduceAsync(topic, RawBatch.Transactional(me.Id, 0, 0, "too early"), "t");
        kafka.Broker.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(ErrorCode.InvalidTxnState, await client.EndAsync("t", me.Id, 0, isCommit: false));
        Assert.Equal(["too early"], kafka.ReadAll(topic, isolation: IsolationLevel.ReadCommitted));
    }

    [Fact]
    public async Task An_error_takes_the_place_of_the_effect_or_follows_it()
    {
        await using var kafka = await TestKafka.StartAsync();
        var topic = await kafka.TopicAsync("out");
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        kafka.Broker!.Faults.Add(new Fault(ApiKey.Produce) { Error = ErrorCode.NotEnoughReplicas });
        kafka.Broker.Faults.Add(new Fault(ApiKey.Produce) { Error = ErrorCode.RequestTimedOut, AfterEffect = true });
        Assert.Equal(ErrorCode.NotEnoughReplicas, (await client.ProduceAsync(topic, new RawBatch())).Error);
        Assert.Equal(0, kafka.Broker.EndOffset(topic, 0));
        Assert.Equal(ErrorCode.RequestTimedOut, (await client.ProduceAsync(topic, new RawBatch())).Error);
        Assert.Equal(1, kafka.Broker.EndOffset(topic, 0));
        Assert.Equal((ErrorCode.None, 1), await client.ProduceAsync(topic, new RawBatch()));
    }

    [Fact]
    public async Task Clients_follow_leaders_and_the_coordinator_to_other_nodes()
    {
        await using var kafka = await TestKafka.StartAsync(new KafkaBrokerOptions { Nodes = 3 });
        var topic = await kafka.TopicAsync("out");
        using var producer = kafka.Transactional("t");
        producer.InitTransactions(_wait);
        for (var round = 0; round < 3; round++)
        {
            producer.BeginTransaction();
            producer.Produce(topic, new Message<string?, string?> { Value = $"{round}" });
            producer.Flush(_wait);
            kafka.Broker!.MoveLeader(topic, 0, (round + 1) % 3 + 1);
            kafka.Broker.MoveCoordinator((round + 2) % 3 + 1);
            producer.CommitTransaction(_wait);
        }
        Assert.Equal(["0", "1", "2"], kafka.ReadAll(topic, isolation: IsolationLevel.ReadCommitted));
    }

    [Fact]
    public async Task A_cut_log_is_noticed_by_the_leader_epoch()
    {
        await using var kafka = await TestKafka.StartAsync();
        var topic = await kafka.TopicAsync("cut");
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        for (var i = 0; i < 10; i++)
            await client.ProduceAsync(topic, new RawBatch());
        kafka.Broker!.Truncate(topic, 0, 4);
        Assert.Equal(4, kafka.Broker.EndOffset(topic, 0));
        Assert.Equal(ErrorCode.FencedLeaderEpoch, (await client.FetchAsync(topic, 8, committed: false, leaderEpoch: 0)).Error);
        Assert.Equal(ErrorCode.OffsetOutOfRange, (await client.FetchAsync(topic, 8, committed: false, leaderEpoch: 1)).Error);
        Assert.Equal((ErrorCode.None, 4), await client.ProduceAsync(topic, new RawBatch()));
        var ends = await client.CallAsync(ApiKey.OffsetForLeaderEpoch, 2, false, writer =>
        {
            writer.ArrayLength(1);
            writer.String(topic);
            writer.ArrayLength(1);
            writer.Int32(0);
            writer.Int32(1);
            writer.Int32(0);
        });
        ends.Int32();
        ends.ArrayLength();
        ends.String();
        ends.ArrayLength();
        Assert.Equal((0, 0, 0, 4), (ends.Int16(), ends.Int32(), ends.Int32(), (int)ends.Int64()));
    }

    [Fact]
    public async Task Delays_and_throttling_reach_the_client()
    {
        await using var kafka = await TestKafka.StartAsync();
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        kafka.Broker!.Faults.Add(new Fault(ApiKey.FindCoordinator) { Delay = TimeSpan.FromMilliseconds(200), Throttle = TimeSpan.FromMilliseconds(77) });
        var began = TimeProvider.System.GetTimestamp();
        var reader = await client.CallAsync(ApiKey.FindCoordinator, 2, false, writer =>
        {
            writer.String("g");
            writer.Int8(0);
        });
        Assert.Equal(77, reader.Int32());
        // Timers go by the coarse clock of the kernel, some ticks of which may have passed when they are set.
        Assert.True(TimeProvider.System.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(150));
    }

    [Fact]
    public async Task Clients_come_back_after_all_connections_were_closed()
    {
        await using var kafka = await TestKafka.StartAsync();
        var topic = await kafka.TopicAsync("out");
        using var producer = kafka.Producer(config => config.EnableIdempotence = true);
        for (var i = 0; i < 20; i++)
        {
            await producer.ProduceAsync(topic, new Message<string?, string?> { Value = $"{i}" });
            kafka.Broker!.Disconnect();
        }
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), kafka.ReadAll(topic));
    }

    [Fact]
    public async Task A_hidden_version_is_not_advertised()
    {
        await using var kafka = await TestKafka.StartAsync();
        kafka.Broker!.Faults.Advertise(ApiKey.Produce, 3, 7);
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var reader = await client.CallAsync(ApiKey.ApiVersions, 0, false, _ => { });
        Assert.Equal(0, reader.Int16());
        reader.ArrayLength();
        Assert.Equal((0, 3, 7), (reader.Int16(), reader.Int16(), reader.Int16()));
    }
}
