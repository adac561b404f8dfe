using System.Text;
using Confluent.Kafka;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests.Kafka;

/// <summary>Where scans begin and end, and what becomes of the records between.</summary>
public sealed class KafkaSourceTests : IAsyncLifetime
{
    static readonly DateTime _noon = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);

    KafkaRun _kafka = null!;

    public async Task InitializeAsync() => _kafka = await KafkaRun.StartAsync();

    public async Task DisposeAsync() => await _kafka.DisposeAsync();

    static long Millis(int minutes) => new DateTimeOffset(_noon.AddMinutes(minutes)).ToUnixTimeMilliseconds();

    List<string> ReadAll(ConnectorTable table, params int[] columns) =>
        SplitRun.ReadAll(Table.Source(table), columns.Length > 0 ? columns : [.. Enumerable.Range(0, table.Schema.Count)], patience: KafkaRun.Patience);

    // Two partitions of ten records, one a minute.
    string Fill()
    {
        _kafka.Topic("in", 2);
        for (var partition = 0; partition < 2; partition++)
        {
            var first = partition * 10;
            foreach (var id in Enumerable.Range(first, 10))
            {
                _kafka.Produce("in", partition, new Message<string?, string?> { Value = $"{{\"id\":{id}}}", Timestamp = new Timestamp(_noon.AddMinutes(id - first)) });
            }
        }
        return "in";
    }

    static IEnumerable<string> Ids(params int[] ids) => ids.Select(id => $"+I {id}");

    async Task CommitAsync(params TopicPartitionOffset[] offsets)
    {
        using var admin = _kafka.Admin();
        await admin.AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets("g", [.. offsets])]);
    }

    [Fact]
    public async Task A_scan_begins_where_its_startup_mode_says()
    {
        var topic = Fill();
        await CommitAsync(new TopicPartitionOffset(topic, 1, 7));

        Assert.Equal(Ids([.. Enumerable.Range(0, 20)]), Read(("scan.startup.mode", "earliest-offset")));
        Assert.Empty(Read(("scan.startup.mode", "latest-offset")));
        Assert.Equal(Ids(8, 9, 18, 19), Read(("scan.startup.mode", "timestamp"), ("scan.startup.timestamp-millis", $"{Millis(8)}")));
        Assert.Equal(Ids(8, 9, 18, 19), Read(("scan.startup.mode", "timestamp"), ("scan.startup.timestamp-millis", $"{Millis(7) + 1}")));
        Assert.Empty(Read(("scan.startup.mode", "timestamp"), ("scan.startup.timestamp-millis", $"{Millis(60)}")));
        Assert.Equal(Ids(9, 15, 16, 17, 18, 19),
            Read(("scan.startup.mode", "specific-offsets"), ("scan.startup.specific-offsets", "partition:0,offset:9;partition:1,offset:5")));
        // Where nothing is committed a scan begins at the beginning, unless the client's own property says otherwise.
        Assert.Equal(Ids([.. Enumerable.Range(0, 10), 17, 18, 19]), Read(("scan.startup.mode", "group-offsets"), ("properties.group.id", "g")));
        Assert.Equal(Ids(17, 18, 19), Read(("scan.startup.mode", ""), ("properties.group.id", "g"), ("properties.auto.offset.reset", "latest")));
        Assert.Equal(20, Read(("scan.startup.mode", "group-offsets"), ("properties.group.id", "other")).Count);
        var error = Assert.Throws<SqlException>(() => Read(("scan.startup.mode", "group-offsets"), ("properties.group.id", "g"), ("properties.auto.offset.reset", "none")));
        Assert.Equal("group \"g\" has committed no offset of in-0, which option 'scan.startup.mode' = 'group-offsets' needs", error.Message);

        List<string> Read(params (string, string)[] options) => ReadAll(_kafka.Table(topic, options), 0);
    }

    [Fact]
    public async Task A_scan_ends_where_its_bounded_mode_says()
    {
        var topic = Fill();
        await CommitAsync(new TopicPartitionOffset(topic, 0, 2), new TopicPartitionOffset(topic, 1, 1));

        Assert.Equal(Ids(0, 1, 2, 10, 11, 12), Read(("scan.bounded.mode", "timestamp"), ("scan.bounded.timestamp-millis", $"{Millis(3)}")));
        Assert.Equal(20, Read(("scan.bounded.mode", "timestamp"), ("scan.bounded.timestamp-millis", $"{Millis(99)}")).Count);
        Assert.Equal(Ids(0, 10, 11),
            Read(("scan.bounded.mode", "specific-offsets"), ("scan.bounded.specific-offsets", "partition:0,offset:1;partition:1,offset:2")));
        Assert.Equal(Ids(0, 1, 10), Read(("scan.bounded.mode", "group-offsets"), ("properties.group.id", "g")));
        var error = Assert.Throws<SqlException>(() => Read(("scan.bounded.mode", "group-offsets"), ("properties.group.id", "other")));
        Assert.Equal("group \"other\" has committed no offset of in-0, which option 'scan.bounded.mode' = 'group-offsets' needs", error.Message);
        Assert.Contains("'properties.auto.offset.reset'", error.Diagnostics[0].Hint, StringComparison.Ordinal);
        Assert.Equal(20, Read(("scan.bounded.mode", "group-offsets"), ("properties.group.id", "other"), ("properties.auto.offset.reset", "latest")).Count);
        Assert.Empty(Read(("scan.bounded.mode", "group-offsets"), ("properties.group.id", "other"), ("properties.auto.offset.reset", "earliest")));
        Assert.Empty(Read(("scan.bounded.mode", "specific-offsets"), ("scan.bounded.specific-offsets", "partition:0,offset:3;partition:1,offset:3"),
            ("scan.startup.mode", "specific-offsets"), ("scan.startup.specific-offsets", "partition:0,offset:5;partition:1,offset:3")));

        List<string> Read(params (string, string)[] options) => ReadAll(_kafka.Table(topic, options), 0);
    }

    [Fact]
    public void The_end_of_a_bounded_scan_is_what_was_there_at_its_start()
    {
        var topic = Fill();
        var source = Table.Source(_kafka.Table(topic));
        var splits = SplitRun.Splits(source);
        _kafka.Produce(topic, 0, "{\"id\":99}");
        var run = new SplitRun { Patience = KafkaRun.Patience };

        Assert.Equal(ReadStatus.End, run.Read(source, [0], splits[0]));

        Assert.Equal(Ids([.. Enumerable.Range(0, 10)]), run.Rows);
    }

    [Fact]
    public void An_offset_that_is_not_said_of_a_partition_is_an_error()
    {
        var topic = Fill();
        var source = Table.Source(_kafka.Table(topic, ("scan.startup.mode", "specific-offsets"), ("scan.startup.specific-offsets", "partition:0,offset:9")));

        var error = Assert.Throws<SqlException>(() => SplitRun.Splits(source));

        Assert.Equal("topic \"in\" has partitions for which option 'scan.startup.specific-offsets' names no offset", error.Message);
    }

    [Fact]
    public void Several_topics_are_read_by_name_or_by_pattern()
    {
        foreach (var (topic, id) in new[] { ("a.1", 1), ("a.2", 2), ("b.1", 3), ("xa.1", 4) })
            _kafka.Produce(_kafka.Topic(topic), 0, $"{{\"id\":{id}}}");

        Assert.Equal(Ids(1, 3), ReadAll(_kafka.Table("b.1; a.1;b.1"), 0));
        Assert.Equal(Ids(1, 2), ReadAll(_kafka.Table("", ("topic-pattern", "a\\..*")), 0));
        Assert.Empty(SplitRun.Splits(Table.Source(_kafka.Table("", ("topic-pattern", "none")))));
    }

    [Fact]
    public void Key_and_value_have_formats_of_their_own()
    {
        _kafka.Topic("in");
        _kafka.Produce("in", 0, new Message<string?, string?> { Key = "7;x", Value = "{\"name\":\"a\",\"k_id\":70,\"k_t\":\"y\",\"at\":\"2026-01-01T00:00:00Z\"}" });
        var schema = Table.Columns(("k_id", SqlType.BigInt), ("name", SqlType.String), ("k_t", SqlType.String), ("at", SqlType.TimestampLtz(3)));
        (string, string)[] options =
        [
            ("format", ""), ("value.format", "json"), ("value.json.timestamp-format.standard", "ISO-8601"), ("key.format", "csv"),
            ("key.csv.field-delimiter", ";"), ("key.fields", "k_id;k_t"),
        ];

        // What both hold comes from the value.
        Assert.Equal(["+I 70 | a | y"], ReadAll(_kafka.Table(schema, "in", options), 0, 1, 2));
        Assert.Equal(["+I 7 | a | x"], ReadAll(
            _kafka.Table(schema, "in", [.. options, ("value.fields-include", "EXCEPT_KEY"), ("key.fields-prefix", "k_")]), 0, 1, 2));
        Assert.Equal(["+I x | 7"], ReadAll(
            _kafka.Table(schema, "in", [.. options, ("value.fields-include", "EXCEPT_KEY"), ("key.fields-prefix", "k_")]), 2, 0));
        Assert.Equal(["+I 1767225600000000"], ReadAll(_kafka.Table(schema, "in", options), 3));
    }

    [Fact]
    public async Task Metadata_columns_say_where_a_record_stands()
    {
        _kafka.Topic("in", 2);
        await _kafka.TopicAsync("appended", 1, ("message.timestamp.type", "LogAppendTime"));
        var headers = new Headers { { "h", "1"u8.ToArray() }, { "again", "a"u8.ToArray() }, { "again", "b"u8.ToArray() }, { "empty", [] }, { "none", null } };
        _kafka.Produce("in", 1, "{\"id\":1}", "{\"id\":2}");
        _kafka.Produce("in", 1, new Message<string?, string?> { Value = "{\"id\":3}", Headers = headers, Timestamp = new Timestamp(_noon) });
        _kafka.Produce("appended", 0, "{\"id\":4}");
        var table = KafkaRun.WithMetadata(_kafka.Table("in;appended"), "topic", "partition", "offset", "timestamp-type", "leader-epoch", "headers", "timestamp");

        Assert.Equal(
        [
            "+I 4 | appended | 0 | 0 | LogAppendTime | 0 | {}",
            "+I 1 | in | 1 | 0 | CreateTime | 0 | {}",
            "+I 2 | in | 1 | 1 | CreateTime | 0 | {}",
            "+I 3 | in | 1 | 2 | CreateTime | 0 | {h=0x31, again=0x62, empty=0x}",
        ], ReadAll(table, 0, 2, 3, 4, 5, 6, 7));
        Assert.Equal($"+I {Millis(0) * 1000}", ReadAll(table, 8)[^1]);
        Assert.Equal(["+I 4 | 0 | {}", "+I 1 | 0 | {}", "+I 2 | 1 | {}", "+I 3 | 2 | {h=0x31, again=0x62, empty=0x}"], ReadAll(table, 0, 4, 7));
    }

    public static TheoryData<string, string, string[], string> FormatMetadata => new()
    {
        {
            "debezium-json",
            """{"before":null,"after":{"id":1,"name":"a"},"source":{"db":"d","schema":"s","table":"t","ts_ms":2000},"op":"c","ts_ms":1000}""",
            ["value.ingestion-timestamp", "value.source.timestamp", "value.source.database", "value.source.schema", "value.source.table", "value.schema"],
            "1000000 | 2000000 | d | s | t | NULL"
        },
        {
            "canal-json",
            """{"data":[{"id":1,"name":"a"}],"type":"INSERT","database":"d","table":"t","sqlType":{"id":4},"pkNames":["id"],"ts":1000,"es":2000}""",
            ["value.database", "value.table", "value.sql-type", "value.pk-names", "value.ingestion-timestamp", "value.event-timestamp"],
            "d | t | {id=4} | [id] | 1000000 | 2000000"
        },
        {
            "maxwell-json",
            """{"data":{"id":1,"name":"a"},"type":"insert","database":"d","table":"t","primary_key_columns":["id"],"ts":1}""",
            ["value.database", "value.table", "value.primary-key-columns", "value.ingestion-timestamp"],
            "d | t | [id] | 1000000"
        },
        {
            "ogg-json",
            """{"before":null,"after":{"id":1,"name":"a"},"op_type":"I","table":"t","primary_keys":["id"],"current_ts":"1970-01-01 00:00:01","op_ts":"1970-01-01 00:00:02"}""",
            ["value.table", "value.primary-keys", "value.ingestion-timestamp", "value.event-timestamp"],
            "t | [id] | 1000000 | 2000000"
        },
    };

    [Theory]
    [MemberData(nameof(FormatMetadata))]
    public void Metadata_of_the_format_comes_beside_that_of_the_record(string format, string value, string[] keys, string expected)
    {
        _kafka.Topic("in", 2);
        _kafka.Produce("in", 1, value);
        // Of Kafka's own some stand before and some behind.
        var table = KafkaRun.WithMetadata(_kafka.Table("in", ("format", ""), ("value.format", format)), ["partition", .. keys, "offset"]);

        Assert.Equal([$"+I 1 | a | 1 | {expected} | 0"], ReadAll(table));
        Assert.Equal([$"+I 0 | {expected.Split(" | ")[1]} | a"], ReadAll(table, 3 + keys.Length, 4, 1));
    }

    [Fact]
    public void Splits_know_topic_and_partition_before_they_are_read()
    {
        _kafka.Topic("in", 2);
        var table = KafkaRun.WithMetadata(_kafka.Table("in"), "offset", "partition", "topic");
        var source = Table.Source(table);

        Assert.Equal([3, 4], source.SplitColumns);
        Assert.Equal([(0, "in"), (1, "in")], SplitRun.Splits(source)
            .Select(split => ((int)source.SplitValue(split, 3)!, (string)source.SplitValue(split, 4)!)).Order());
    }

    [Fact]
    public void Aborted_transactions_are_not_seen_and_open_ones_hold_the_reader_back()
    {
        _kafka.Topic("in");
        _kafka.Produce("in", 0, "{\"id\":1}");
        _kafka.ProduceInTransaction("in", 0, commits: false, "{\"id\":-1}");
        _kafka.ProduceInTransaction("in", 0, commits: true, "{\"id\":2}");
        using var open = _kafka.Begin("in", 0, "{\"id\":3}");
        _kafka.Produce("in", 0, "{\"id\":4}");
        var source = Table.Source(_kafka.Table("in", ("scan.bounded.mode", "")));
        var run = new SplitRun { Patience = KafkaRun.Patience };
        using (var reader = source.CreateReader(run.Context([0]), SplitRun.Splits(source)[0], null))
        {
            Assert.Equal(ReadStatus.CaughtUp, run.Read(reader));
            Assert.Equal(Ids(1, 2), run.Rows);
            // Two of the five offsets are the ends of transactions.
            Assert.Equal("{\"offset\":5}", reader.Position);

            open.CommitTransaction(KafkaRun.Patience);
            run.ReadRows(reader, 4);
            Assert.Equal(Ids(1, 2, 3, 4), run.Rows);
            Assert.Equal(ReadStatus.CaughtUp, run.ReadUntil(reader, status => status == ReadStatus.CaughtUp));
            Assert.Equal("{\"offset\":8}", reader.Position);

            _kafka.ProduceInTransaction("in", 0, commits: false, "{\"id\":-5}");
            run.ReadUntil(reader, _ => reader.Position == "{\"offset\":10}");
            Assert.Equal(4, run.Rows.Count);
        }
        Assert.Equal(0, run.Pool.Outstanding);
        // Who asks for it sees what is not committed.
        Assert.Equal(Ids(1, -1, 2, 3, 4, -5), ReadAll(_kafka.Table("in", ("properties.isolation.level", "read_uncommitted")), 0));
    }

    [Fact]
    public void A_reader_that_has_caught_up_is_woken_by_more_records()
    {
        _kafka.Topic("in");
        var source = Table.Source(_kafka.Table("in", ("scan.bounded.mode", "unbounded")));
        var run = new SplitRun { Patience = KafkaRun.Patience };
        using (var reader = source.CreateReader(run.Context([0]), SplitRun.Splits(source)[0], null))
        {
            for (var i = 1; i <= 5; i++)
            {
                Assert.Equal(ReadStatus.CaughtUp, run.ReadUntil(reader, status => status == ReadStatus.CaughtUp));
                _kafka.Produce("in", 0, $"{{\"id\":{i}}}");
                run.ReadRows(reader, i);
            }
        }
        Assert.Equal(Ids(1, 2, 3, 4, 5), run.Rows);
        Assert.Equal(0, run.Pool.Outstanding);
    }

    [Fact]
    public void A_record_without_a_value_gives_no_row_but_takes_its_offset()
    {
        _kafka.Topic("in");
        _kafka.Produce("in", 0, "{\"id\":1}", null, "{\"id\":2}", null);
        var source = Table.Source(_kafka.Table("in"));
        var run = new SplitRun { Patience = KafkaRun.Patience, BatchRows = 1 };

        run.Read(source, [0], SplitRun.Splits(source)[0]);

        Assert.Equal(Ids(1, 2), run.Rows);
        Assert.Equal("{\"offset\":4}", run.Positions[^1].Position);
    }

    [Fact]
    public async Task Records_of_a_compacted_topic_may_have_gaps_between_their_offsets()
    {
        _kafka.Topic("in");
        _kafka.Produce("in", 0, Enumerable.Range(0, 10).Select(id => $"{{\"id\":{id}}}"));
        using (var admin = _kafka.Admin())
            await admin.DeleteRecordsAsync([new TopicPartitionOffset("in", 0, 6)]);

        Assert.Equal(Ids(6, 7, 8, 9), ReadAll(_kafka.Table("in"), 0));
        Assert.Equal(Ids(6, 7, 8, 9), ReadAll(_kafka.Table("in", ("scan.startup.mode", "specific-offsets"),
            ("scan.startup.specific-offsets", "partition:0,offset:2"), ("properties.auto.offset.reset", "earliest")), 0));
    }

    [Fact]
    public void Upsert_kafka_gives_rows_and_deletions_of_keys()
    {
        _kafka.Topic("in");
        _kafka.Produce("in", 0, new (string? Key, string? Value)[]
        {
            ("{\"id\":1}", "{\"id\":1,\"name\":\"a\"}"), ("{\"id\":1}", null), ("{\"id\":2}", "{\"id\":2,\"name\":\"b\"}"), ("{\"id\":2}", "{\"id\":2,\"name\":\"c\"}"),
        }.Select(one => new Message<string?, string?> { Key = one.Key!, Value = one.Value! }));
        var table = KafkaRun.WithMetadata(_kafka.Table("in", ("connector", "upsert-kafka"), ("key.format", "json"), ("scan.startup.mode", "")), "offset") with
        { PrimaryKey = [0] };
        var source = Table.Source(table);

        Assert.Equal(ChangelogMode.Upsert, source.Changelog);
        Assert.Equal(["+I 1 | a | 0", "-D 1 | NULL | 1", "+I 2 | b | 2", "+I 2 | c | 3"], ReadAll(table));
        Assert.Equal(["+I a", "-D NULL", "+I b", "+I c"], ReadAll(table, 1));
    }

    [Fact]
    public void A_record_that_cannot_be_decoded_is_reported_with_bytes_and_place()
    {
        _kafka.Topic("in", 2);
        _kafka.Produce("in", 1, "{\"id\":1}", "{\"id\":", "\u0001", "{\"id\":4}");
        var source = Table.Source(_kafka.Table("in", ("bad-data", "skip")));
        var run = new SplitRun { Patience = KafkaRun.Patience };

        run.Read(source, [0, 1], SplitRun.Splits(source).Single(split => split.Id.StartsWith("in-1@", StringComparison.Ordinal)));

        Assert.Equal(BadDataKind.Skip, source.BadData.Kind);
        Assert.Equal(["+I 1 | NULL", "+I 4 | NULL"], run.Rows);
        Assert.Equal("in-1 offset 1: JSON ends too early: a value expected", run.BadRows[0]);
        Assert.StartsWith("in-1 offset 2: ", run.BadRows[1], StringComparison.Ordinal);
        Assert.Equal(["{\"id\":", "\u0001"], run.BadBytes.Select(Encoding.UTF8.GetString));
    }

    [Theory]
    [InlineData(null, "in-0 offset 1: key: the record has no key")]
    [InlineData("x", "in-0 offset 1: key: ")]
    [InlineData("", "in-0 offset 1: key: ")]
    public void A_record_with_a_bad_key_is_a_bad_record(string? key, string problem)
    {
        _kafka.Topic("in");
        _kafka.Produce("in", 0, new[] { "{\"id\":1}", key, "{\"id\":3}" }.Select(one => new Message<string?, string?> { Key = one, Value = "{\"name\":\"n\"}" }));
        var source = Table.Source(KafkaRun.WithMetadata(
            _kafka.Table("in", ("key.format", "json"), ("key.fields", "id"), ("value.fields-include", "EXCEPT_KEY")), "offset", "headers"));
        var run = new SplitRun { Patience = KafkaRun.Patience };

        run.Read(source, [1, 0, 2, 3], SplitRun.Splits(source)[0]);

        Assert.Equal(["+I n | 1 | 0 | {}", "+I n | 3 | 2 | {}"], run.Rows);
        Assert.StartsWith(problem, Assert.Single(run.BadRows), StringComparison.Ordinal);
        Assert.Equal("{\"name\":\"n\"}", Encoding.UTF8.GetString(run.BadBytes[0]));
    }

    [Fact]
    public void A_handler_that_refuses_bad_rows_leaves_nothing_behind()
    {
        _kafka.Topic("in");
        _kafka.Produce("in", 0, "{\"id\":1}", "{", "{\"id\":3}");
        var source = Table.Source(_kafka.Table("in"));
        var run = new SplitRun { Patience = KafkaRun.Patience };
        var context = run.Context([0, 1]);
        var strict = new SplitReaderContext
        {
            ReadColumns = context.ReadColumns,
            Pool = context.Pool,
            BatchRows = context.BatchRows,
            Edge = context.Edge,
            Clock = context.Clock,
            Place = context.Place,
            BadRows = new Refusal(),
            Wake = context.Wake,
        };
        using (var reader = source.CreateReader(strict, SplitRun.Splits(source)[0], null))
        {
            var error = Assert.Throws<SqlException>(() => run.Read(reader));
            Assert.Equal("in-0 offset 1", error.Message);
        }
        Assert.Equal(0, run.Pool.Outstanding);
    }

    [Fact]
    public void Partitions_that_are_made_later_are_found_and_read_from_their_beginning()
    {
        _kafka.Produce(_kafka.Topic("t1"), 0, "{\"id\":1}");
        var source = Table.Source(_kafka.Table("", ("topic-pattern", "t.*"), ("scan.bounded.mode", ""), ("scan.startup.mode", "latest-offset")));
        var enumerator = source.CreateEnumerator(new SourceContext(new ManualClock(), 1), null);

        Assert.Equal("t1-0@1- and more", Discover(enumerator));
        Assert.Equal(" and more", Discover(enumerator));
        _kafka.Produce(_kafka.Topic("t2", 2), 1, "{\"id\":2}");
        var restored = source.CreateEnumerator(new SourceContext(new ManualClock(), 1), enumerator.SaveState());

        Assert.Equal(TimeSpan.FromMinutes(5), restored.Interval);
        Assert.Equal("t2-0@0- t2-1@0- and more", Discover(restored));
        Assert.Equal(" and more", Discover(restored));
        Assert.Equal("t2-0@0- t2-1@0- and more", Discover(enumerator));
        var once = Table.Source(_kafka.Table("t2", ("scan.bounded.mode", ""), ("scan.topic-partition-discovery.interval", "0")));
        Assert.True(once.CreateEnumerator(new SourceContext(new ManualClock(), 1), null).Discover(default).Done);
        Assert.Equal(SqlState.DataCorrupted, Assert.Throws<SqlException>(() => source.CreateEnumerator(new SourceContext(new ManualClock(), 1), "{}")).SqlState);
    }

    static string Discover(ISplitEnumerator enumerator)
    {
        var (splits, done) = enumerator.Discover(default);
        return string.Join(' ', splits.Select(split => split.Id).Order(StringComparer.Ordinal)) + (done ? "" : " and more");
    }

    sealed class Refusal : IBadRowHandler
    {
        public void Handle(ReadOnlySpan<byte> raw, string position, string error) => throw new SqlException(SqlState.DataException, position);
    }
}
