using Confluent.Kafka;
using Confluent.Kafka.Admin;
using SqlStream.Broker.Tests.Support;

namespace SqlStream.Broker.Tests;

/// <summary>Topics, settings and groups as administrators see them.</summary>
public sealed class AdministrationTests
{
    static readonly TimeSpan _wait = TimeSpan.FromSeconds(20);

    [Theory, ClassData(typeof(Kafkas))]
    public async Task Topics_are_made_extended_and_deleted(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        using var admin = kafka.Admin();
        var topic = await kafka.TopicAsync("made", partitions: 3);
        Assert.Equal(3, Partitions(admin, topic));
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 5 }]);
        Assert.Equal(5, Partitions(admin, topic));
        await admin.DeleteTopicsAsync([topic]);
        var e = await Assert.ThrowsAsync<DeleteTopicsException>(() => admin.DeleteTopicsAsync([topic]));
        Assert.Equal(ErrorCode.UnknownTopicOrPart, e.Results[0].Error.Code);
    }

    [Theory]
    [InlineData("made", 1, 1, ErrorCode.TopicAlreadyExists)]
    [InlineData("a/b", 1, 1, ErrorCode.TopicException)]
    [InlineData("..", 1, 1, ErrorCode.TopicException)]
    [InlineData("many", 100_000, 1, ErrorCode.InvalidPartitions)]
    [InlineData("copied", 1, 3, ErrorCode.InvalidReplicationFactor)]
    public async Task A_topic_that_cannot_be_is_refused(string name, int partitions, short replicas, ErrorCode error)
    {
        await using var kafka = await TestKafka.StartAsync();
        await kafka.TopicAsync("made");
        using var admin = kafka.Admin();
        var e = await Assert.ThrowsAsync<CreateTopicsException>(() =>
            admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = replicas }]));
        Assert.Equal(error, e.Results[0].Error.Code);
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task Settings_are_kept_told_and_changed(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("set", configs: new() { ["cleanup.policy"] = "compact", ["retention.ms"] = "1000000" });
        using var admin = kafka.Admin();
        var resource = new ConfigResource { Name = topic, Type = ResourceType.Topic };
        async Task<DescribeConfigsResult> Describe() => (await admin.DescribeConfigsAsync([resource]))[0];
        var told = (await Describe()).Entries;
        Assert.Equal(("compact", "1000000", false), (told["cleanup.policy"].Value, told["retention.ms"].Value, told["retention.ms"].IsDefault));
        Assert.True(told["segment.bytes"].IsDefault);
        await admin.IncrementalAlterConfigsAsync(new()
        {
            [resource] =
            [
                new ConfigEntry { Name = "cleanup.policy", Value = "delete", IncrementalOperation = AlterConfigOpType.Append },
                new ConfigEntry { Name = "retention.ms", IncrementalOperation = AlterConfigOpType.Delete },
                new ConfigEntry { Name = "max.message.bytes", Value = "5000", IncrementalOperation = AlterConfigOpType.Set },
            ],
        });
        told = (await Describe()).Entries;
        Assert.Equal(("compact,delete", true, "5000"), (told["cleanup.policy"].Value, told["retention.ms"].IsDefault, told["max.message.bytes"].Value));
        await admin.AlterConfigsAsync(new() { [resource] = [new ConfigEntry { Name = "retention.ms", Value = "7000" }] });
        told = (await Describe()).Entries;
        Assert.Equal(("7000", true), (told["retention.ms"].Value, told["max.message.bytes"].IsDefault));
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task A_setting_that_is_wrong_is_refused(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var e = await Assert.ThrowsAsync<CreateTopicsException>(() => kafka.TopicAsync("wrong", configs: new() { ["retention.ms"] = "soon" }));
        Assert.Equal(ErrorCode.InvalidConfig, e.Results[0].Error.Code);
        Assert.Contains("retention.ms", e.Results[0].Error.Reason, StringComparison.Ordinal);
        e = await Assert.ThrowsAsync<CreateTopicsException>(() => kafka.TopicAsync("wrong", configs: new() { ["no.such.setting"] = "1" }));
        Assert.Equal(ErrorCode.InvalidConfig, e.Results[0].Error.Code);
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task Records_below_an_offset_are_deleted(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("cut");
        using var producer = kafka.Producer();
        for (var i = 0; i < 10; i++)
            await producer.ProduceAsync(topic, new Message<string?, string?> { Value = $"{i}" });
        using var admin = kafka.Admin();
        var results = await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 4)]);
        Assert.Equal(4, results[0].Offset.Value);
        Assert.Equal(["4", "5", "6", "7", "8", "9"], kafka.ReadAll(topic));
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task Groups_are_listed_described_and_deleted(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("in", partitions: 2);
        var group = kafka.Name("g");
        using var admin = kafka.Admin();
        using (var consumer = kafka.Consumer("g", config => config.ClientId = "me"))
        {
            consumer.Subscribe(topic);
            var deadline = DateTime.UtcNow + _wait;
            while (consumer.Assignment.Count < 2 && DateTime.UtcNow < deadline)
                consumer.Consume(TimeSpan.FromMilliseconds(50));
            var described = (await admin.DescribeConsumerGroupsAsync([group])).ConsumerGroupDescriptions[0];
            Assert.Equal((ConsumerGroupState.Stable, "range"), (described.State, described.PartitionAssignor));
            Assert.Equal(("me", 2), (described.Members[0].ClientId, described.Members[0].Assignment.TopicPartitions.Count));
            Assert.Contains(group, (await admin.ListConsumerGroupsAsync()).Valid.Select(listed => listed.GroupId));
            var e = await Assert.ThrowsAsync<DeleteGroupsException>(() => admin.DeleteGroupsAsync([group]));
            Assert.Equal(ErrorCode.NonEmptyGroup, e.Results[0].Error.Code);
            consumer.Close();
        }
        await admin.DeleteGroupsAsync([group]);
        Assert.DoesNotContain(group, (await admin.ListConsumerGroupsAsync()).Valid.Select(listed => listed.GroupId));
    }

    [Fact]
    public async Task A_topic_is_not_made_by_its_first_use_where_that_is_switched_off()
    {
        await using var kafka = await TestKafka.StartAsync(new KafkaBrokerOptions { CreatesTopics = false });
        using var admin = kafka.Admin();
        Assert.Equal(ErrorCode.UnknownTopicOrPart, admin.GetMetadata("nothing", _wait).Topics[0].Error.Code);
    }

    static int Partitions(IAdminClient admin, string topic) => admin.GetMetadata(topic, _wait).Topics[0].Partitions.Count;
}
