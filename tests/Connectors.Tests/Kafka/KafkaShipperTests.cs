using System.Text;
using Confluent.Kafka;
using SqlStream.Broker.Faults;
using SqlStream.Broker.Protocol;
using SqlStream.Connectors.Kafka;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Tests.Kafka;

/// <summary>What the shipper writes, and whom it gives way to.</summary>
public sealed class KafkaShipperTests : IAsyncLifetime
{
    KafkaRun _kafka = null!;

    public async Task InitializeAsync() => _kafka = await KafkaRun.StartAsync();

    public async Task DisposeAsync() => await _kafka.DisposeAsync();

    KafkaShipperRun Run(params (string Key, string Value)[] options) => new(_kafka, "out", []) { Options = options };

    static void Ship(KafkaShipper shipper, long epoch, long incarnation, params KafkaSegment[] segments) =>
        shipper.Ship(segments, SinkPosition.Start, KafkaShipperRun.Marker(epoch, segments.Length, incarnation), default);

    static void Ship(KafkaShipper shipper, long epoch, long incarnation, string value) =>
        Ship(shipper, epoch, incarnation, new KafkaSegment(epoch, 0, [value]));

    static KafkaShipper Fenced(KafkaShipper shipper, long incarnation)
    {
        shipper.Fence(incarnation, default);
        return shipper;
    }

    // Incompressible.
    static string Noise(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return Convert.ToBase64String(bytes)[..length];
    }

    [Fact]
    public void A_record_has_its_key_value_headers_and_time()
    {
        _kafka.Topic("out");
        using var shipper = Fenced(Run().CreateShipper(), 1);

        Assert.Null(shipper.ReadMarker(default));
        Ship(shipper, 1, 1, new KafkaSegment(1, 0,
        [
            new KafkaRow("v", "k", 1234) { Headers = [("a", "1"), ("a", "2"), ("none", null), ("empty", "")] },
            new KafkaRow(null, "deleted"),
            new KafkaRow("", ""),
            new KafkaRow("no key"),
        ]));

        var records = _kafka.ReadAll("out");
        Assert.Equal([("k", "v"), ("deleted", null), ("", ""), (null, "no key")], records.Select(record => (record.Message.Key, record.Message.Value)));
        Assert.Equal(1234, records[0].Message.Timestamp.UnixTimestampMs);
        Assert.True(records[1].Message.Timestamp.UnixTimestampMs > 1_700_000_000_000);
        Assert.Equal(["a=1", "a=2", "none=", "empty="], records[0].Message.Headers
            .Select(header => $"{header.Key}={(header.GetValueBytes() is { } value ? Encoding.UTF8.GetString(value) : "")}"));
        Assert.Equal([false, false, true, false], records[0].Message.Headers.Select(header => header.GetValueBytes() is null));
        Assert.Equal(KafkaShipperRun.Marker(1, 1, 1), shipper.ReadMarker(default));
    }

    [Fact]
    public void An_epoch_without_rows_moves_the_marker()
    {
        _kafka.Topic("out");
        using var shipper = Fenced(Run().CreateShipper(), 3);
        Ship(shipper, 1, 3);
        Ship(shipper, 2, 3, new KafkaSegment(2, 0, Array.Empty<string[]>()), new KafkaSegment(2, 1, Array.Empty<string>()));

        Assert.Empty(_kafka.Values("out"));
        Assert.Equal(KafkaShipperRun.Marker(2, 2, 3), shipper.ReadMarker(default));
    }

