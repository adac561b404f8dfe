using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Connectors.Kafka.Native;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using ExternalException = SqlStream.Core.Diagnostics.ExternalException;

namespace SqlStream.Connectors.Kafka;

/// <summary>Writes the rows of one sink subtask as they come, without transactions: at least once where the epoch waits for their delivery.</summary>
/// <remarks>Rows lie in the client until they are delivered; when it is full, the subtask waits. Records are told apart by whether they came before the
/// last barrier or behind it: a report says which of the two counts goes down. A record that is refused together with its batch is sent again, alone,
/// by a second client, and so may be overtaken.</remarks>
sealed unsafe class KafkaWriter : ISinkWriter
{
    readonly string _topic;
    readonly KafkaOptions _options;
    readonly ISinkEncoder _encoder;
    readonly SinkWriterContext _context;
    readonly ArrayBufferWriter<byte> _frame = new(64 << 10);
    readonly long[] _outstanding = new long[2];
    readonly TaskCompletionSource?[] _waiting = new TaskCompletionSource?[2];
    readonly Queue<(int Slot, int Partition, byte[] Frame)> _again = new();
    readonly GCHandle _wake;
    readonly KafkaProducer _producer;
    KafkaProducer? _single;
    Exception? _failure;
    string _told = "";
    int _sent;
    int _slot;
    int _partitions;
    int _nextPartition;
    bool _looksForPartitions;
    volatile bool _disposed;

    public KafkaWriter(string topic, KafkaOptions options, ISinkEncoder encoder, SinkWriterContext context)
    {
        _topic = topic;
        _options = options;
        _encoder = encoder;
        _context = context;
        _producer = KafkaProducer.Eager(options.Properties, Reported);
        _wake = GCHandle.Alloc(context.Wake);
        _producer.WakeOnEvents(&Wake, GCHandle.ToIntPtr(_wake));
    }

    /// <inheritdoc/>
    public bool Serve()
    {
        _producer.Serve();
        _single?.Serve();
        SendAgain();
        if (Volatile.Read(ref _failure) is { } failure)
            throw failure;
        if (_sent < _frame.WrittenCount)
            Send();
        TellTrouble();
        return _sent == _frame.WrittenCount && _again.Count == 0;
    }

    /// <inheritdoc/>
    public void Write(Batch batch)
    {
        _frame.ResetWrittenCount();
        _sent = 0;
        _encoder.Encode(batch, _frame);
        Send();
    }

    /// <inheritdoc/>
    public void Flush()
    {
        // The client sends what it has by itself, after linger.ms at the latest.
    }

    /// <inheritdoc/>
    public Task Delivered()
    {
        var (last, before) = (Delivered(_slot), Delivered(1 - _slot));
        // Where nobody waits, rows from before the last barrier may still be on their way; then both counts are one.
        if (before.IsCompleted)
            _slot = 1 - _slot;
        return before.IsCompleted ? last : last.IsCompleted ? before : Task.WhenAll(before, last);
    }

