using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests.Kafka;

/// <summary>Options that cannot work are refused when a table is made, with nothing of the outside touched: no broker runs.</summary>
public sealed class KafkaOptionsTests
{
    static readonly Schema _schema = Table.Columns(("id", SqlType.BigInt), ("name", SqlType.String));

    // An option without a value takes a default away.
    static ConnectorTable Kafka(params (string Key, string Value)[] options)
    {
        (string Key, string Value)[] defaults = [("connector", "kafka"), ("topic", "t"), ("format", "json"), ("properties.bootstrap.servers", "localhost:1")];
        return Table.Of(_schema, [.. defaults.Where(one => !options.Any(option => option.Key == one.Key)).Concat(options).Where(option => option.Value.Length > 0)]);
    }

    static ConnectorTable Upsert(params (string Key, string Value)[] options) =>
        Kafka([("connector", "upsert-kafka"), ("key.format", "json"), .. options]) with { PrimaryKey = [0] };

    static Diagnostic Refusal(ConnectorTable table)
    {
        var ofSource = Assert.Throws<SqlException>(() => Table.Source(table)).Diagnostics[0];
        Assert.Equal(ofSource, Assert.Throws<SqlException>(() => Table.Sink(table)).Diagnostics[0]);
        return ofSource;
    }

    [Theory]
    [InlineData("sink.delivery-guarantee", "at-most-once", SqlState.InvalidParameterValue, null, false)]
    [InlineData("scan.parallelism", "2", SqlState.FeatureNotSupported, "option 'scan.parallelism' = '2' is not supported", true)]
    [InlineData("sink.parallelism", "2", SqlState.FeatureNotSupported, "option 'sink.parallelism' = '2' is not supported", true)]
    [InlineData("bad-data", "dead-letter", SqlState.InvalidParameterValue, "option 'bad-data' = 'dead-letter' needs option 'dead-letter.topic'", true)]
    [InlineData("dead-letter.topic", "x", SqlState.InvalidParameterValue, "option 'dead-letter.topic' = 'x' needs option 'bad-data'", true)]
    [InlineData("topic-pattern", "x", SqlState.InvalidParameterValue, null, false)]
    [InlineData("topic", "a b", SqlState.InvalidParameterValue,
        "option 'topic' must be names of topics: up to 249 letters, digits, '.', '_' and '-', not 'a b'", false)]
    [InlineData("topic", ";", SqlState.InvalidParameterValue, "option 'topic' must be names of topics: up to 249 letters, digits, '.', '_' and '-', not ';'", false)]
    [InlineData("scan.startup.mode", "newest", SqlState.InvalidParameterValue, null, false)]
    [InlineData("scan.startup.mode", "timestamp", SqlState.InvalidParameterValue,
        "option 'scan.startup.mode' = 'timestamp' needs option 'scan.startup.timestamp-millis'", true)]
    [InlineData("scan.bounded.mode", "specific-offsets", SqlState.InvalidParameterValue,
        "option 'scan.bounded.mode' = 'specific-offsets' needs option 'scan.bounded.specific-offsets'", true)]
    [InlineData("sink.partitioner", "random", SqlState.InvalidParameterValue, null, false)]
    [InlineData("sink.on-error", "dead-letter", SqlState.InvalidParameterValue, null, false)]
    [InlineData("scan.topic-partition-discovery.interval", "often", SqlState.InvalidParameterValue, null, false)]
    [InlineData("properties.transactional.id", "x", SqlState.InvalidParameterValue, "option 'properties.transactional.id' cannot be set", false)]
    [InlineData("properties.acks", "1", SqlState.InvalidParameterValue, "option 'properties.acks' cannot be set", false)]
    [InlineData("properties.bootstrap.server", "x", SqlState.InvalidParameterValue,
        "option 'properties.bootstrap.server' = 'x' is refused by the Kafka client: No such configuration property: \"bootstrap.server\"", false)]
    [InlineData("properties.fetch.min.bytes", "many", SqlState.InvalidParameterValue, null, false)]
    [InlineData("properties.ssl.truststore.location", "x.jks", SqlState.InvalidParameterValue, null, true)]
    [InlineData("properties.sasl.jaas.config", "nobody", SqlState.InvalidParameterValue, null, true)]
    [InlineData("key.format", "json", SqlState.InvalidParameterValue, "option 'key.format' needs option 'key.fields'", true)]
    [InlineData("key.fields", "id", SqlState.InvalidParameterValue, "option 'key.fields' needs option 'key.format'", true)]
    [InlineData("value.format", "json", SqlState.InvalidParameterValue, null, false)]
    [InlineData("format", "jsn", SqlState.UndefinedObject, "format 'jsn' does not exist", true)]
    [InlineData("value.json.ignore-parse-errors", "true", SqlState.UndefinedObject, null, true)]
    [InlineData("scan.startup.modus", "x", SqlState.UndefinedObject, null, true)]
    public void An_option_that_cannot_work_is_refused(string key, string value, string sqlState, string? message, bool hasHint)
    {
        var refusal = Refusal(Kafka((key, value)));

        Assert.Equal(sqlState, refusal.SqlState);
        Assert.Contains($"'{key}'", refusal.Message.Replace($"'{value}'", $"'{key}'", StringComparison.Ordinal), StringComparison.Ordinal);
        if (message is not null)
            Assert.Equal(message, refusal.Message);
        if (hasHint)
            Assert.NotNull(refusal.Hint);
    }