    [Theory]
    [InlineData("fixed")]
    [InlineData("round-robin")]
    [InlineData("default")]
    public void The_partitioner_says_where_a_record_goes(string partitioner)
    {
        _kafka.Topic("out", 3);
        using var shipper = Fenced(Run(("sink.partitioner", partitioner)).CreateShipper(), 1);
        Ship(shipper, 1, 1, [.. Enumerable.Range(0, 6).Select(subtask => new KafkaSegment(1, subtask,
            [.. Enumerable.Range(0, 5).Select(i => new KafkaRow($"{subtask}", $"key {i}"))]))]);

        var records = _kafka.ReadAll("out");
        Assert.Equal(30, records.Count);
        switch (partitioner)
        {
            case "fixed":
                Assert.All(records, record => Assert.Equal(int.Parse(record.Message.Value!, null) % 3, record.Partition.Value));
                break;
            case "round-robin":
                Assert.Equal([10, 10, 10], records.CountBy(record => record.Partition.Value).Select(one => one.Value));
                break;
            default:
                // As Java clients have it: murmur2 of the key.
                Assert.All(records, record => Assert.Equal(Murmur2Partition(record.Message.Key!, 3), record.Partition.Value));
                Assert.True(records.Select(record => record.Partition.Value).Distinct().Count() > 1);
                break;
        }
    }

    // Murmur2 with the seed of the Java client, its sign taken away.
    static int Murmur2Partition(string key, int partitions)
    {
        var data = Encoding.UTF8.GetBytes(key);
        const uint M = 0x5bd1e995;
        unchecked
        {
            var hash = 0x9747b28c ^ (uint)data.Length;
            var i = 0;
            for (; i + 4 <= data.Length; i += 4)
            {
                var word = BitConverter.ToUInt32(data, i) * M;
                hash = (hash * M) ^ ((word ^ (word >> 24)) * M);
            }
            for (var rest = data.Length - i - 1; rest >= 0; rest--)
                hash ^= (uint)data[i + rest] << (8 * rest);
            if (i < data.Length)
                hash *= M;
            hash = (hash ^ (hash >> 13)) * M;
            return (int)((hash ^ (hash >> 15)) & 0x7fffffff) % partitions;
        }
    }

    [Fact]
    public void A_process_that_was_succeeded_writes_nothing_visible_and_stops()
    {
        _kafka.Topic("out");
        using var old = Fenced(Run().CreateShipper(), 1);
        Ship(old, 1, 1, "1");
        using var successor = Fenced(Run().CreateShipper(), 2);
        Assert.Equal(1, successor.ReadMarker(default)!.Incarnation);
        Ship(successor, 2, 2, "2");

        Assert.NotEqual(Retry.Never, Assert.Throws<ExternalException>(() => Ship(old, 2, 1, "zombie")).Retry);
        var error = Assert.Throws<SqlException>(() => old.ReadMarker(default));
        Assert.Equal(SqlState.ObjectInUse, error.SqlState);
        Assert.Contains("newer incarnation (2)", error.Message, StringComparison.Ordinal);

        // In asking, the old one has shut out its successor, which begins anew and goes on.
        try
        {
            Ship(successor, 3, 2, "3");
        }
        catch (ExternalException)
        {
            Assert.Equal(2, successor.ReadMarker(default)!.Epoch.Value);
            Ship(successor, 3, 2, "3");
        }
        Assert.Equal(["1", "2", "3"], _kafka.Values("out"));
    }

    [Fact]
    public void A_process_that_is_succeeded_in_the_middle_of_a_transaction_commits_nothing()
    {
        _kafka.Topic("out");
        using var old = Fenced(Run().CreateShipper(), 1);
        using var successor = Run().CreateShipper();
        var segment = new KafkaSegment(1, 0, ["zombie"], ["zombie"])
        {
            BehindFirst = () =>
            {
                successor.Fence(2, default);
                Assert.Null(successor.ReadMarker(default));
                Ship(successor, 1, 2, "1");
            },
        };

        Assert.Throws<ExternalException>(() => Ship(old, 1, 1, segment));

        Assert.Equal(["1"], _kafka.Values("out"));
        Assert.Throws<SqlException>(() => old.ReadMarker(default));
    }

