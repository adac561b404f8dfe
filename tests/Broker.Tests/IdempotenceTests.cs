using SqlStream.Broker.Protocol;
using SqlStream.Broker.Tests.Support;

namespace SqlStream.Broker.Tests;

/// <summary>Sequence numbers: nothing twice, nothing left out.</summary>
public sealed class IdempotenceTests
{
    [Theory, ClassData(typeof(Kafkas))]
    public async Task A_repeated_batch_is_answered_with_its_first_offset(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("once");
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var me = await client.InitAsync(null);
        for (var i = 0; i < 5; i++)
            Assert.Equal((ErrorCode.None, i * 2), await client.ProduceAsync(topic, RawBatch.Idempotent(me.Id, 0, i * 2, "a", "b")));
        for (var i = 0; i < 5; i++)
            Assert.Equal((ErrorCode.None, i * 2), await client.ProduceAsync(topic, RawBatch.Idempotent(me.Id, 0, i * 2, "a", "b")));
        Assert.Equal((ErrorCode.None, 10), await client.ProduceAsync(topic, RawBatch.Idempotent(me.Id, 0, 10, "c")));
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task A_gap_and_a_batch_older_than_the_window_are_refused(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("once");
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var me = await client.InitAsync(null);
        for (var i = 0; i < 6; i++)
            await client.ProduceAsync(topic, RawBatch.Idempotent(me.Id, 0, i, "a"));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await client.ProduceAsync(topic, RawBatch.Idempotent(me.Id, 0, 7, "gap"))).Error);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await client.ProduceAsync(topic, RawBatch.Idempotent(me.Id, 0, 0, "a"))).Error);
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task A_higher_epoch_begins_at_zero_and_shuts_the_lower_one_out(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("once");
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var me = await client.InitAsync(null);
        await client.ProduceAsync(topic, RawBatch.Idempotent(me.Id, 0, 0, "a"));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await client.ProduceAsync(topic, RawBatch.Idempotent(me.Id, 1, 1, "b"))).Error);
        Assert.Equal(ErrorCode.None, (await client.ProduceAsync(topic, RawBatch.Idempotent(me.Id, 1, 0, "b"))).Error);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await client.ProduceAsync(topic, RawBatch.Idempotent(me.Id, 0, 1, "c"))).Error);
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task Sequence_numbers_go_on_at_zero_behind_the_largest(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("once");
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var me = await client.InitAsync(null);
        // A producer of which nothing is known may begin anywhere.
        Assert.Equal((ErrorCode.None, 0), await client.ProduceAsync(topic, RawBatch.Idempotent(me.Id, 0, int.MaxValue - 1, "a", "b", "c")));
        Assert.Equal((ErrorCode.None, 3), await client.ProduceAsync(topic, RawBatch.Idempotent(me.Id, 0, 1, "d")));
        Assert.Equal((ErrorCode.None, 0), await client.ProduceAsync(topic, RawBatch.Idempotent(me.Id, 0, int.MaxValue - 1, "a", "b", "c")));
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task Damaged_and_forged_batches_are_refused(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("checked");
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        var damaged = new RawBatch { Values = ["hello"] }.ToBytes();
        damaged[^3] ^= 1;
        Assert.Equal(ErrorCode.CorruptMessage, (await client.ProduceAsync(topic, damaged)).Error);
        var control = new RawBatch { Attributes = 0x20 };
        Assert.Equal(ErrorCode.InvalidRecord, (await client.ProduceAsync(topic, control)).Error);
        var right = new RawBatch().ToBytes();
        Assert.Equal(ErrorCode.InvalidRecord, (await client.ProduceAsync(topic, [.. right, .. right])).Error);
        Assert.Equal(0, (await client.FetchAsync(topic, 0, committed: false)).High);
    }
}
