using System.Buffers;
using System.Text;
using System.Text.Json;
using SqlStream.Connectors.Kafka;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;

namespace SqlStream.Connectors.Tests.Kafka;

/// <summary>Delivers epochs to a topic of one partition as a job does: every attempt has a higher incarnation, reads the marker, delivers what is
/// missing, and reads the marker again after each failure. A reader of committed records must see every row once and in order.</summary>
sealed class KafkaShipperRun(KafkaRun kafka, string topic, IReadOnlyList<IOutputSegment[]> epochs)
{
    public static readonly TimeSpan MarkerTimeout = TimeSpan.FromSeconds(20);

    readonly string _jobId = topic.PadLeft(32, '0');
    long _incarnation;

    public long TransactionBytesMax { get; init; } = 1 << 20;

    public static KafkaSegment[][] ThreeEpochs() =>
    [
        [new KafkaSegment(1, 0, ["1a", "1b"], ["1c"]), new KafkaSegment(1, 1, ["1d"])],
        [new KafkaSegment(2, 0, ["2a", "2b"], ["2c"], ["2d"]), new KafkaSegment(2, 2, ["2e"], ["2f"])],
        [new KafkaSegment(3, 0, ["3a"])],
    ];

    public (string Key, string Value)[] Options { get; init; } = [];

    /// <summary>The failures that were retried.</summary>
    public List<ExternalException> Failures { get; } = [];

    public KafkaShipper CreateShipper(TimeSpan? markerTimeout = null) => new("t", topic,
        KafkaOptions.Read(kafka.Table(topic, [("scan.bounded.mode", ""), ("properties.fetch.wait.max.ms", ""), .. Options]), "kafka"),
        new ShipperContext(_jobId, "s", TimeProvider.System), markerTimeout ?? MarkerTimeout)
    { TransactionBytesMax = TransactionBytesMax };

    public static SinkMarker Marker(long epoch, int segments, long incarnation) =>
        new(new Epoch(epoch), new SinkPosition(segments, 0), true, incarnation, $"digest {epoch}");

    /// <summary>One attempt from fencing to the end.</summary>
    public void Attempt(int retries = 5)
    {
        using var shipper = CreateShipper();
        _incarnation++;
        for (var fenced = false; ;)
        {
            try
            {
                if (!fenced)
                    shipper.Fence(_incarnation, default);
                fenced = true;
                ShipMissing(shipper);
                return;
            }
            catch (ExternalException e) when (e.Retry != Retry.Never && retries-- > 0)
            {
                Failures.Add(e);
            }
        }
    }

    /// <summary>An attempt that ends with the first failure; true if there was one.</summary>
    public bool Crashes()
    {
        try
        {
            Attempt(retries: 0);
            return false;
        }
        catch (ExternalException)
        {
            return true;
        }
    }

    /// <summary>Every row of every epoch is there once and in order, and the markers only go up to the last epoch.</summary>
    public void Check()
    {
        var rows = epochs.SelectMany(epoch => epoch).SelectMany(segment => ((KafkaSegment)segment).Values);
        Assert.Equal(rows, kafka.Values(topic));
        var markers = Markers();
        Assert.Equal(markers.Order(), markers);
        Assert.Equal(markers.Distinct(), markers);
        Assert.Equal((epochs.Count, true), (markers[^1].Epoch, markers[^1].IsWhole));
    }

    /// <summary>The markers that were committed, in order.</summary>
    public List<(long Epoch, bool IsWhole, int Segment, long Frame)> Markers() =>
        [.. kafka.ReadAll(KafkaMarkers.Topic).Where(record => record.Message.Key == $"{_jobId}/s/0").Select(record => JsonDocument.Parse(record.Message.Value!).RootElement)
            .Select(json => (json.GetProperty("epoch").GetInt64(), json.GetProperty("whole").GetBoolean(), json.GetProperty("segment").GetInt32(), json.GetProperty("frame").GetInt64()))];

    void ShipMissing(KafkaShipper shipper)
    {
        var marker = shipper.ReadMarker(default);
        for (var i = 0; i < epochs.Count; i++)
        {
            var epoch = i + 1;
            var from = SinkPosition.Start;
            if (marker is not null && marker.Epoch.Value >= epoch)
            {
                Assert.Equal($"digest {marker.Epoch.Value}", marker.Digest);
                if (marker.Epoch.Value > epoch || marker.IsWholeEpoch)
                    continue;
                from = marker.Position;
            }
            shipper.Ship(epochs[i], from, Marker(epoch, epochs[i].Length, _incarnation), default);
        }
    }
}

/// <summary>A record for a topic.</summary>
sealed record KafkaRow(string? Value, string? Key = null, long Timestamp = -1)
{
    public (string Name, string? Value)[] Headers { get; init; } = [];
}

/// <summary>A sealed piece of output for a topic.</summary>
sealed class KafkaSegment(long epoch, int subtask, params KafkaRow[][] frames) : IOutputSegment
{
    public KafkaSegment(long epoch, int subtask, params string[][] frames)
        : this(epoch, subtask, [.. frames.Select(frame => frame.Select(value => new KafkaRow(value)).ToArray())])
    {
    }

    public Epoch Epoch { get; } = new(epoch);

    public int Subtask { get; } = subtask;

    public long Rows => frames.Sum(frame => frame.Length);

    public long Bytes => Frames().Sum(frame => frame.Length);

    public IEnumerable<string?> Values => frames.SelectMany(frame => frame).Select(row => row.Value);

    /// <summary>Done once, when the first frame has been handed over and another is asked for.</summary>
    public Action? BehindFirst { get; set; }

    public IEnumerable<ReadOnlyMemory<byte>> Frames()
    {
        for (var i = 0; i < frames.Length; i++)
        {
            var output = new ArrayBufferWriter<byte>();
            foreach (var row in frames[i])
                Write(row, output);
            yield return output.WrittenMemory;
            if (i > 0 || BehindFirst is not { } action)
                continue;
            BehindFirst = null;
            action();
        }
    }

    static void Write(KafkaRow row, ArrayBufferWriter<byte> output)
    {
        var headers = new ArrayBufferWriter<byte>();
        foreach (var (name, value) in row.Headers)
            KafkaRecordWriter.WriteHeader(headers, Encoding.UTF8.GetBytes(name), Utf8(value), value is not null);
        KafkaRecordWriter.Write(
            output, row.Key is not null, Utf8(row.Key), row.Value is not null, Utf8(row.Value), row.Timestamp, row.Headers.Length, headers.WrittenSpan);
    }

    static byte[] Utf8(string? text) => Encoding.UTF8.GetBytes(text ?? "");
}
