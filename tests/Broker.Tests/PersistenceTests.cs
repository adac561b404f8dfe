using SqlStream.Broker.Protocol;
using SqlStream.Broker.Tests.Support;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Broker.Tests;

/// <summary>What a data directory keeps over a restart.</summary>
public sealed class PersistenceTests : IDisposable
{
    readonly TempDirectory _data = new();

    KafkaBrokerOptions Options => new() { Data = _data.Path, SegmentBytes = 4096 };

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Records_offsets_topics_and_settings_come_back()
    {
        string topic;
        await using (var kafka = await TestKafka.StartAsync(Options))
        {
            topic = await kafka.TopicAsync("kept", partitions: 3, configs: new() { ["retention.ms"] = "123456" });
            using var client = await RawClient.ConnectAsync(kafka.Servers);
            for (var i = 0; i < 200; i++)
                await client.ProduceAsync(topic, new RawBatch { Values = [$"{i}", "and a value that fills segments"] });
            await new RawGroup(client, "g").CommitAsync(-1, "", topic, 17);
        }
        Assert.True(Directory.GetFiles(Path.Combine(_data.Path, "kept-0")).Length > 3);
        await using var again = await TestKafka.StartAsync(Options);
        Assert.Equal(400, again.ReadAll(topic).Count);
        Assert.Equal(400, again.Broker!.EndOffset(topic, 0));
        Assert.Equal(3, again.Broker.Cluster.Topics.Find(topic)!.Partitions.Count);
        Assert.Equal(123456, again.Broker.Cluster.Topics.Find(topic)!.Settings.RetainedMs);
        using var other = await RawClient.ConnectAsync(again.Servers);
        Assert.Equal((17, ErrorCode.None), await other.CommittedAsync("g", topic));
    }

