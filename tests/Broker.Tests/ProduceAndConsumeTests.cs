using Confluent.Kafka;
using SqlStream.Broker.Tests.Support;

namespace SqlStream.Broker.Tests;

/// <summary>What goes in comes out.</summary>
public sealed class ProduceAndConsumeTests
{
    [Theory, ClassData(typeof(Kafkas))]
    public async Task What_is_produced_is_consumed_in_order(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("orders");
        using var producer = kafka.Producer();
        for (var i = 0; i < 1000; i++)
            producer.Produce(topic, new Message<string?, string?> { Key = "k", Value = $"v{i}" });
        producer.Flush(TimeSpan.FromSeconds(10));
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"v{i}"), kafka.ReadAll(topic));
    }

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Every_codec_passes(CompressionType codec)
    {
        await using var kafka = await TestKafka.StartAsync();
        var topic = await kafka.TopicAsync("packed");
        using var producer = kafka.Producer(config =>
        {
            config.CompressionType = codec;
            config.LingerMs = 20;
        });
        var values = Enumerable.Range(0, 500).Select(i => $"a value that repeats itself, repeats itself {i}").ToArray();
        foreach (var value in values)
            producer.Produce(topic, new Message<string?, string?> { Value = value });
        producer.Flush(TimeSpan.FromSeconds(10));
        Assert.Equal(values, kafka.ReadAll(topic));
        // The codec was not left out on the way: 500 such values take 25 kB where nothing packs them.
        var bytes = kafka.Broker!.Cluster.Topics.Find(topic, 0)!.Log.Bytes;
        Assert.Equal(codec == CompressionType.None, bytes > 20_000);
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task Headers_keys_timestamps_and_absent_values_are_kept(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("kept");
        using var producer = kafka.Producer();
        var time = new Timestamp(1_700_000_000_123, TimestampType.CreateTime);
        await producer.ProduceAsync(topic, new Message<string?, string?> { Key = "schlüssel", Value = null, Timestamp = time, Headers = [new Header("h", [1, 2])] });
        using var consumer = kafka.Consumer("g");
        consumer.Assign(new TopicPartitionOffset(topic, 0, 0));
        var result = consumer.Consume(TimeSpan.FromSeconds(10));
        Assert.Equal("schlüssel", result.Message.Key);
        Assert.Null(result.Message.Value);
        Assert.Equal(time.UnixTimestampMs, result.Message.Timestamp.UnixTimestampMs);
        Assert.Equal([1, 2], result.Message.Headers.GetLastBytes("h"));
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task A_topic_is_made_by_its_first_use(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        using var producer = kafka.Producer();
        var report = await producer.ProduceAsync(kafka.Name("new-topic"), new Message<string?, string?> { Value = "x" });
        Assert.Equal(0, report.Offset.Value);
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task Offsets_are_found_by_time(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("times");
        using var producer = kafka.Producer(config => config.LingerMs = 50);
        const long start = 1_700_000_000_000;
        for (var i = 0; i < 10; i++)
            producer.Produce(topic, new Message<string?, string?> { Value = "x", Timestamp = new Timestamp(start + i * 1000, TimestampType.CreateTime) });
        producer.Flush(TimeSpan.FromSeconds(10));
        using var consumer = kafka.Consumer("g");
        Offset At(long time) => consumer.OffsetsForTimes([new TopicPartitionTimestamp(topic, 0, new Timestamp(time, TimestampType.CreateTime))], TimeSpan.FromSeconds(10))[0].Offset;
        Assert.Equal(0, At(start - 1).Value);
        Assert.Equal(4, At(start + 4000).Value);
        Assert.Equal(5, At(start + 4001).Value);
        Assert.Equal(Offset.End, At(start + 9001));
        var watermarks = consumer.QueryWatermarkOffsets(new TopicPartition(topic, 0), TimeSpan.FromSeconds(10));
        Assert.Equal((0, 10), (watermarks.Low.Value, watermarks.High.Value));
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task A_message_beyond_the_limit_is_refused(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("small", configs: new() { ["max.message.bytes"] = "2000" });
        using var producer = kafka.Producer();
        var e = await Assert.ThrowsAsync<ProduceException<string?, string?>>(() =>
            producer.ProduceAsync(topic, new Message<string?, string?> { Value = new string('x', 3000) }));
        Assert.Equal(ErrorCode.MsgSizeTooLarge, e.Error.Code);
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task The_broker_stamps_records_where_the_topic_says_so(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("stamped", configs: new() { ["message.timestamp.type"] = "LogAppendTime" });
        using var producer = kafka.Producer();
        await producer.ProduceAsync(topic, new Message<string?, string?> { Value = "x", Timestamp = new Timestamp(1000, TimestampType.CreateTime) });
        using var consumer = kafka.Consumer("g", config => config.CheckCrcs = true);
        consumer.Assign(new TopicPartitionOffset(topic, 0, 0));
        var result = consumer.Consume(TimeSpan.FromSeconds(10));
        Assert.Equal(TimestampType.LogAppendTime, result.Message.Timestamp.Type);
        Assert.True(result.Message.Timestamp.UnixTimestampMs > 1_600_000_000_000);
    }

    [Theory, ClassData(typeof(Kafkas))]
    public async Task A_large_message_passes_though_the_fetch_is_smaller(string kind)
    {
        await using var kafka = await TestKafka.StartAsync(kind);
        var topic = await kafka.TopicAsync("large");
        using var producer = kafka.Producer();
        var value = new string('y', 900_000);
        await producer.ProduceAsync(topic, new Message<string?, string?> { Value = value });
        using var consumer = kafka.Consumer("g", config => config.MaxPartitionFetchBytes = 1000);
        consumer.Assign(new TopicPartitionOffset(topic, 0, 0));
        Assert.Equal(value, consumer.Consume(TimeSpan.FromSeconds(10)).Message.Value);
    }
}