    [Fact]
    public void A_marker_behind_the_open_transaction_of_another_job_is_waited_for_and_never_taken_for_absent()
    {
        _kafka.Topic("out");
        using (var shipper = Fenced(Run().CreateShipper(), 1))
        {
            Ship(shipper, 1, 1, "1");
            using var other = _kafka.Begin(KafkaMarkers.Topic, MarkerPartition(), "another job's");
            Ship(shipper, 2, 1, "2");
            using var next = Fenced(Run().CreateShipper(TimeSpan.FromSeconds(1)), 2);

            var error = Assert.Throws<ExternalException>(() => next.ReadMarker(default));
            Assert.Equal(Retry.Backoff, error.Retry);
            Assert.Contains("a transaction may be open", error.Message, StringComparison.Ordinal);
            other.AbortTransaction(KafkaRun.Patience);
            Assert.Equal(2, next.ReadMarker(default)!.Epoch.Value);
        }
    }

    [Fact]
    public void A_marker_that_cannot_be_read_in_time_is_an_error_also_where_none_is_there()
    {
        _kafka.Topic("out");
        using var shipper = Fenced(Run().CreateShipper(TimeSpan.FromSeconds(1)), 1);
        using var others = new Opened([.. Enumerable.Range(0, 1).Select(partition => _kafka.Begin(KafkaMarkers.Topic, partition, "x"))]);

        Assert.Throws<ExternalException>(() => shipper.ReadMarker(default));
    }

    sealed class Opened(IProducer<string?, string?>[] producers) : IDisposable
    {
        public void Dispose() => Array.ForEach(producers, producer => producer.Dispose());
    }

    int MarkerPartition() => _kafka.ReadAll(KafkaMarkers.Topic)[0].Partition.Value;

    [Fact]
    public void A_marker_far_before_the_end_of_its_partition_is_found()
    {
        _kafka.Topic("out");
        using var shipper = Fenced(Run().CreateShipper(), 1);
        Ship(shipper, 1, 1, "1");
        _kafka.Produce(KafkaMarkers.Topic, MarkerPartition(), Enumerable.Range(0, 5000).Select(i => new Message<string?, string?> { Key = $"job {i}", Value = "{}" }));

        Assert.Equal(KafkaShipperRun.Marker(1, 1, 1), shipper.ReadMarker(default));
    }

    [Fact]
    public async Task A_marker_of_a_topic_that_has_more_partitions_now_is_found()
    {
        _kafka.Topic("out");
        _kafka.Topic(KafkaMarkers.Topic, 1);
        using (var shipper = Fenced(Run().CreateShipper(), 1))
            Ship(shipper, 1, 1, "1");
        using (var admin = _kafka.Admin())
            await admin.CreatePartitionsAsync([new Confluent.Kafka.Admin.PartitionsSpecification { Topic = KafkaMarkers.Topic, IncreaseTo = 50 }]);
        using var next = Fenced(Run().CreateShipper(), 2);

        Assert.Equal(1, next.ReadMarker(default)!.Epoch.Value);
        Ship(next, 2, 2, "2");
        Assert.Equal(2, next.ReadMarker(default)!.Epoch.Value);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("{\"version\":2}")]
    [InlineData("{\"version\":1,\"epoch\":\"x\"}")]
    [InlineData("[]")]
    [InlineData("{\"version\":1,\"epoch\":1,\"segment\":1,\"frame\":0,\"whole\":true,\"incarnation\":1,\"digest\":null}")]
    public void A_damaged_marker_is_an_error_with_its_place(string value)
    {
        _kafka.Topic("out");
        using var shipper = Fenced(Run().CreateShipper(), 1);
        Ship(shipper, 1, 1, "1");
        var written = _kafka.ReadAll(KafkaMarkers.Topic)[0];
        _kafka.Produce(KafkaMarkers.Topic, written.Partition.Value, new Message<string?, string?> { Key = written.Message.Key, Value = value });

        var error = Assert.Throws<SqlException>(() => shipper.ReadMarker(default));

        Assert.Equal(SqlState.DataCorrupted, error.SqlState);
        Assert.Equal($"the record at offset 2 of _sqlstream_commits-{written.Partition.Value} is no commit marker", error.Message);
    }