    [Fact]
    public async Task A_producer_goes_on_after_a_restart_without_writing_twice()
    {
        await using (var kafka = await TestKafka.StartAsync(Options))
        {
            await kafka.TopicAsync("once");
            using var client = await RawClient.ConnectAsync(kafka.Servers);
            Assert.Equal(1000, (await client.InitAsync(null)).Id);
            await client.ProduceAsync("once", RawBatch.Idempotent(1000, 0, 0, "a", "b"));
        }
        await using var again = await TestKafka.StartAsync(Options);
        using var other = await RawClient.ConnectAsync(again.Servers);
        Assert.Equal((ErrorCode.None, 0), await other.ProduceAsync("once", RawBatch.Idempotent(1000, 0, 0, "a", "b")));
        Assert.Equal((ErrorCode.None, 2), await other.ProduceAsync("once", RawBatch.Idempotent(1000, 0, 2, "c")));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await other.ProduceAsync("once", RawBatch.Idempotent(1000, 0, 9, "d"))).Error);
        Assert.Equal(1001, (await other.InitAsync(null)).Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_open_transaction_stays_open_and_can_be_ended(bool isCommit)
    {
        await using (var kafka = await TestKafka.StartAsync(Options))
        {
            await kafka.TopicAsync("out");
            using var client = await RawClient.ConnectAsync(kafka.Servers);
            var me = await client.InitAsync("t");
            await client.AddPartitionAsync("t", me.Id, 0, "out");
            await client.AddOffsetsAsync("t", me.Id, 0, "g");
            await client.ProduceAsync("out", RawBatch.Transactional(me.Id, 0, 0, "x"), "t");
            await client.CommitInTransactionAsync("t", "g", me.Id, 0, "out", 5);
        }
        await using var again = await TestKafka.StartAsync(Options);
        using var other = await RawClient.ConnectAsync(again.Servers);
        Assert.Equal((1, 0), (await other.FetchAsync("out", 0, true) is var open ? open.High : -1, open.Stable));
        Assert.Equal(ErrorCode.UnstableOffsetCommit, (await other.CommittedAsync("g", "out", requireStable: true)).Error);
        Assert.Equal(ErrorCode.None, await other.EndAsync("t", 1000, 0, isCommit));
        Assert.Equal((isCommit ? 5 : -1, ErrorCode.None), await other.CommittedAsync("g", "out", requireStable: true));
        Assert.Equal(isCommit ? 0 : 1, (await other.FetchAsync("out", 0, true)).Aborted.Count);
    }

    [Fact]
    public async Task Aborted_transactions_are_known_after_a_restart()
    {
        await using (var kafka = await TestKafka.StartAsync(Options))
        {
            await kafka.TopicAsync("out");
            using var client = await RawClient.ConnectAsync(kafka.Servers);
            var me = await client.InitAsync("t");
            await client.AddPartitionAsync("t", me.Id, 0, "out");
            await client.ProduceAsync("out", RawBatch.Transactional(me.Id, 0, 0, "x"), "t");
            await client.EndAsync("t", me.Id, 0, isCommit: false);
        }
        await using var again = await TestKafka.StartAsync(Options);
        using var other = await RawClient.ConnectAsync(again.Servers);
        var fetch = await other.FetchAsync("out", 0, committed: true);
        Assert.Equal([(1000L, 0L)], fetch.Aborted);
        Assert.Equal((2, 2), (fetch.High, fetch.Stable));
    }

    [Theory]
    [InlineData("cut short")]
    [InlineData("one bit")]
    [InlineData("zeros")]
    [InlineData("huge length")]
    public async Task A_damaged_end_of_a_log_is_cut_off(string damage)
    {
        var options = Options with { SegmentBytes = 1 << 20 };
        await using (var kafka = await TestKafka.StartAsync(options))
        {
            await kafka.TopicAsync("torn");
            using var client = await RawClient.ConnectAsync(kafka.Servers);
            for (var i = 0; i < 10; i++)
                await client.ProduceAsync("torn", new RawBatch { Values = [$"value {i}"] });
        }
        Damage(Assert.Single(Directory.GetFiles(Path.Combine(_data.Path, "torn-0"))), damage);
        await using var again = await TestKafka.StartAsync(options);
        var kept = damage is "zeros" or "huge length" ? 10 : 9;
        Assert.Equal(Enumerable.Range(0, kept).Select(i => $"value {i}"), again.ReadAll("torn"));
        using var other = await RawClient.ConnectAsync(again.Servers);
        Assert.Equal((ErrorCode.None, kept), await other.ProduceAsync("torn", new RawBatch()));
    }

    [Fact]
    public async Task Damage_before_the_end_is_an_error_and_not_a_loss()
    {
        await using (var kafka = await TestKafka.StartAsync(Options))
        {
            await kafka.TopicAsync("kept");
            using var client = await RawClient.ConnectAsync(kafka.Servers);
            for (var i = 0; i < 200; i++)
                await client.ProduceAsync("kept", new RawBatch { Values = ["a value that fills segments"] });
        }
        var first = Directory.GetFiles(Path.Combine(_data.Path, "kept-0")).Order(StringComparer.Ordinal).First();
        Damage(first, "one bit");
        var e = await Assert.ThrowsAsync<ExternalException>(() => KafkaBroker.StartAsync(Options));
        Assert.Equal((SqlState.DataCorrupted, Retry.Never), (e.SqlState, e.Retry));
        Assert.Contains(first, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_cut_anywhere_gives_what_was_noted_before()
    {
        await using (var kafka = await TestKafka.StartAsync(Options))
        {
            await kafka.TopicAsync("in");
            using var client = await RawClient.ConnectAsync(kafka.Servers);
            for (var i = 1; i <= 20; i++)
                await new RawGroup(client, "g").CommitAsync(-1, "", "in", i);
        }
        var journal = Path.Combine(_data.Path, "meta.journal");
        var whole = await File.ReadAllBytesAsync(journal);
        var last = long.MaxValue;
        for (var length = whole.Length; length > whole.Length - 120; length -= 7)
        {
            await File.WriteAllBytesAsync(journal, whole[..length]);
            await using var kafka = await TestKafka.StartAsync(Options);
            using var client = await RawClient.ConnectAsync(kafka.Servers);
            var (offset, error) = await client.CommittedAsync("g", "in");
            Assert.Equal(ErrorCode.None, error);
            Assert.InRange(offset, 15, last);
            last = offset;
        }
        Assert.True(last < 20);
    }

    [Fact]
    public async Task A_directory_has_one_broker_at_a_time()
    {
        await using var kafka = await TestKafka.StartAsync(Options);
        var e = await Assert.ThrowsAsync<ExternalException>(() => KafkaBroker.StartAsync(Options));
        Assert.Equal(SqlState.ObjectInUse, e.SqlState);
    }

    [Fact]
    public async Task A_topic_that_was_deleted_and_made_again_is_empty_after_a_restart()
    {
        await using (var kafka = await TestKafka.StartAsync(Options))
        {
            await kafka.TopicAsync("t");
            using var client = await RawClient.ConnectAsync(kafka.Servers);
            for (var i = 0; i < 5; i++)
                await client.ProduceAsync("t", new RawBatch());
            using var admin = kafka.Admin();
            await admin.DeleteRecordsAsync([new Confluent.Kafka.TopicPartitionOffset("t", 0, 3)]);
            await admin.DeleteTopicsAsync(["t"]);
            await kafka.TopicAsync("t");
            await client.ProduceAsync("t", new RawBatch { Values = ["new"] });
        }
        await using var again = await TestKafka.StartAsync(Options);
        Assert.Equal(["new"], again.ReadAll("t"));
    }

    [Fact]
    public async Task Retention_drops_whole_segments_and_stays_dropped()
    {
        await using (var kafka = await TestKafka.StartAsync(Options))
        {
            await kafka.TopicAsync("old", configs: new() { ["retention.bytes"] = "10000", ["retention.ms"] = "-1" });
            using var client = await RawClient.ConnectAsync(kafka.Servers);
            for (var i = 0; i < 400; i++)
                await client.ProduceAsync("old", new RawBatch { Values = ["a value that fills segments"] });
            kafka.Broker!.Clock.Advance(TimeSpan.FromMinutes(2));
            Assert.InRange(kafka.Broker.Cluster.Topics.Find("old", 0)!.Log.Bytes, 10_000, 10_000 + 2 * 4096);
        }
        await using var again = await TestKafka.StartAsync(Options);
        using var other = await RawClient.ConnectAsync(again.Servers);
        Assert.Equal(ErrorCode.OffsetOutOfRange, (await other.FetchAsync("old", 0, false)).Error);
        Assert.Equal(400, again.Broker!.EndOffset("old", 0));
    }

    static void Damage(string path, string damage)
    {
        using var file = new FileStream(path, FileMode.Open);
        switch (damage)
        {
            case "cut short":
                file.SetLength(file.Length - 5);
                break;
            case "one bit":
                file.Seek(-4, SeekOrigin.End);
                var b = file.ReadByte();
                file.Seek(-1, SeekOrigin.Current);
                file.WriteByte((byte)(b ^ 1));
                break;
            case "zeros":
                file.Seek(0, SeekOrigin.End);
                file.Write(new byte[100]);
                break;
            default:
                file.Seek(0, SeekOrigin.End);
                file.Write([0, 0, 0, 0, 0, 0, 0, 10, 0x7f, 0xff, 0xff, 0xff, .. new byte[80]]);
                break;
        }
    }
}
