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
    static readonly TimeSpan _callMax = TimeSpan.FromSeconds(10);
    static readonly TimeSpan _commitMax = TimeSpan.FromMinutes(2);

    // A client that has lost a connection waits at least 75 ms before it asks again.
    static readonly TimeSpan _commitSlow = TimeSpan.FromMilliseconds(50);

    readonly string _table;
    readonly string _topic;
    readonly KafkaOptions _options;
    readonly KafkaMarkers _markers;
    readonly string _transactionalId;
    readonly KafkaBatch _batch = new();
    KafkaProducer? _producer;
    long _incarnation;
    int _partitions;
    int _nextPartition;
    bool _singly;

    public KafkaShipper(string table, string topic, KafkaOptions options, ShipperContext context, TimeSpan? markerTimeout = null)
    {
        _table = table;
        _topic = topic;
        _options = options;
        var key = $"{context.JobId}/{context.SinkId}/0";
        _markers = markerTimeout is { } timeout ? new KafkaMarkers(options, key) { Timeout = timeout } : new KafkaMarkers(options, key);
        // Nothing of the host, the process or the epoch: a new process must shut out the old one.
        _transactionalId = $"{options.TransactionalIdPrefix}.{context.JobId}.{context.SinkId}.0";
    }

    /// <summary>Bytes of frames behind which a transaction ends and another goes on with the epoch.</summary>
    public long TransactionBytesMax { get; init; } = 256 << 20;

    /// <inheritdoc/>
    public long GroupBytesMax => Math.Min(16 << 20, TransactionBytesMax - 1);

    /// <inheritdoc/>
    public void Fence(long incarnation, CancellationToken cancellation)
    {
        _incarnation = incarnation;
        if (!KafkaMutant.Is(KafkaMutant.ReadMarkerBeforeFencing))
            EnsureProducer();
    }

    /// <inheritdoc/>
    public SinkMarker? ReadMarker(CancellationToken cancellation)
    {
        if (!KafkaMutant.Is(KafkaMutant.ReadMarkerBeforeFencing))
            EnsureProducer();
        var marker = _markers.Read(cancellation);
        return marker is null || marker.Incarnation <= _incarnation ? marker : throw KafkaErrors.TakenOver(_table, marker.Incarnation);
    }

    /// <inheritdoc/>
    public void Ship(IReadOnlyList<IOutputSegment> segments, SinkPosition from, SinkMarker marker, CancellationToken cancellation)
    {
        var refused = new HashSet<(SinkPosition Frame, int Record)>();
        try
        {
            ShipParts(segments, from, marker, refused, cancellation);
        }
        finally
        {
            // Records that are too large on their own are rare; a topic whose limit is below that of a batch stays as it is.
            if (_singly && refused.Count > 0)
            {
                _singly = false;
                DropProducer();
            }
        }
    }

    void ShipParts(
        IReadOnlyList<IOutputSegment> segments, SinkPosition from, SinkMarker marker, HashSet<(SinkPosition Frame, int Record)> refused, CancellationToken cancellation)
    {
        for (var position = from; position.Segment < segments.Count || position == from;)
        {
            try
            {
                position = ShipPart(segments, position, marker, refused, cancellation);
            }
            catch (Exception e)
            {
                DropProducer();
                // What it was to deliver is delivered again at once.
                if (e is ExternalException && KafkaMutant.Is(KafkaMutant.TrustFailedCommit))
                    continue;
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
        _batch.Clear();
        var sent = new List<SinkPosition>();
        var bytes = 0L;
        var to = from;
        for (var isFull = false; to.Segment < segments.Count && !isFull;)
        {
            foreach (var frame in segments[to.Segment].Frames().Skip((int)to.Frame))
            {
                isFull = bytes >= TransactionBytesMax || producer.Failures.Count > 0;
                if (isFull)
                    break;
                bytes += Send(producer, segments[to.Segment], to, frame, refused, sent, cancellation);
                to = to with { Frame = to.Frame + 1 };
            }
            if (!isFull)
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

    // A record's number is that of its frame among those sent, and its own in the frame.
    unsafe long Send(
        KafkaProducer producer, IOutputSegment segment, SinkPosition position, ReadOnlyMemory<byte> frame, HashSet<(SinkPosition Frame, int Record)> refused,
        List<SinkPosition> sent, CancellationToken cancellation)
    {
        sent.Add(position);
        var number = (long)(sent.Count - 1) << 32;
        using var pinned = frame.Pin();
        var reader = new KafkaRecordReader(frame.Span);
        for (var record = 0; reader.MoveNext(); record++, number++)
        {
            if (refused.Count > 0 && refused.Contains((position, record)))
                continue;
            if (reader.HeaderCount == 0 && reader.Timestamp < 0 && _options.Partitioner == "default")
            {
                Add(ref reader, (byte*)pinned.Pointer, frame.Length, number);
                if (!_batch.IsFull || SendBatch(producer, cancellation))
                    continue;
                break;
            }
            if (!SendBatch(producer, cancellation))
                break;
            if (!producer.Produce(_topic, Partition(segment), ref reader, number, cancellation)
                && !IsSkipped(producer, producer.Code, producer.Reason, reader.Key.Length + reader.Value.Length))
            {
                break;
            }
        }
        SendBatch(producer, cancellation);
        producer.Serve();
        return frame.Length;
    }

    // An empty key or value is one all the same: it has an address.
    unsafe void Add(ref KafkaRecordReader reader, byte* frame, int frameBytes, long number)
    {
        var value = frame + frameBytes - reader.RestBytes - reader.Value.Length;
        _batch.Add(reader.HasKey ? value - reader.Key.Length : null, reader.Key.Length, reader.HasValue ? value : null, reader.Value.Length, number);
    }

    // False if the transaction takes no more.
    bool SendBatch(KafkaProducer producer, CancellationToken cancellation)
    {
        producer.Produce(_topic, _batch, cancellation);
        var takesMore = true;
        foreach (var (_, code, bytes) in _batch.Refused)
            takesMore = takesMore && IsSkipped(producer, code, RdKafkaClient.Text(code), bytes);
        _batch.Clear();
        return takesMore;
    }

    // A record that the client does not take is left out, where that is wished. False if an earlier one was refused by the broker: its transaction takes
    // no more.
    bool IsSkipped(KafkaProducer producer, int code, string reason, long bytes)
    {
        producer.Serve();
        if (producer.Failures.Count > 0)
            return false;
        if (!IsRefusal(code))
            throw KafkaErrors.Produce(_topic, $"{reason} {producer.Trouble}".TrimEnd());
        return _options.SkipsRefused ? true : throw KafkaErrors.RecordRefused(_topic, code, reason, bytes);
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
        if (_options.Partitioner == "fixed")
            return segment.Subtask % _partitions;
        _nextPartition = (_nextPartition + 1) % _partitions;
        return _nextPartition;
    }

    void SendMarker(KafkaProducer producer, SinkMarker marker, CancellationToken cancellation)
    {
        var frame = new ArrayBufferWriter<byte>();
        _markers.Write(marker, frame);
        var reader = new KafkaRecordReader(frame.WrittenSpan);
        reader.MoveNext();
        if (!producer.Produce(KafkaMarkers.Topic, _markers.Partition, ref reader, -1, cancellation))
            throw KafkaErrors.Produce(KafkaMarkers.Topic, $"{producer.Reason} {producer.Trouble}".TrimEnd());
        producer.Flush(cancellation);
        if (producer.Failures is [var failure, ..])
            throw KafkaErrors.Produce(KafkaMarkers.Topic, failure.Reason);
    }

    void Commit(KafkaProducer producer, CancellationToken cancellation)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        TransactionOutcome outcome;
        while ((outcome = producer.Commit(_callMax)) == TransactionOutcome.Retriable && watch.Elapsed < _commitMax)
            cancellation.ThrowIfCancellationRequested();
        if (KafkaMutant.Is(KafkaMutant.TrustLostCommit))
            return;
        // That the answer says no, or does not come, does not say that nothing was committed.
        Require(outcome, "commit a transaction");
        CrashPoint.Hit("kafka.committed");
        // What was sent twice because a connection broke could end a later transaction (KAFKA-17754); a new producer has a new epoch. Nothing says
        // for certain that it was sent twice, but then it took a while.
        if (watch.Elapsed > _commitSlow || producer.WasDisturbed())
            DropProducer();
    }

    void Refuse(KafkaProducer producer, List<SinkPosition> sent, HashSet<(SinkPosition Frame, int Record)> refused)
    {
        // The first failure is the cause of those that follow.
        if (!IsRefusal(producer.Failures[0].Code))
            throw KafkaErrors.Produce(_topic, $"{producer.Failures[0].Reason} {producer.Trouble}".TrimEnd());
        // A batch is refused as a whole, and its records may be small: only one that is alone in its batch is known to be too large.
        if (_singly)
        {
            foreach (var (number, code, reason, bytes) in producer.Failures.Where(failure => IsRefusal(failure.Code)))
            {
                if (!_options.SkipsRefused)
                    throw KafkaErrors.RecordRefused(_topic, code, reason, bytes);
                refused.Add((sent[(int)(number >> 32)], (int)number));
            }
        }
        _singly = true;
        DropProducer();
    }

    /// <summary>The record, or its batch, is not taken and never will be.</summary>
    public static bool IsRefusal(int code) => code is RdKafkaCode.MessageTooLarge or RdKafkaCode.RecordListTooLarge or RdKafkaCode.InvalidRecord or RdKafkaCode.PolicyViolation;

    KafkaProducer EnsureProducer()
    {
        if (_producer is not null)
            return _producer;
        _markers.Prepare();
        _producer = new KafkaProducer(_options.Properties, _transactionalId, _singly);
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
        // The topic may have been made anew.
        _partitions = 0;
    }
}
