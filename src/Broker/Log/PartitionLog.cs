using System.Buffers.Binary;
using SqlStream.Broker.Protocol;
using SqlStream.Broker.Timing;
using SqlStream.Broker.Topics;

namespace SqlStream.Broker.Log;

/// <summary>The log of one partition: its batches, from <see cref="Start"/> to <see cref="End"/>. All members are used under the broker's gate.</summary>
/// <remarks>There are no replicas, so what is appended is committed at once: the end is also the high watermark.</remarks>
sealed class PartitionLog : IDisposable
{
    readonly List<Segment> _segments = [];
    readonly List<FetchWaiter> _waiters = [];
    readonly ProducerTable _producers = new();
    readonly List<(int Epoch, long Start)> _epochs = [];
    readonly TopicSettings _settings;
    readonly BrokerClock _clock;
    readonly string? _directory;
    readonly byte[] _marker = new byte[ControlBatch.Size];

    /// <param name="settings">Of the topic; may change.</param>
    /// <param name="clock">For markers and log append time.</param>
    /// <param name="directory">Where the segments are kept, or null for memory.</param>
    public PartitionLog(TopicSettings settings, BrokerClock clock, string? directory)
    {
        _settings = settings;
        _clock = clock;
        _directory = directory;
        if (directory is not null)
            Recover(directory);
        if (_segments.Count == 0)
            _segments.Add(NewSegment(0));
    }

    /// <summary>The first offset that can be read.</summary>
    public long Start { get; private set; }

    /// <summary>The offset that the next record gets.</summary>
    public long End { get; private set; }

    /// <summary>Below it every transaction has ended.</summary>
    public long LastStable => _producers.FirstOpen ?? End;

    /// <summary>Raised when the leader moves or the log is cut, so that readers notice.</summary>
    public int LeaderEpoch { get; private set; }

    public long Bytes
    {
        get
        {
            long sum = 0;
            foreach (var segment in _segments)
                sum += segment.Size;
            return sum;
        }
    }

    /// <summary>Appends a validated batch, whose head is changed where it lies.</summary>
    public AppendResult Append(Span<byte> batch)
    {
        var header = BatchHeader.Read(batch);
        if (header.HasProducer)
        {
            if (_producers.TryFindDuplicate(header, out var known, out var timestamp))
                return new AppendResult(ErrorCode.None, known, _settings.IsLogAppendTime ? timestamp : -1, Start);
            var admitted = _producers.Admit(header);
            if (admitted != ErrorCode.None)
                return new AppendResult(admitted, -1, -1, -1);
        }
        BatchHeader.Place(batch, End, LeaderEpoch);
        var appendTime = -1L;
        if (_settings.IsLogAppendTime)
        {
            appendTime = _clock.Milliseconds;
            Stamp(batch, header.Attributes, appendTime);
        }
        header = BatchHeader.Read(batch);
        AppendPlaced(batch, header, isCommit: false);
        return new AppendResult(ErrorCode.None, header.BaseOffset, appendTime, Start);
    }

    /// <summary>Ends the transaction of a producer here.</summary>
    public void AppendMarker(long producerId, short epoch, bool isCommit)
    {
        ControlBatch.Write(_marker, producerId, epoch, isCommit, _clock.Milliseconds);
        BatchHeader.Place(_marker, End, LeaderEpoch);
        AppendPlaced(_marker, BatchHeader.Read(_marker), isCommit);
    }

    /// <summary>Whether a producer has an open transaction in this partition.</summary>
    public bool HasOpenTransaction(long producerId) => _producers.HasOpen(producerId);

    /// <summary>How many bytes can be read from an offset below a limit; a cheap upper estimate.</summary>
    public long Available(long offset, long limit)
    {
        if (offset >= limit)
            return 0;
        long sum = 0;
        foreach (var segment in _segments)
        {
            if (segment.BaseOffset >= offset)
                sum += segment.Size;
            else if (segment == SegmentOf(offset))
                sum += segment.Size - segment.PositionOf(offset);
        }
        return sum;
    }