    [Theory]
    [InlineData("properties.message.max.bytes", "")]
    [InlineData("max.message.bytes", "2000")]
    public async Task A_record_that_is_too_large_fails_with_its_size_or_is_passed_over(string limit, string ofTopic)
    {
        await _kafka.TopicAsync("out", 1, ofTopic.Length > 0 ? [(limit, ofTopic)] : []);
        (string, string)[] options = ofTopic.Length > 0 ? [] : [(limit, "2000")];
        var small = Enumerable.Range(0, 200).Select(i => Noise(100, i)).ToArray();
        string[] rows = [.. small[..50], Noise(5000, 1000), .. small[50..120], Noise(6000, 1001), .. small[120..]];
        var segment = new KafkaSegment(1, 0, rows[..90], rows[90..]);
        using (var shipper = Fenced(Run(options).CreateShipper(), 1))
        {
            var error = Assert.Throws<SqlException>(() => Ship(shipper, 1, 1, segment));
            Assert.StartsWith("a record of 5000 bytes is refused by topic \"out\": ", error.Message, StringComparison.Ordinal);
            Assert.Null(shipper.ReadMarker(default));
        }
        using (var shipper = Fenced(Run([("sink.on-error", "skip"), .. options]).CreateShipper(), 2))
        {
            Ship(shipper, 1, 2, segment);
            Ship(shipper, 2, 2, "2");
        }

        Assert.Equal([.. small, "2"], _kafka.Values("out"));
    }

    [Fact]
    public async Task Small_records_of_a_batch_that_is_too_large_are_all_delivered()
    {
        await _kafka.TopicAsync("out", 1, ("max.message.bytes", "2000"));
        var rows = Enumerable.Range(0, 200).Select(i => Noise(100, i)).ToArray();
        using var shipper = Fenced(Run().CreateShipper(), 1);

        Ship(shipper, 1, 1, new KafkaSegment(1, 0, rows));
        Ship(shipper, 2, 1, new KafkaSegment(2, 0, rows));

        Assert.Equal([.. rows, .. rows], _kafka.Values("out"));
    }

    [Fact]
    public void A_topic_that_is_not_there_is_named()
    {
        using var shipper = Fenced(Run(("sink.partitioner", "fixed")).CreateShipper(), 1);

        var error = Assert.Throws<ExternalException>(() => Ship(shipper, 1, 1, "1"));

        Assert.Equal($"topic \"out\" does not exist at {_kafka.Servers}", error.Message);
        _kafka.Topic("out");
        Assert.Null(shipper.ReadMarker(default));
        Ship(shipper, 1, 1, "1");
        Assert.Equal(["1"], _kafka.Values("out"));
    }

    [Fact]
    public void A_refusal_of_the_cluster_is_told_with_its_reason()
    {
        _kafka.Topic("out");
        using var shipper = Fenced(Run().CreateShipper(), 1);
        _kafka.Broker.Faults.Add(new Fault(ApiKey.Produce) { Error = SqlStream.Broker.Protocol.ErrorCode.TopicAuthorizationFailed, Times = 100 });

        var error = Assert.Throws<ExternalException>(() => Ship(shipper, 1, 1, "1"));

        Assert.StartsWith("topic \"out\" cannot be written: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("authorization failed", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_broker_that_is_away_is_an_error_and_later_nothing_is_lost()
    {
        _kafka.Topic("out");
        using var shipper = Run().CreateShipper();
        await _kafka.StopAsync();

        var error = Assert.Throws<ExternalException>(() => shipper.Fence(1, default));

        Assert.Contains(_kafka.Servers, error.Message, StringComparison.Ordinal);
        Assert.NotEqual(Retry.Never, error.Retry);
        await _kafka.RestartAsync();
        _kafka.Topic("out");
        shipper.Fence(1, default);
        Ship(shipper, 1, 1, "1");
        Assert.Equal(["1"], _kafka.Values("out"));
    }
}
