using System.Buffers;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using SqlStream.Core.Connect;
using SqlStream.Core.Time;

namespace SqlStream.Connectors.Kafka;

/// <summary>The markers in the commit topic: for each job and sink the last record of its last transaction.</summary>
/// <remarks>A compacted topic and not the offsets of a group: those expire, vanish with their topic, and are rewritten by mirroring tools.</remarks>
sealed class KafkaMarkers(KafkaOptions options, string key)
{
    /// <summary>Name of the commit topic.</summary>
    public const string Topic = "_sqlstream_commits";

    const int Partitions = 8;
    const int ReplicasMax = 3;
    const int TailRecords = 2000;
    const int Version = 1;

    static readonly TimeSpan _step = TimeSpan.FromMilliseconds(200);

    int _partitions;

    /// <summary>How long reading a partition may take. An open transaction of others is aborted by the broker after 60 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>The marker's partition.</summary>
    public int Partition => (int)(Hash(Encoding.UTF8.GetBytes(key)) % (uint)_partitions);

    /// <summary>Makes the commit topic if it is not there.</summary>
    public void Prepare()
    {
        if (_partitions > 0)
            return;
        using var admin = Admin();
        if (!admin.Topics().TryGetValue(Topic, out var partitions))
        {
            var created = admin.CreateTopic(new TopicSpecification
            {
                Name = Topic,
                NumPartitions = Partitions,
                ReplicationFactor = (short)Math.Min(ReplicasMax, admin.Brokers()),
                Configs = new Dictionary<string, string> { ["cleanup.policy"] = "compact", ["segment.ms"] = "3600000", ["min.cleanable.dirty.ratio"] = "0.1" },
            });
            // Who was faster may have given it another number of partitions.
            partitions = created ? Partitions : admin.Topics().TryGetValue(Topic, out var others) ? others : throw KafkaErrors.TopicUnknown(Topic, options.Servers);
        }
        _partitions = partitions;
    }

    /// <summary>The newest marker, or null if there is none. Reads up to what the topic holds at the call, open transactions of others included:
    /// a marker may stand behind them.</summary>
    public SinkMarker? Read(CancellationToken cancellation)
    {
        Prepare();
        var own = new TopicPartition(Topic, Partition);
        using var admin = Admin();
        var all = Enumerable.Range(0, _partitions).Select(partition => new TopicPartition(Topic, partition)).ToList();
        var begins = admin.Offsets(all, OffsetSpec.Earliest(), IsolationLevel.ReadUncommitted);
        var ends = admin.Offsets(
            all, OffsetSpec.Latest(), KafkaMutant.Is(KafkaMutant.ReadToStableOffset) ? IsolationLevel.ReadCommitted : IsolationLevel.ReadUncommitted);
        var tail = Math.Max(begins[own], ends[own] - TailRecords);
        if (Last(own, tail, ends[own], cancellation) is { } near)
            return near;
        if (tail > begins[own] && Last(own, begins[own], tail, cancellation) is { } far)
            return far;
        // The topic may have had another number of partitions when the marker was written.
        SinkMarker? elsewhere = null;
        foreach (var partition in all.Where(partition => partition != own))
        {
            if (Last(partition, begins[partition], ends[partition], cancellation) is { } found && (elsewhere is null || found.Epoch > elsewhere.Epoch))
                elsewhere = found;
        }
        return elsewhere;
    }

    /// <summary>Appends the record of a marker to a frame.</summary>
    public void Write(SinkMarker marker, IBufferWriter<byte> frame)
    {
        var value = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(value))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteNumber("epoch", marker.Epoch.Value);
            json.WriteNumber("segment", marker.Position.Segment);
            json.WriteNumber("frame", marker.Position.Frame);
            json.WriteBoolean("whole", marker.IsWholeEpoch);
            json.WriteNumber("incarnation", marker.Incarnation);
            json.WriteString("digest", marker.Digest);
            if (marker.Tally is { } tally)
            {
                json.WriteNumber("rows", tally.Rows);
                json.WriteNumber("crc", tally.Crc32c);
            }
            json.WriteEndObject();
        }
        KafkaRecordWriter.Write(frame, true, Encoding.UTF8.GetBytes(key), true, value.WrittenSpan);
    }

    SinkMarker? Last(TopicPartition partition, long start, long end, CancellationToken cancellation)
    {
        if (start >= end)
            return null;
        SinkMarker? last = null;
        string? trouble = null;
        using var consumer = new ConsumerBuilder<byte[], byte[]>(ConsumerProperties())
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler((_, error) => trouble = error.Reason)
            .Build();
        consumer.Assign(new TopicPartitionOffset(partition, start));
        var wanted = Encoding.UTF8.GetBytes(key);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        for (var position = start; position < end;)
        {
            cancellation.ThrowIfCancellationRequested();
            // Never "no marker" because it took too long.
            if (watch.Elapsed > Timeout)
                throw KafkaErrors.MarkerNotReached(Topic, trouble ?? $"offset {end} of partition {partition.Partition.Value} was not reached in {Timeout.TotalSeconds} s; a transaction may be open");
            ConsumeResult<byte[], byte[]>? result;
            try
            {
                result = consumer.Consume(_step);
            }
            catch (ConsumeException e)
            {
                throw KafkaErrors.MarkerNotReached(Topic, e.Error.Reason);
            }
            if (result is null)
                continue;
            position = result.IsPartitionEOF ? result.Offset.Value : result.Offset.Value + 1;
            if (!result.IsPartitionEOF && result.Offset.Value < end && result.Message.Key is { } found && found.AsSpan().SequenceEqual(wanted))
                last = result.Message.Value is { } value ? Parse(value, partition, result.Offset.Value) : null;
        }
        return last;
    }

    static SinkMarker Parse(byte[] value, TopicPartition partition, long offset)
    {
        try
        {
            using var document = JsonDocument.Parse(value);
            var root = document.RootElement;
            if (root.GetProperty("version").GetInt32() == Version)
            {
                return new SinkMarker(
                    new Epoch(root.GetProperty("epoch").GetInt64()),
                    new SinkPosition(root.GetProperty("segment").GetInt32(), root.GetProperty("frame").GetInt64()),
                    root.GetProperty("whole").GetBoolean(),
                    root.GetProperty("incarnation").GetInt64(),
                    root.GetProperty("digest").GetString() ?? throw new FormatException())
                {
                    Tally = root.TryGetProperty("rows", out var rows) ? new SinkTally(rows.GetInt64(), root.GetProperty("crc").GetUInt32()) : null,
                };
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw KafkaErrors.MarkerDamaged(Topic, partition.Partition.Value, offset);
        }
        throw KafkaErrors.MarkerDamaged(Topic, partition.Partition.Value, offset);
    }

    Dictionary<string, string> ConsumerProperties()
    {
        var properties = KafkaAdmin.Shared(options.Properties).ToDictionary();
        properties["group.id"] = "sqlstream-markers";
        properties["enable.auto.commit"] = "false";
        properties["isolation.level"] = "read_committed";
        properties["enable.partition.eof"] = "true";
        properties["auto.offset.reset"] = "earliest";
        properties["fetch.wait.max.ms"] = "50";
        return properties;
    }

    KafkaAdmin Admin() => new(options.Properties, $"reading topic {Topic}");

    // FNV-1a.
    static uint Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = 2_166_136_261u;
        foreach (var one in bytes)
            hash = unchecked((hash ^ one) * 16_777_619u);
        return hash;
    }
}