    [Theory]
    [InlineData("partition:0")]
    [InlineData("partition:0,offset:-1")]
    [InlineData("partition:0,offset:1;partition:0,offset:2")]
    [InlineData("partition:0,offset:1 partition:1,offset:2")]
    [InlineData(";")]
    public void Offsets_are_a_list_of_partitions(string offsets)
    {
        var refusal = Refusal(Kafka(("scan.startup.mode", "specific-offsets"), ("scan.startup.specific-offsets", offsets)));

        Assert.Equal($"option 'scan.startup.specific-offsets' must be a list such as 'partition:0,offset:42;partition:1,offset:300', not '{offsets}'", refusal.Message);
    }

    [Fact]
    public void A_topic_must_be_named_and_only_one_can_be_written()
    {
        var refusal = Refusal(Kafka(("topic", "")));
        Assert.Equal(("connector 'kafka' needs option 'topic' or 'topic-pattern'", "Add 'topic' = '...'."), (refusal.Message, refusal.Hint));

        Table.Source(Kafka(("topic", "a;b")));
        Assert.Contains("names several topics", Assert.Throws<SqlException>(() => Table.Sink(Kafka(("topic", "a;b")))).Message, StringComparison.Ordinal);
        Table.Source(Kafka(("topic", ""), ("topic-pattern", "a.*")));
        Assert.Throws<SqlException>(() => Table.Sink(Kafka(("topic", ""), ("topic-pattern", "a.*"))));
        refusal = Refusal(Kafka(("topic", ""), ("topic-pattern", "(")));
        Assert.StartsWith("option 'topic-pattern' must be a regular expression", refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(refusal.Hint);
    }

    [Fact]
    public void Key_columns_must_be_there_and_begin_with_their_prefix()
    {
        (string, string)[] key = [("key.format", "json"), ("value.fields-include", "EXCEPT_KEY")];
        Assert.Contains("\"nam\"", Refusal(Kafka([("key.fields", "nam"), .. key])).Message, StringComparison.Ordinal);
        Assert.Equal("column \"name\" of option 'key.fields' does not begin with 'k_'",
            Refusal(Kafka([("key.fields", "name"), ("key.fields-prefix", "k_"), .. key])).Message);
        Assert.Equal("option 'key.fields-prefix' needs 'value.fields-include' = 'EXCEPT_KEY'",
            Refusal(Kafka(("key.fields", "name"), ("key.fields-prefix", "n"), ("key.format", "json"))).Message);
        Assert.EndsWith("has no column outside the key", Refusal(Kafka([("key.fields", "name;id"), .. key])).Message, StringComparison.Ordinal);
        Assert.Equal("option 'key.fields' must be a list of columns separated by ';', not ';'", Refusal(Kafka([("key.fields", ";"), .. key])).Message);
    }

    [Fact]
    public void A_primary_key_belongs_to_changes()
    {
        var refusal = Refusal(Kafka() with { PrimaryKey = [0] });
        Assert.Equal(SqlState.InvalidTableDefinition, refusal.SqlState);
        Assert.Contains("upsert-kafka", refusal.Hint, StringComparison.Ordinal);

        refusal = Refusal(Upsert() with { PrimaryKey = [] });
        Assert.Equal(SqlState.InvalidTableDefinition, refusal.SqlState);
        Assert.Equal("Add PRIMARY KEY (...) NOT ENFORCED.", refusal.Hint);
        Assert.Equal("option 'key.format' is required", Refusal(Kafka(("connector", "upsert-kafka")) with { PrimaryKey = [0] }).Message);
        Assert.Equal("format 'changelog-json' of connector 'upsert-kafka' holds changes of its own", Refusal(Upsert(("format", "changelog-json"), ("changelog-json.mode", "I,UA,D"))).Message);
        Assert.Equal(SqlState.UndefinedObject, Refusal(Upsert(("key.fields", "id"))).SqlState);
    }

    [Fact]
    public void Names_of_the_java_client_are_understood()
    {
        var options = Connectors.Kafka.KafkaOptions.Read(Kafka(
            ("properties.fetch.max.wait.ms", "7"), ("properties.max.poll.records", "100"), ("properties.auto.offset.reset", "none"),
            ("properties.sasl.jaas.config", "org.example.PlainLoginModule required username=\"u\" password=\"p\";"), ("properties.group.id", "g")), "kafka");

        Assert.Equal("7", options.Properties["fetch.wait.max.ms"]);
        Assert.Equal(("u", "p", "g"), (options.Properties["sasl.username"], options.Properties["sasl.password"], options.GroupId));
        Assert.DoesNotContain("max.poll.records", options.Properties.Keys);
        Assert.Equal("error", options.Properties["auto.offset.reset"]);
        Assert.True(options.CommitsOffsets);
        Assert.StartsWith("KafkaSource-", Connectors.Kafka.KafkaOptions.Read(Kafka(), "kafka").GroupId, StringComparison.Ordinal);
        Assert.False(Connectors.Kafka.KafkaOptions.Read(Kafka(), "kafka").CommitsOffsets);
        Assert.False(Connectors.Kafka.KafkaOptions.Read(
            Kafka(("properties.group.id", "g"), ("properties.commit.offsets.on.checkpoint", "false")), "kafka").CommitsOffsets);
    }
}