    /// <summary>Copies whole batches from the one that holds <paramref name="offset"/> on, as many as fit; at least one if
    /// <paramref name="atLeastOne"/>.</summary>
    /// <returns>The offset behind the last record copied; <paramref name="offset"/> if nothing was.</returns>
    public long Read(long offset, long limit, int bytesMax, bool atLeastOne, WireWriter target)
    {
        if (offset >= limit)
            return offset;
        var index = IndexOf(offset);
        var start = _segments[index].PositionOf(offset);
        while (start == _segments[index].Size && index + 1 < _segments.Count)
            start = _segments[++index].PositionOf(offset);
        var segment = _segments[index];
        if (start == segment.Size)
            return offset;
        var bytes = Math.Min(segment.Size - start, bytesMax);
        var first = segment.HeaderAt(start).TotalBytes;
        if (bytes < first)
        {
            if (!atLeastOne)
                return offset;
            bytes = first;
        }
        var span = target.Reserve(bytes);
        segment.Read(start, span);
        var kept = WholeBatches(span, limit, offset, out var next);
        target.Unreserve(bytes - kept);
        segment.Remember(next, start + kept);
        return next;
    }

    public void CollectAborted(long from, long to, List<AbortedTransaction> target) => _producers.CollectAborted(from, to, target);

    /// <summary>The first record of this time or later; null if there is none. In a compressed batch the batch's first record stands for it.</summary>
    public (long Offset, long Timestamp)? Find(long timestamp, long limit)
    {
        foreach (var segment in _segments)
        {
            if (segment.PositionOfTimestamp(timestamp) is not { } position)
                continue;
            var header = segment.HeaderAt(position);
            var batch = new byte[header.TotalBytes];
            segment.Read(position, batch);
            var found = RecordTimes.Find(batch, header, timestamp);
            return found.Offset < limit ? found : null;
        }
        return null;
    }

    /// <summary>Drops whole segments below an offset and hides the rest below it.</summary>
    public void DeleteBefore(long offset)
    {
        Start = Math.Max(Start, offset);
        while (_segments.Count > 1 && _segments[1].BaseOffset <= Start)
            DropFirst();
        _producers.Expire(long.MinValue, Start);
    }

    /// <summary>Drops old segments as the topic's retention has it, and forgets producers that were silent for long.</summary>
    public void Retain(long now, long producerSilentMs)
    {
        if (_settings.IsDeleting)
        {
            var bytes = Bytes;
            while (_segments.Count > 1 && IsDue(_segments[0], now, bytes))
            {
                bytes -= _segments[0].Size;
                Start = Math.Max(Start, _segments[1].BaseOffset);
                DropFirst();
            }
        }
        _producers.Expire(now - producerSilentMs, Start);
    }

    /// <summary>Loses everything from an offset on, as an unclean election does; the batch that holds it goes whole.</summary>
    public void Truncate(long offset)
    {
        if (offset >= End)
            return;
        while (_segments.Count > 1 && _segments[^1].BaseOffset >= offset)
        {
            _segments[^1].Delete();
            _segments.RemoveAt(_segments.Count - 1);
        }
        var last = _segments[^1];
        var position = last.PositionOf(offset);
        var end = position < last.Size ? last.HeaderAt(position).BaseOffset : offset;
        last.Truncate(position);
        End = end;
        Start = Math.Min(Start, End);
        _epochs.RemoveAll(epoch => epoch.Start >= End);
        RebuildProducers();
        RaiseLeaderEpoch();
    }

    /// <summary>Begins a new leader epoch.</summary>
    public void RaiseLeaderEpoch()
    {
        LeaderEpoch++;
        WakeAll();
    }

    /// <summary>The last epoch up to this one that has records, and the offset behind them.</summary>
    public (int Epoch, long End) EndOfEpoch(int epoch)
    {
        if (epoch == LeaderEpoch)
            return (epoch, End);
        for (var i = _epochs.Count - 1; i >= 0; i--)
        {
            if (_epochs[i].Epoch <= epoch)
                return (_epochs[i].Epoch, i + 1 < _epochs.Count ? _epochs[i + 1].Start : End);
        }
        return (epoch, Start);
    }

    public void Wait(FetchWaiter waiter) => _waiters.Add(waiter);

    public void StopWaiting(FetchWaiter waiter) => _waiters.Remove(waiter);

    public void WakeAll()
    {
        foreach (var waiter in _waiters)
            waiter.Wake();
    }

    public void Dispose()
    {
        foreach (var segment in _segments)
            segment.Dispose();
    }

