using SqlStream.Broker.Faults;
using SqlStream.Broker.Protocol;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Tests.Kafka;

/// <summary>Rows that are written as they come, for <c>'sink.delivery-guarantee'</c> at-least-once and none.</summary>
public sealed class KafkaWriterTests : IAsyncLifetime
{
    readonly ColumnPool _pool = new(poison: true);
    readonly SemaphoreSlim _woken = new(0);
    readonly List<string> _troubles = [];
    KafkaRun _kafka = null!;

    public async Task InitializeAsync() => _kafka = await KafkaRun.StartAsync();

    public async Task DisposeAsync()
    {
        await _kafka.DisposeAsync();
        Assert.Equal(0, _pool.Outstanding);
        _woken.Dispose();
    }

    [Theory]
    [InlineData("at-least-once", DeliveryGuarantee.AtLeastOnce)]
    [InlineData("none", DeliveryGuarantee.None)]
    [InlineData("exactly-once", DeliveryGuarantee.ExactlyOnce)]
    public void The_option_says_how_often_a_row_arrives(string option, DeliveryGuarantee guarantee) =>
        Assert.Equal(guarantee, Sink(("sink.delivery-guarantee", option)).Delivery);

    [Fact]
    public void An_epoch_is_delivered_when_the_broker_has_all_of_it()
    {
        _kafka.Topic("out", 3);
        using var writer = Writer();
        Assert.True(writer.Delivered().IsCompleted);
        Write(writer, 0, 500);
        var first = writer.Delivered();
        Write(writer, 500, 500);
        Serve(writer, () => first.IsCompletedSuccessfully);
        var second = writer.Delivered();
        Serve(writer, () => second.IsCompletedSuccessfully);

        Assert.Equal(Names(0, 1000), Found());
        Assert.True(writer.Delivered().IsCompleted);
    }

    [Fact]
    public void Reports_of_an_epoch_do_not_wait_for_those_of_the_next()
    {
        _kafka.Topic("out");
        using var writer = Writer();
        Write(writer, 0, 10);
        var first = writer.Delivered();
        Serve(writer, () => first.IsCompleted);
        _kafka.Broker.Faults.Add(new Fault(ApiKey.Produce) { Delay = TimeSpan.FromSeconds(2), Times = 1 });
        Write(writer, 10, 10);
        var second = writer.Delivered();
        Assert.False(second.IsCompleted);
        Assert.False(writer.Delivered().IsCompleted);
        Serve(writer, () => second.IsCompleted);
        Assert.Equal(Names(0, 20), Found());
    }

    [Fact]
    public void A_writer_that_is_full_takes_no_rows_until_there_is_room()
    {
        _kafka.Topic("out");
        using var writer = Writer(("properties.queue.buffering.max.messages", "50"), ("properties.batch.num.messages", "10"));
        Write(writer, 0, 500, serves: false);
        Assert.False(writer.Serve());
        Serve(writer, writer.Serve);
        var delivered = writer.Delivered();
        Serve(writer, () => delivered.IsCompleted);

        Assert.Equal(Names(0, 500), Found());
    }

    [Fact]
    public async Task While_the_broker_is_away_rows_wait_and_the_reason_is_told()
    {
        _kafka.Topic("out");
        using var writer = Writer();
        await _kafka.StopAsync();
        Write(writer, 0, 10);
        var delivered = writer.Delivered();
        Serve(writer, () => _troubles.Count > 0);
        Assert.False(delivered.IsCompleted);
        Assert.StartsWith("topic \"out\" cannot be written: ", _troubles[0], StringComparison.Ordinal);

        await _kafka.RestartAsync();
        _kafka.Topic("out");
        Serve(writer, () => delivered.IsCompleted);
        Assert.Equal(Names(0, 10), Found());
    }

