using Confluent.Kafka;
using SqlStream.Broker.Tests.Support;

namespace SqlStream.Broker.Tests;

/// <summary>Consumer groups as Confluent.Kafka does them.</summary>
public sealed class GroupTests
{
    static readonly TimeSpan _wait = TimeSpan.FromSeconds(20);

    [Theory, ClassData(typeof(Kafkas))]
    public async Task A_group_goes_on_where_it_committed(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await FilledAsync(kafka, "in", partitions: 1, records: 10);
        using (var first = kafka.Consumer("g"))
        {
            first.Subscribe(topic);
            var fourth = Records(first).Skip(3).First();
            first.Commit(fourth);
            first.Close();
        }
        using var second = kafka.Consumer("g");
        second.Subscribe(topic);
        Assert.Equal("0.4", Records(second).First().Message.Value);
        second.Close();
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task Partitions_are_shared_out_and_taken_over_when_a_member_leaves(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await FilledAsync(kafka, "in", partitions: 4, records: 1);
        using var a = kafka.Consumer("g");
        using var b = kafka.Consumer("g");
        a.Subscribe(topic);
        b.Subscribe(topic);
        await PollUntilAsync([a, b], () => a.Assignment.Count == 2 && b.Assignment.Count == 2);
        Assert.Equal(4, a.Assignment.Concat(b.Assignment).Distinct().Count());
        b.Close();
        await PollUntilAsync([a], () => a.Assignment.Count == 4);
        a.Close();
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task Members_that_rebalance_in_steps_keep_what_they_have(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await FilledAsync(kafka, "in", partitions: 4, records: 1);
        static void Cooperative(ConsumerConfig config) => config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
        using var a = kafka.Consumer("g", Cooperative);
        a.Subscribe(topic);
        await PollUntilAsync([a], () => a.Assignment.Count == 4);
        using var b = kafka.Consumer("g", Cooperative);
        b.Subscribe(topic);
        await PollUntilAsync([a, b], () => a.Assignment.Count == 2 && b.Assignment.Count == 2);
        a.Close();
        b.Close();
    }

    [Fact]
    public async Task A_member_whose_session_ends_loses_its_partitions()
    {
        await using var kafka = await TestKafka.StartAsync();
        var topic = await FilledAsync(kafka, "in", partitions: 2, records: 1);
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var group = new RawGroup(client, "g");
        var first = await group.JoinAsync("", topic);
        var member = await group.JoinAsync(first.MemberId, topic);
        Assert.Equal((ushort)0, (ushort)(await group.SyncAsync(member.Generation, member.MemberId)).Error);
        Assert.Equal(Protocol.ErrorCode.None, await group.HeartbeatAsync(member.Generation, member.MemberId));
        kafka.Broker!.Clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(Protocol.ErrorCode.UnknownMemberId, await group.HeartbeatAsync(member.Generation, member.MemberId));
        Assert.Equal(Protocol.ErrorCode.UnknownMemberId, (await group.SyncAsync(member.Generation, member.MemberId)).Error);
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task A_member_without_an_id_is_given_one_to_come_back_with(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("in");
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var group = new RawGroup(client, kafka.Name("g"));
        var first = await group.JoinAsync("", topic);
        Assert.Equal(Protocol.ErrorCode.MemberIdRequired, first.Error);
        var member = await group.JoinAsync(first.MemberId, topic);
        Assert.Equal((Protocol.ErrorCode.None, first.MemberId, 1, first.MemberId), (member.Error, member.Leader, member.Generation, member.MemberId));
        Assert.Equal(Protocol.ErrorCode.UnknownMemberId, (await group.JoinAsync("nobody", topic)).Error);
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task Generations_are_checked(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("in");
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var group = new RawGroup(client, kafka.Name("g"));
        // Without members anybody may commit who claims no generation, and nobody who does.
        Assert.Equal(Protocol.ErrorCode.None, await group.CommitAsync(-1, "", topic, 3));
        Assert.NotEqual(Protocol.ErrorCode.None, await group.CommitAsync(5, "", topic, 4));
        var member = await group.JoinAsync((await group.JoinAsync("", topic)).MemberId, topic);
        await group.SyncAsync(member.Generation, member.MemberId);
        Assert.Equal(Protocol.ErrorCode.IllegalGeneration, await group.HeartbeatAsync(member.Generation + 1, member.MemberId));
        Assert.Equal(Protocol.ErrorCode.IllegalGeneration, await group.CommitAsync(member.Generation + 1, member.MemberId, topic, 5));
        Assert.Equal(Protocol.ErrorCode.UnknownMemberId, await group.CommitAsync(-1, "", topic, 6));
        Assert.Equal(Protocol.ErrorCode.None, await group.CommitAsync(member.Generation, member.MemberId, topic, 7));
        Assert.Equal((7, Protocol.ErrorCode.None), await client.CommittedAsync(kafka.Name("g"), topic));
    }

    [Fact]
    public async Task Offsets_of_a_group_without_members_are_forgotten_after_a_week()
    {
        await using var kafka = await TestKafka.StartAsync();
        var topic = await kafka.TopicAsync("in");
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        await new RawGroup(client, "g").CommitAsync(-1, "", topic, 3);
        kafka.Broker!.Clock.Advance(TimeSpan.FromDays(6));
        Assert.Equal(3, (await client.CommittedAsync("g", topic)).Offset);
        kafka.Broker.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(-1, (await client.CommittedAsync("g", topic)).Offset);
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task A_static_member_comes_back_to_what_it_had(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await FilledAsync(kafka, "in", partitions: 2, records: 1);
        using var a = kafka.Consumer("g", config => config.GroupInstanceId = "one");
        a.Subscribe(topic);
        await PollUntilAsync([a], () => a.Assignment.Count == 2);
        using var b = kafka.Consumer("g", config => config.GroupInstanceId = "two");
        b.Subscribe(topic);
        await PollUntilAsync([a, b], () => a.Assignment.Count == 1 && b.Assignment.Count == 1);
        var had = b.Assignment.Single();
        b.Close();
        using var again = kafka.Consumer("g", config => config.GroupInstanceId = "two");
        again.Subscribe(topic);
        await PollUntilAsync([a, again], () => again.Assignment.Count == 1);
        Assert.Equal(had, again.Assignment.Single());
        again.Close();
        a.Close();
    }

    static async Task<string> FilledAsync(TestKafka kafka, string name, int partitions, int records)
    {
        var topic = await kafka.TopicAsync(name, partitions);
        using var producer = kafka.Producer();
        for (var partition = 0; partition < partitions; partition++)
        {
            for (var i = 0; i < records; i++)
                producer.Produce(new TopicPartition(topic, partition), new Message<string?, string?> { Value = $"{partition}.{i}" });
        }
        producer.Flush(_wait);
        return topic;
    }

    static IEnumerable<ConsumeResult<string?, string?>> Records(IConsumer<string?, string?> consumer)
    {
        while (true)
        {
            var result = consumer.Consume(_wait) ?? throw new TimeoutException("no record comes");
            if (!result.IsPartitionEOF)
                yield return result;
        }
    }

    static async Task PollUntilAsync(IConsumer<string?, string?>[] consumers, Func<bool> isDone)
    {
        var deadline = DateTime.UtcNow + _wait;
        while (!isDone())
        {
            Assert.True(DateTime.UtcNow < deadline, $"assignments: {string.Join(", ", consumers.Select(consumer => consumer.Assignment.Count))}");
            foreach (var consumer in consumers)
                consumer.Consume(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }
    }
}