    Task Delivered(int slot)
    {
        if (_outstanding[slot] == 0)
            return Task.CompletedTask;
        return (_waiting[slot] ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _producer.Dispose();
        _single?.Dispose();
        _encoder.Dispose();
        _wake.Free();
    }

    void Send()
    {
        var reader = new KafkaRecordReader(_frame.WrittenSpan[_sent..]);
        while (reader.MoveNext())
        {
            if (!TryPartition(out var partition))
                return;
            if (_producer.TryProduce(_topic, partition, ref reader, _slot))
                _outstanding[_slot]++;
            else if (_producer.Code == RdKafkaCode.QueueFull)
                return;
            else if (!KafkaShipper.IsRefusal(_producer.Code))
                throw KafkaErrors.Produce(_topic, $"{_producer.Reason} {_producer.Trouble}".TrimEnd());
            else if (!_options.SkipsRefused)
                throw KafkaErrors.RecordRefused(_topic, _producer.Code, _producer.Reason, reader.Key.Length + reader.Value.Length);
            _sent = _frame.WrittenCount - reader.RestBytes;
        }
    }

    // False while the number of partitions is not known.
    bool TryPartition(out int? partition)
    {
        partition = null;
        if (_options.Partitioner == "default")
            return true;
        var partitions = Volatile.Read(ref _partitions);
        if (partitions == 0)
        {
            if (!_looksForPartitions)
                _context.Edge!.Run("partitions of " + _topic, _ => FindPartitions());
            _looksForPartitions = true;
            return false;
        }
        if (_options.Partitioner == "round-robin")
            _nextPartition = (_nextPartition + 1) % partitions;
        partition = _options.Partitioner == "fixed" ? _context.Subtask % partitions : _nextPartition;
        return true;
    }

    void FindPartitions()
    {
        try
        {
            using var admin = new KafkaAdmin(_options.Properties, $"writing topic {_topic}");
            Volatile.Write(ref _partitions, admin.Topics().TryGetValue(_topic, out var partitions) ? partitions : throw KafkaErrors.TopicUnknown(_topic, _options.Servers));
        }
        catch (ExternalException e)
        {
            Volatile.Write(ref _failure, e);
        }
        if (!_disposed)
            _context.Wake();
    }

    // Within Serve.
    void Reported(RdKafkaMessage* message)
    {
        if (message->Error == 0)
        {
            if (_told.Length > 0)
                _producer.ClearTrouble();
            Settle((int)message->Opaque);
        }
        else if (KafkaShipper.IsRefusal(message->Error))
            _again.Enqueue(((int)message->Opaque, message->Partition, Copy(message)));
        else
            _failure ??= KafkaErrors.Produce(_topic, $"{RdKafkaClient.Text(message->Error)} {_producer.Trouble}".TrimEnd());
    }

    void ReportedSingly(RdKafkaMessage* message)
    {
        if (message->Error == 0 || (KafkaShipper.IsRefusal(message->Error) && _options.SkipsRefused))
            Settle((int)message->Opaque);
        else if (KafkaShipper.IsRefusal(message->Error))
            _failure ??= KafkaErrors.RecordRefused(_topic, message->Error, RdKafkaClient.Text(message->Error), (long)(message->KeyBytes + message->PayloadBytes));
        else
            _failure ??= KafkaErrors.Produce(_topic, RdKafkaClient.Text(message->Error));
    }

    void Settle(int slot)
    {
        if (--_outstanding[slot] > 0)
            return;
        var waiting = _waiting[slot];
        _waiting[slot] = null;
        waiting?.SetResult();
    }

    // A batch is refused as a whole, and its records may be small: only one that is alone in its batch is known to be too large.
    void SendAgain()
    {
        while (_again.TryPeek(out var record))
        {
            if (_single is null)
            {
                _single = KafkaProducer.Eager(_options.Properties, ReportedSingly, singly: true);
                _single.WakeOnEvents(&Wake, GCHandle.ToIntPtr(_wake));
            }
            var reader = new KafkaRecordReader(record.Frame);
            reader.MoveNext();
            if (!_single.TryProduce(_topic, record.Partition, ref reader, record.Slot))
            {
                if (_single.Code == RdKafkaCode.QueueFull)
                    return;
                _failure ??= KafkaErrors.Produce(_topic, _single.Reason);
            }
            _again.Dequeue();
        }
    }

    static byte[] Copy(RdKafkaMessage* message)
    {
        var headers = new ArrayBufferWriter<byte>();
        var count = 0;
        if (RdKafkaApi.MessageHeaders(message, out var all) == 0)
        {
            for (; RdKafkaApi.HeaderGetAll(all, (nuint)count, out var name, out var value, out var bytes) == 0; count++)
                KafkaRecordWriter.WriteHeader(headers, MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)name), new ReadOnlySpan<byte>((byte*)value, (int)bytes), value != 0);
        }
        var frame = new ArrayBufferWriter<byte>();
        KafkaRecordWriter.Write(
            frame, message->Key is not null, new ReadOnlySpan<byte>(message->Key, (int)message->KeyBytes), message->Payload is not null,
            new ReadOnlySpan<byte>(message->Payload, (int)message->PayloadBytes), RdKafkaApi.MessageTimestamp(message, out _), count, headers.WrittenSpan);
        return frame.WrittenSpan.ToArray();
    }

    void TellTrouble()
    {
        var trouble = _outstanding[0] + _outstanding[1] > 0 ? _producer.Trouble : "";
        if (trouble == _told)
            return;
        _told = trouble;
        if (trouble.Length > 0)
            _context.Trouble(KafkaErrors.Produce(_topic, trouble.Trim('(', ')')));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Wake(nint client, nint opaque) => ((Action)GCHandle.FromIntPtr(opaque).Target!)();
}
