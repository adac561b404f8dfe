using System.Buffers;
using SqlStream.Connectors.Kafka.Native;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Kafka;

/// <summary>Delivers a sink's output to a topic, each epoch in one transaction with its marker; a very large one in several.</summary>
/// <remarks>After anything but a plain success the producer is thrown away: what became of its transaction says the marker alone, which is read after a
/// new producer of the same transactional id has ended it. See docs/kafka.md and docs/mechanisms/exactly-once.md.</remarks>
sealed class KafkaShipper : ISinkShipper
{
    const long TransactionBytesMax = 256 << 20;

    static readonly TimeSpan _callMax = TimeSpan.FromSeconds(10);
    static readonly TimeSpan _commitMax = TimeSpan.FromMinutes(2);
    static readonly TimeSpan _commitSlow = TimeSpan.FromSeconds(5);

    readonly string _table;
    readonly string _topic;
    readonly KafkaOptions _options;
    readonly TimeProvider _clock;
    readonly KafkaMarkers _markers;
    readonly string _transactionalId;
    KafkaProducer? _producer;
    long _incarnation;
    int _partitions;
    int _nextPartition;

    public KafkaShipper(string table, string topic, KafkaOptions options, ShipperContext context)
    {
        _table = table;
        _topic = topic;
        _options = options;
        _clock = context.Clock;
        _markers = new KafkaMarkers(options, $"{context.JobId}/{context.SinkId}/0");
        // Nothing of the host, the process or the epoch: a new process must shut out the old one.
        _transactionalId = $"{options.TransactionalIdPrefix}.{context.JobId}.{context.SinkId}.0";
    }

    /// <inheritdoc/>
    public void Fence(long incarnation, CancellationToken cancellation)
    {
        _incarnation = incarnation;
        EnsureProducer();
    }

    /// <inheritdoc/>
    public SinkMarker? ReadMarker(CancellationToken cancellation)
    {
        EnsureProducer();
        var marker = _markers.Read(cancellation);
        return marker is null || marker.Incarnation <= _incarnation ? marker : throw KafkaErrors.TakenOver(_table, marker.Incarnation);
    }

    /// <inheritdoc/>
    public void Ship(IReadOnlyList<IOutputSegment> segments, SinkPosition from, SinkMarker marker, CancellationToken cancellation)
    {
        var refused = new HashSet<(SinkPosition Frame, int Record)>();
        for (var position = from; position.Segment < segments.Count || position == from;)
        {
            try
            {
                position = ShipPart(segments, position, marker, refused, cancellation);
            }
            catch
            {
                DropProducer();
                throw;
            }
            if (position.Segment >= segments.Count)
                return;
        }
    }

    /// <inheritdoc/>
    public void Tick(CancellationToken cancellation)
    {
        // An epoch is visible as soon as its transaction is committed.
    }

    /// <inheritdoc/>
    public void Finish(CancellationToken cancellation)
    {
        // Nothing is hidden.
    }

    /// <inheritdoc/>
    public void Dispose() => DropProducer();

    // One transaction: as much as fits, and the marker. Returns up to where; the same position again if some records were refused.
    SinkPosition ShipPart(
        IReadOnlyList<IOutputSegment> segments, SinkPosition from, SinkMarker whole, HashSet<(SinkPosition Frame, int Record)> refused, CancellationToken cancellation)
    {
        var producer = EnsureProducer();
        Require(producer.Begin(), "begin a transaction");
        CrashPoint.Hit("kafka.begun");
        var sent = new List<(SinkPosition Frame, int Record, long Bytes)>();
        var bytes = 0L;
        var to = from;
        while (to.Segment < segments.Count && bytes < TransactionBytesMax)
        {
            var frames = segments[to.Segment].Frames().Skip((int)to.Frame);
            foreach (var frame in frames)
            {
                bytes += Send(producer, segments[to.Segment], to, frame, refused, sent, cancellation);
                to = to with { Frame = to.Frame + 1 };
                if (bytes >= TransactionBytesMax)
                    break;
            }
            if (bytes < TransactionBytesMax)
                to = new SinkPosition(to.Segment + 1, 0);
        }
        CrashPoint.Hit("kafka.sent");
        producer.Flush(cancellation);
        if (producer.Failures.Count > 0)
        {
            Refuse(producer, sent, refused);
            return from;
        }
        var isWhole = to.Segment >= segments.Count;
        SendMarker(producer, isWhole ? whole : whole with { Position = to, IsWholeEpoch = false }, cancellation);
        CrashPoint.Hit("kafka.marked");
        Commit(producer, cancellation);
        return to;
    }