    void AppendPlaced(ReadOnlySpan<byte> batch, in BatchHeader header, bool isCommit)
    {
        var active = _segments[^1];
        if (active.Size > 0 && (long)active.Size + batch.Length > _settings.SegmentBytesMax)
            _segments.Add(active = NewSegment(End));
        active.Append(batch, header);
        NoteEpoch(header);
        End = header.LastOffset + 1;
        _producers.Note(header, isCommit, _clock.Milliseconds);
        WakeAll();
    }

    static void Stamp(Span<byte> batch, short attributes, long time)
    {
        BinaryPrimitives.WriteInt16BigEndian(batch[BatchHeader.AttributesPosition..], (short)(attributes | BatchHeader.LogAppendTimeFlag));
        BinaryPrimitives.WriteInt64BigEndian(batch[BatchHeader.MaxTimestampPosition..], time);
        BatchHeader.WriteCrc(batch);
    }

    static int WholeBatches(ReadOnlySpan<byte> bytes, long limit, long offset, out long next)
    {
        next = offset;
        var position = 0;
        while (bytes.Length - position >= BatchHeader.Size)
        {
            var header = BatchHeader.Read(bytes[position..]);
            if (header.TotalBytes > bytes.Length - position || header.BaseOffset >= limit)
                break;
            position += header.TotalBytes;
            next = header.LastOffset + 1;
        }
        return position;
    }

    bool IsDue(Segment segment, long now, long bytes)
    {
        var byTime = _settings.RetainedMs >= 0 && segment.MaxTimestamp >= 0 && now - segment.MaxTimestamp > _settings.RetainedMs;
        var bySize = _settings.RetainedBytes >= 0 && bytes - segment.Size >= _settings.RetainedBytes;
        return (byTime || bySize) && _segments[1].BaseOffset <= LastStable;
    }

    void DropFirst()
    {
        _segments[0].Delete();
        _segments.RemoveAt(0);
    }

    Segment SegmentOf(long offset) => _segments[IndexOf(offset)];

    int IndexOf(long offset)
    {
        for (var i = _segments.Count - 1; i > 0; i--)
        {
            if (_segments[i].BaseOffset <= offset)
                return i;
        }
        return 0;
    }

    Segment NewSegment(long baseOffset) => _directory is null ? new MemorySegment(baseOffset) : FileSegment.Create(_directory, baseOffset);

    void Recover(string directory)
    {
        Directory.CreateDirectory(directory);
        var bases = FileSegment.Find(directory);
        for (var i = 0; i < bases.Count; i++)
            _segments.Add(FileSegment.Recover(directory, bases[i], isLast: i == bases.Count - 1, Note));
        if (bases.Count > 0)
        {
            Start = bases[0];
            End = Math.Max(End, bases[^1]);
        }
    }

    void Note(in BatchHeader header, ReadOnlySpan<byte> batch)
    {
        _producers.Note(header, header.IsControl && ControlBatch.IsCommit(batch), _clock.Milliseconds);
        NoteEpoch(header);
        LeaderEpoch = Math.Max(LeaderEpoch, header.LeaderEpoch);
        End = header.LastOffset + 1;
    }

    void NoteEpoch(in BatchHeader header)
    {
        if (_epochs.Count == 0 || _epochs[^1].Epoch < header.LeaderEpoch)
            _epochs.Add((header.LeaderEpoch, header.BaseOffset));
    }

    void RebuildProducers()
    {
        _producers.Clear();
        foreach (var segment in _segments)
        {
            for (var position = 0; position < segment.Size;)
            {
                var batch = new byte[segment.HeaderAt(position).TotalBytes];
                segment.Read(position, batch);
                var header = BatchHeader.Read(batch);
                _producers.Note(header, header.IsControl && ControlBatch.IsCommit(batch), _clock.Milliseconds);
                position += batch.Length;
            }
        }
    }
}

/// <summary>What became of a batch.</summary>
/// <param name="Error">Why it was not taken.</param>
/// <param name="BaseOffset">The offset of its first record.</param>
/// <param name="AppendTime">The time that its records got, or -1 where they keep their own.</param>
/// <param name="LogStart">The first offset of the log.</param>
readonly record struct AppendResult(ErrorCode Error, long BaseOffset, long AppendTime, long LogStart);