    [Fact]
    public async Task A_broker_that_stays_away_is_a_failure_that_may_pass()
    {
        _kafka.Topic("out");
        using var writer = Writer(("properties.delivery.timeout.ms", "1000"));
        await _kafka.StopAsync();
        Write(writer, 0, 10);

        var error = Assert.Throws<ExternalException>(() => Serve(writer, () => false));

        Assert.Equal(Retry.Backoff, error.Retry);
        Assert.StartsWith("topic \"out\" cannot be written: Local: Message timed out", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("properties.message.max.bytes", false)]
    [InlineData("max.message.bytes", true)]
    public async Task A_record_that_is_too_large_fails_with_its_size_or_is_passed_over(string limit, bool ofTopic)
    {
        await _kafka.TopicAsync("out", 1, ofTopic ? [(limit, "2000")] : []);
        (string, string)[] options = ofTopic ? [("properties.compression.type", "none")] : [(limit, "2000")];
        var large = new string('x', 5000);
        using (var writer = Writer([("sink.on-error", "skip"), .. options]))
        {
            Write(writer, 0, 100);
            Write(writer, [large]);
            Write(writer, 100, 100);
            var delivered = writer.Delivered();
            Serve(writer, () => delivered.IsCompleted);
            Assert.Equal(Names(0, 200), Found());
        }
        using (var writer = Writer(options))
        {
            var error = Assert.Throws<SqlException>(() =>
            {
                Write(writer, [large]);
                Serve(writer, () => false);
            });
            Assert.Matches("^a record of 50[0-9]{2} bytes is refused by topic \"out\": ", error.Message);
        }
    }

    [Theory]
    [InlineData("fixed")]
    [InlineData("round-robin")]
    public void The_partitioner_says_where_a_record_goes(string partitioner)
    {
        _kafka.Topic("out", 3);
        using var writer = Writer(("sink.partitioner", partitioner));
        Write(writer, 0, 30);
        var delivered = Task.CompletedTask;
        Serve(writer, writer.Serve);
        delivered = writer.Delivered();
        Serve(writer, () => delivered.IsCompleted);

        var partitions = _kafka.ReadAll("out").Select(record => record.Partition.Value).CountBy(partition => partition).OrderBy(entry => entry.Key);
        Assert.Equal(partitioner == "fixed" ? [new(1, 30)] : [new(0, 10), new(1, 10), new(2, 10)], partitions);
    }

    [Fact]
    public void A_topic_that_is_not_there_is_named()
    {
        using var writer = Writer(("sink.partitioner", "fixed"));
        var error = Assert.Throws<ExternalException>(() =>
        {
            Write(writer, 0, 1);
            Serve(writer, () => false);
        });
        Assert.Equal($"topic \"out\" does not exist at {_kafka.Servers}", error.Message);
    }

    static ISink Sink(params (string Key, string Value)[] options) =>
        Tests.Table.Sink(Tests.Table.Of(KafkaRun.IdAndName, [("connector", "kafka"), ("topic", "out"), ("format", "json"), .. options]));

    ISinkWriter Writer(params (string Key, string Value)[] options)
    {
        var table = _kafka.Table("out", [("scan.bounded.mode", ""), ("properties.fetch.wait.max.ms", ""), ("sink.delivery-guarantee", "at-least-once"), .. options]);
        return Tests.Table.Sink(table).CreateWriter(new SinkWriterContext(1, 2, TextWriter.Null, TextWriter.Null)
        {
            Wake = () => _woken.Release(),
            Trouble = error => _troubles.Add(error.Message),
            Edge = new Threads(),
        });
    }

    // As a subtask does: nothing is looked at but when the writer has asked for it.
    void Serve(ISinkWriter writer, Func<bool> until)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            writer.Serve();
            if (until())
                return;
            Assert.True(TimeProvider.System.GetElapsedTime(start) < KafkaRun.Patience, "the writer does not get on");
            Assert.True(_woken.Wait(KafkaRun.Patience), "the writer does not wake its subtask");
        }
    }

    void Write(ISinkWriter writer, int from, int count, bool serves = true) => Write(writer, [.. Enumerable.Range(from, count).Select(i => $"n{i}")], serves);

    void Write(ISinkWriter writer, string[] names, bool serves = true)
    {
        using var builder = new BatchBuilder(KafkaRun.IdAndName, _pool);
        foreach (var name in names)
        {
            PlanValue.Append(builder[0], 1L);
            PlanValue.Append(builder[1], name);
            builder.EndRow();
        }
        var batch = builder.Build();
        if (serves)
            writer.Serve();
        try
        {
            writer.Write(batch);
        }
        finally
        {
            batch.Release();
        }
    }

    static IEnumerable<string?> Names(int from, int count) => Enumerable.Range(from, count).Select(i => KafkaRun.Json(1, $"n{i}")).Order(StringComparer.Ordinal);

    IEnumerable<string?> Found() => _kafka.Values("out").Order(StringComparer.Ordinal);

    sealed class Threads : IEdgeScheduler
    {
        public void Run(string name, Action<CancellationToken> work) => Task.Run(() => work(CancellationToken.None));
    }
}
