using SqlStream.Broker;
using SqlStream.Broker.Faults;
using SqlStream.Broker.Protocol;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests.Kafka;

/// <summary>What a reader says when the cluster, or what it read of it, is not there: an error that names the server or the split, never a wait without an end.</summary>
public sealed class KafkaFailureTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();
    readonly SplitRun _run = new() { Patience = KafkaRun.Patience };

    public void Dispose()
    {
        _directory.Dispose();
        Assert.Equal(0, _run.Pool.Outstanding);
    }

    Task<KafkaRun> StartAsync() => KafkaRun.StartAsync(new KafkaBrokerOptions { CreatesTopics = false, Data = _directory.Path });

    static ISource Unbounded(KafkaRun kafka, string topic, params (string Key, string Value)[] options) =>
        Table.Source(kafka.Table(topic, [("scan.bounded.mode", "unbounded"), ("properties.topic.metadata.propagation.max.ms", "500"), .. options]));

    // Reads on until it fails, the clock going on whenever the reader looks at the connection.
    T FailsToRead<T>(ISplitReader reader) where T : Exception => Assert.Throws<T>(() => _run.ReadUntil(reader, status =>
    {
        _run.Clock.Advance(TimeSpan.FromSeconds(6));
        return false;
    }));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restored_position_that_is_not_in_the_log_any_more_is_an_error_unless_it_is_asked_to_go_on(bool goesOn)
    {
        await using var kafka = await StartAsync();
        kafka.Topic("in");
        kafka.Produce("in", 0, "{\"id\":1}", "{\"id\":2}", "{\"id\":3}");
        using (var admin = kafka.Admin())
            await admin.DeleteRecordsAsync([new Confluent.Kafka.TopicPartitionOffset("in", 0, 1)]);
        (string, string)[] options = goesOn ? [("properties.auto.offset.reset", "earliest")] : [];
        var source = Unbounded(kafka, "in", options);
        foreach (var offset in new[] { 0, 42 })
        {
            var run = new SplitRun { Patience = KafkaRun.Patience };
            using var reader = source.CreateReader(run.Context([0]), new SourceSplit("in-0@0-"), $"{{\"offset\":{offset}}}");
            if (goesOn)
            {
                run.ReadRows(reader, 2);
                Assert.Equal(["+I 2", "+I 3"], run.Rows);
                continue;
            }
            var error = Assert.Throws<SqlException>(() => run.ReadUntil(reader, _ => false));
            Assert.Equal(SqlState.DataCorrupted, error.SqlState);
            Assert.StartsWith($"offset {offset} of in-0 is not there: ", error.Message, StringComparison.Ordinal);
            Assert.Contains("'properties.auto.offset.reset' = 'earliest'", error.Diagnostics[0].Hint, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_topic_that_is_not_there_is_named()
    {
        await using var kafka = await StartAsync();

        var error = Assert.Throws<ExternalException>(() => SplitRun.Splits(Unbounded(kafka, "none")));

        Assert.Equal($"topic \"none\" does not exist at {kafka.Servers}", error.Message);
        Assert.Equal(SqlState.UndefinedTable, error.SqlState);
    }

    [Fact]
    public async Task A_topic_that_is_deleted_while_it_is_read_is_named()
    {
        await using var kafka = await StartAsync();
        kafka.Topic("in");
        using var reader = Unbounded(kafka, "in").CreateReader(_run.Context([0]), new SourceSplit("in-0@0-"), null);
        Assert.Equal(ReadStatus.CaughtUp, _run.Read(reader));
        using (var admin = kafka.Admin())
            await admin.DeleteTopicsAsync(["in"]);

        var error = FailsToRead<ExternalException>(reader);

        Assert.Equal("in-0 does not exist any more", error.Message);
        Assert.Equal(SqlState.UndefinedTable, error.SqlState);
    }

    [Fact]
    public async Task A_broker_that_is_not_there_at_the_start_is_named()
    {
        var kafka = await StartAsync();
        await kafka.DisposeAsync();
        var source = Unbounded(kafka, "in");

        var error = Assert.Throws<ExternalException>(() => SplitRun.Splits(source));
        AssertUnreachable(kafka, error);

        using var reader = source.CreateReader(_run.Context([0]), new SourceSplit("in-0@0-"), null);
        error = FailsToRead<ExternalException>(reader);
        AssertUnreachable(kafka, error);
        Assert.Contains("(reading in-0)", error.Message, StringComparison.Ordinal);
    }

    static void AssertUnreachable(KafkaRun kafka, ExternalException error)
    {
        Assert.StartsWith($"Kafka at {kafka.Servers} cannot be reached: ", error.Message, StringComparison.Ordinal);
        Assert.Equal((Retry.Backoff, SqlState.ConnectionFailure), (error.Retry, error.SqlState));
    }

    // A reader that has read a row before the broker started again, and one behind it.
    async Task<ISplitReader> ReadThroughRestartAsync(KafkaRun kafka)
    {
        kafka.Topic("in");
        kafka.Produce("in", 0, "{\"id\":1}");
        var reader = Unbounded(kafka, "in").CreateReader(_run.Context([0]), new SourceSplit("in-0@0-"), null);
        _run.ReadRows(reader, 1);
        await kafka.RestartAsync();
        kafka.Produce("in", 0, "{\"id\":2}");
        _run.ReadRows(reader, 2);
        return reader;
    }

    [Fact]
    public async Task A_broker_that_comes_back_soon_is_read_on()
    {
        await using var kafka = await StartAsync();
        using var reader = await ReadThroughRestartAsync(kafka);
        Assert.Equal(["+I 1", "+I 2"], _run.Rows);
        // What was said of the connection meanwhile is looked into, and found to be over.
        _run.Clock.Advance(TimeSpan.FromSeconds(6));
        kafka.Produce("in", 0, "{\"id\":3}");
        _run.ReadRows(reader, 3);
    }

    [Fact]
    public async Task A_broker_that_stays_away_is_an_error_also_the_second_time()
    {
        await using var kafka = await StartAsync();
        using var reader = await ReadThroughRestartAsync(kafka);
        _run.Clock.Advance(TimeSpan.FromSeconds(6));
        await kafka.StopAsync();

        var error = FailsToRead<ExternalException>(reader);

        AssertUnreachable(kafka, error);
        Assert.Contains("(reading in-0)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_split_that_has_caught_up_is_not_idle_once_its_broker_is_away()
    {
        await using var kafka = await StartAsync();
        kafka.Topic("in", 2);
        using var opener = Unbounded(kafka, "in").CreateOpener(_run.Context([0]));
        using var first = opener.Open(new SourceSplit("in-0@0-"), null);
        using var second = opener.Open(new SourceSplit("in-1@0-"), null);
        Assert.Equal(ReadStatus.CaughtUp, _run.ReadUntil(first, status => status == ReadStatus.CaughtUp));
        Assert.Equal(ReadStatus.CaughtUp, _run.ReadUntil(second, status => status == ReadStatus.CaughtUp));
        await kafka.StopAsync();

        // The first look comes a second after the connection broke.
        Assert.Equal(ReadStatus.Unreachable, _run.ReadUntil(first, status =>
        {
            _run.Clock.Advance(TimeSpan.FromSeconds(1));
            return status == ReadStatus.Unreachable;
        }));

        Assert.Equal(ReadStatus.Unreachable, _run.ReadUntil(second, _ => true));
        Assert.StartsWith($"Kafka at {kafka.Servers} cannot be reached: ", _run.Troubles[0], StringComparison.Ordinal);
        Assert.EndsWith("(reading in-0, in-1)", _run.Troubles[0], StringComparison.Ordinal);
        await kafka.RestartAsync();
        Assert.Equal(ReadStatus.CaughtUp, _run.ReadUntil(first, status =>
        {
            if (status == ReadStatus.Unreachable)
                _run.Clock.Advance(TimeSpan.FromSeconds(1));
            return status == ReadStatus.CaughtUp;
        }));
        Assert.Null(_run.Troubles[^1]);
    }

    [Fact]
    public async Task A_split_is_idle_only_if_its_broker_says_that_nothing_is_there()
    {
        await using var kafka = await StartAsync();
        kafka.Topic("in");
        kafka.Produce("in", 0, "{\"id\":1}");
        using var reader = Unbounded(kafka, "in").CreateReader(_run.Context([0]), new SourceSplit("in-0@0-"), null);
        Assert.Equal(ReadStatus.CaughtUp, _run.ReadUntil(reader, status => status == ReadStatus.CaughtUp));

        Assert.Null(reader.ConfirmCaughtUp());
        Assert.True(reader.ConfirmCaughtUp());

        // The answer to a new question is a new one.
        kafka.Produce("in", 0, "{\"id\":2}");
        _run.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(reader.ConfirmCaughtUp());
        Assert.False(reader.ConfirmCaughtUp());

        _run.ReadRows(reader, 2);
        Assert.Equal(ReadStatus.CaughtUp, _run.ReadUntil(reader, status => status == ReadStatus.CaughtUp));
        kafka.Broker.Faults.Add(new Fault(ApiKey.ListOffsets) { Error = ErrorCode.TopicAuthorizationFailed });
        _run.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(reader.ConfirmCaughtUp());
        Assert.False(reader.ConfirmCaughtUp());
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-256")]
    public async Task A_wrong_password_is_told(string mechanism)
    {
        await using var kafka = await KafkaRun.StartAsync(new KafkaBrokerOptions { Users = new Dictionary<string, string> { ["me"] = "right" } });
        (string, string)[] Options(string password) =>
        [
            ("properties.security.protocol", "SASL_PLAINTEXT"), ("properties.sasl.mechanism", mechanism),
            ("properties.sasl.jaas.config", $"org.apache.kafka.common.security.plain.PlainLoginModule required username=\"me\" password=\"{password}\";"),
        ];
        kafka.Topic("in");
        Assert.Single(SplitRun.Splits(Unbounded(kafka, "in", Options("right"))));
        var source = Unbounded(kafka, "in", Options("mistaken"));

        var error = Assert.Throws<ExternalException>(() => SplitRun.Splits(source));
        Assert.StartsWith($"Kafka at {kafka.Servers} refuses: ", error.Message, StringComparison.Ordinal);

        using var reader = source.CreateReader(_run.Context([0]), new SourceSplit("in-0@0-"), null);
        error = FailsToRead<ExternalException>(reader);
        Assert.StartsWith($"Kafka at {kafka.Servers} refuses: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("(reading in-0)", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("mistaken", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_without_the_right_to_read_is_told_so()
    {
        await using var kafka = await StartAsync();
        kafka.Topic("in");
        kafka.Broker.Faults.Add(new Fault(ApiKey.Fetch) { Error = ErrorCode.TopicAuthorizationFailed, Times = 1000 });
        using var reader = Unbounded(kafka, "in").CreateReader(_run.Context([0]), new SourceSplit("in-0@0-"), null);

        var error = FailsToRead<ExternalException>(reader);

        Assert.Equal($"Kafka at {kafka.Servers} refuses: Broker: Topic authorization failed (reading in-0)", error.Message);
    }

    [Fact]
    public async Task A_certificate_that_is_not_there_is_an_error_of_the_client()
    {
        await using var kafka = await StartAsync();
        var source = Unbounded(kafka, "in", ("properties.security.protocol", "SSL"), ("properties.ssl.ca.location", "/none.pem"));

        var error = Assert.Throws<ExternalException>(() => SplitRun.Splits(source));
        Assert.StartsWith("the Kafka client cannot be made: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(Retry.Never, error.Retry);
        Assert.Throws<ExternalException>(() => source.CreateReader(_run.Context([0]), new SourceSplit("in-0@0-"), null));
    }

    [Fact]
    public async Task Failed_requests_of_the_search_for_partitions_are_errors_the_first_time_only()
    {
        await using var kafka = await StartAsync();
        kafka.Topic("in");
        var source = Unbounded(kafka, "in");
        kafka.Broker.Faults.Add(new Fault(ApiKey.ListOffsets) { Error = ErrorCode.TopicAuthorizationFailed });

        var error = Assert.Throws<ExternalException>(() => SplitRun.Splits(source));

        Assert.StartsWith($"Kafka at {kafka.Servers} refuses: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("authorization failed", error.Message, StringComparison.OrdinalIgnoreCase);
        var enumerator = source.CreateEnumerator(new SourceContext(new ManualClock(), 1), null);
        Assert.Single(enumerator.Discover(default).Splits);
        using (var admin = kafka.Admin())
            await admin.DeleteTopicsAsync(["in"]);
        Assert.Equal(([], false), enumerator.Discover(default));
    }
}