    long Send(
        KafkaProducer producer, IOutputSegment segment, SinkPosition position, ReadOnlyMemory<byte> frame, HashSet<(SinkPosition Frame, int Record)> refused,
        List<(SinkPosition Frame, int Record, long Bytes)> sent, CancellationToken cancellation)
    {
        var reader = new KafkaRecordReader(frame.Span);
        for (var record = 0; reader.MoveNext(); record++)
        {
            if (refused.Contains((position, record)))
                continue;
            sent.Add((position, record, reader.Key.Length + reader.Value.Length));
            producer.Produce(_topic, Partition(segment), ref reader, sent.Count - 1, cancellation);
        }
        producer.Serve();
        return frame.Length;
    }

    int? Partition(IOutputSegment segment)
    {
        if (_options.Partitioner == "default")
            return null;
        if (_partitions == 0)
        {
            using var admin = new KafkaAdmin(_options.Properties, $"writing topic {_topic}");
            _partitions = admin.Topics().TryGetValue(_topic, out var partitions) ? partitions : throw KafkaErrors.TopicUnknown(_topic, _options.Servers);
        }
        return _options.Partitioner == "fixed" ? segment.Subtask % _partitions : _nextPartition++ % _partitions;
    }

    void SendMarker(KafkaProducer producer, SinkMarker marker, CancellationToken cancellation)
    {
        var frame = new ArrayBufferWriter<byte>();
        _markers.Write(marker, frame);
        var reader = new KafkaRecordReader(frame.WrittenSpan);
        reader.MoveNext();
        producer.Produce(KafkaMarkers.Topic, _markers.Partition, ref reader, -1, cancellation);
        producer.Flush(cancellation);
        if (producer.Failures is [var failure, ..])
            throw KafkaErrors.Produce(KafkaMarkers.Topic, failure.Reason);
    }

    void Commit(KafkaProducer producer, CancellationToken cancellation)
    {
        var start = _clock.GetTimestamp();
        TransactionOutcome outcome;
        while ((outcome = producer.Commit(_callMax)) == TransactionOutcome.Retriable && _clock.GetElapsedTime(start) < _commitMax)
            cancellation.ThrowIfCancellationRequested();
        // That the answer says no, or does not come, does not say that nothing was committed.
        Require(outcome, "commit a transaction");
        CrashPoint.Hit("kafka.committed");
        // What was sent twice because a connection broke could end a later transaction; a new producer has a new epoch.
        if (_clock.GetElapsedTime(start) > _commitSlow || producer.WasDisturbed)
            DropProducer();
    }

    void Refuse(KafkaProducer producer, List<(SinkPosition Frame, int Record, long Bytes)> sent, HashSet<(SinkPosition Frame, int Record)> refused)
    {
        foreach (var (number, code, reason) in producer.Failures)
        {
            if (code is not (RdKafkaCode.MessageTooLarge or RdKafkaCode.RecordListTooLarge or RdKafkaCode.InvalidRecord or RdKafkaCode.PolicyViolation))
                throw KafkaErrors.Produce(_topic, $"{reason} {producer.Trouble}".TrimEnd());
            var (frame, record, bytes) = sent[(int)number];
            if (!_options.SkipsRefused)
                throw KafkaErrors.RecordRefused(_topic, code, reason, bytes);
            refused.Add((frame, record));
        }
        Require(producer.Abort(_callMax), "abort a transaction");
    }

    KafkaProducer EnsureProducer()
    {
        if (_producer is not null)
            return _producer;
        _markers.Prepare();
        _producer = new KafkaProducer(_options.Properties, _transactionalId);
        if (_producer.Init(_callMax) is var outcome && outcome != TransactionOutcome.Done)
        {
            var (reason, trouble) = (_producer.Reason, _producer.Trouble);
            DropProducer();
            throw KafkaErrors.Produce(_topic, $"transactions cannot be begun: {reason} {trouble}".TrimEnd());
        }
        return _producer;
    }

    void Require(TransactionOutcome outcome, string what)
    {
        if (outcome != TransactionOutcome.Done)
            throw KafkaErrors.Produce(_topic, $"cannot {what}: {_producer!.Reason} {_producer.Trouble}".TrimEnd());
    }

    void DropProducer()
    {
        _producer?.Dispose();
        _producer = null;
    }
}
