using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using SqlStream.Connectors.Kafka.Native;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using ExternalException = SqlStream.Core.Diagnostics.ExternalException;

namespace SqlStream.Connectors.Kafka;

/// <summary>Reads a partition: messages are decoded where the client holds them and given back at once.</summary>
sealed unsafe class KafkaSplitReader : ISplitReader
{
    const int BatchBytesMax = 16 << 20;
    const int RowsOfMessageMax = 2;

    readonly Lock _lock = new();
    readonly KafkaConsumer _consumer;
    readonly SplitReaderContext _context;
    readonly KafkaSplit _split;
    readonly IMessageDecoder _valueDecoder;
    readonly IMessageDecoder? _keyDecoder;
    readonly BatchBuilder _values;
    readonly BatchBuilder? _keys;
    readonly (string Key, ColumnBuilder Builder)[] _metadata;
    readonly (Part Part, int Index)[] _sources;
    readonly bool _isUpsert;
    readonly byte[] _topic;
    readonly int _messagesMax;
    readonly RdKafkaMessage** _messages;
    readonly nint _queue;
    int _next;
    int _count;
    long _offset;
    bool _caughtUp;
    bool _ended;
    volatile bool _disposed;
    int _prepared;
    bool _preparing;
    bool _preparesNow;
    long? _askedAt;

    public KafkaSplitReader(
        KafkaConsumer consumer, SplitReaderContext context, KafkaSplit split, string? position, ConnectorTable table, KafkaColumns columns, bool isUpsert)
    {
        _consumer = consumer;
        _context = context;
        _split = split;
        _isUpsert = isUpsert;
        _topic = Encoding.UTF8.GetBytes(split.Topic);
        _offset = KafkaSplit.Offset(position) ?? split.Start;
        // Of a deletion only the key is known; otherwise the value is what counts where both hold a column.
        var fromKey = columns.Key is { } key && (isUpsert || !columns.KeyIsInValue) ? key.Columns : [];
        (_valueDecoder, var valueColumns) = columns.Value.Decoder(context.ReadColumns);
        _values = new BatchBuilder([.. valueColumns.Select(column => table.Schema[column].Type)], context.Pool);
        IReadOnlyList<int> keyColumns = [];
        if (fromKey.Any(context.ReadColumns.Contains))
        {
            (_keyDecoder, keyColumns) = columns.Key!.Decoder(context.ReadColumns);
            _keys = new BatchBuilder([.. keyColumns.Select(column => table.Schema[column].Type)], context.Pool);
        }
        _metadata = [.. context.ReadColumns.Where(column => column >= table.StoredColumns && !valueColumns.Contains(column))
            .Select(column => (KafkaMetadata.Key(table, column), ColumnBuilder.Create(table.Schema[column].Type, context.Pool)))];
        _sources = new (Part, int)[context.ReadColumns.Count];
        var metadata = 0;
        for (var i = 0; i < _sources.Length; i++)
        {
            var column = context.ReadColumns[i];
            _sources[i] = keyColumns.Contains(column) ? (Part.Key, keyColumns.ToList().IndexOf(column))
                : valueColumns.Contains(column) ? (Part.Value, valueColumns.ToList().IndexOf(column))
                : (Part.Metadata, metadata++);
        }
        _ended = _offset >= split.End;
        try
        {
            if (!_ended)
                _queue = consumer.Start(split, _offset);
        }
        catch
        {
            DisposeBuilders();
            throw;
        }
        _messagesMax = Math.Max(1, context.BatchRows / RowsOfMessageMax);
        _messages = (RdKafkaMessage**)NativeMemory.Alloc((nuint)_messagesMax, (nuint)sizeof(nint));
    }

    enum Part
    {
        Value,
        Key,
        Metadata,
    }

    /// <inheritdoc/>
    public string Position => KafkaSplit.Position(_offset);

    /// <inheritdoc/>
    public double? Share => _split.End is { } end
        ? end <= _split.Start ? 1 : Math.Clamp((_offset - Math.Max(0, _split.Start)) / (double)(end - Math.Max(0, _split.Start)), 0, 1)
        : null;

    // A message must find room even where a batch is smaller than what one message may give.
    bool HasRoom => _values.Rows == 0 || _values.Rows <= _context.BatchRows - RowsOfMessageMax;

    /// <inheritdoc/>
    public ReadStatus Read(out Batch? batch)
    {
        batch = null;
        if (_ended)
            return ReadStatus.End;
        _consumer.Serve();
        if (_next == _count && !Fetch())
            return Nothing();
        if (!IsPrepared())
            return ReadStatus.Waiting;
        var from = _offset;
        var bytes = 0L;
        while (_next < _count && bytes < BatchBytesMax && !_ended && HasRoom)
        {
            var message = _messages[_next++];
            try
            {
                bytes += (long)(message->PayloadBytes + message->KeyBytes);
                Take(message);
            }
            finally
            {
                RdKafkaApi.MessageDestroy(message);
            }
        }
        if (_offset == from && _values.Rows == 0)
            return _ended ? ReadStatus.End : Nothing();
        batch = Build();
        return ReadStatus.Batch;
    }

    ReadStatus Nothing() =>
        !_consumer.Reaches(_split) ? ReadStatus.Unreachable : _caughtUp ? ReadStatus.CaughtUp : ReadStatus.Waiting;

    /// <inheritdoc/>
    public bool? ConfirmCaughtUp()
    {
        _askedAt ??= _context.Clock.GetTimestamp();
        if (_consumer.EndSince(_split, _askedAt.Value) is not { } end)
            return null;
        _askedAt = null;
        return _caughtUp && end == _offset;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        bool inUse;
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            inUse = _preparesNow;
        }
        if (_queue != 0)
            _consumer.Stop(_split, _queue);
        // What is looked at on an edge thread is given back there.
        if (!inUse)
            FreeMessages();
        DisposeBuilders();
    }

    void FreeMessages()
    {
        for (; _next < _count; _next++)
            RdKafkaApi.MessageDestroy(_messages[_next]);
        NativeMemory.Free(_messages);
    }

    void DisposeBuilders()
    {
        _values.Dispose();
        _keys?.Dispose();
        foreach (var (_, builder) in _metadata)
            builder.Dispose();
    }

    bool Fetch()
    {
        _next = _count = 0;
        var count = (int)RdKafkaApi.ConsumeBatchQueue(_queue, 0, _messages, (nuint)_messagesMax);
        if (count < 0)
            throw KafkaErrors.Read(_split.Name, RdKafkaClient.Text(RdKafkaApi.LastError()));
        _count = count;
        _prepared = 0;
        if (RdKafkaClient.TakeHeard() is { } heard)
            throw Failure(heard.Code, heard.Text);
        return count > 0;
    }

    // What decoding needs from outside, such as a schema, is brought on an edge thread.
    bool IsPrepared()
    {
        if (!_valueDecoder.NeedsPreparing && _keyDecoder is not { NeedsPreparing: true })
            return true;
        if (Volatile.Read(ref _prepared) >= _count)
        {
            _preparing = false;
            return true;
        }
        if (!_preparing)
        {
            _preparing = true;
            _context.Edge.Run("prepare " + _split.Name, Prepare);
        }
        return false;
    }

    void Prepare(CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _preparesNow = true;
            _consumer.Retain();
        }
        try
        {
            for (var i = _next; i < _count && !_disposed; i++)
                Prepare(_messages[i], cancellation);
        }
        finally
        {
            bool abandoned;
            lock (_lock)
            {
                _preparesNow = false;
                abandoned = _disposed;
            }
            if (abandoned)
                FreeMessages();
            _consumer.Release();
        }
        if (_disposed)
            return;
        Volatile.Write(ref _prepared, _count);
        _context.Wake();
    }

    void Prepare(RdKafkaMessage* message, CancellationToken cancellation)
    {
        if (message->Error != 0)
            return;
        if (message->Payload is not null)
            _valueDecoder.Prepare(Value(message), cancellation);
        if (message->Key is not null)
            _keyDecoder?.Prepare(Key(message), cancellation);
    }

    void Take(RdKafkaMessage* message)
    {
        if (message->Error != 0)
        {
            TakeNotice(message);
            return;
        }
        _caughtUp = false;
        if (message->Offset >= _split.End)
        {
            _ended = true;
            return;
        }
        _offset = message->Offset + 1;
        _ended = _offset >= _split.End;
        if (Decode(message) is { } problem)
        {
            var raw = message->Payload is null ? Key(message) : Value(message);
            _context.BadRows.Handle(raw, string.Create(CultureInfo.InvariantCulture, $"{_split.Name} offset {message->Offset}"), problem);
        }
    }

    void TakeNotice(RdKafkaMessage* message)
    {
        switch (message->Error)
        {
            case RdKafkaCode.PartitionEnd:
                // Control records and what was compacted away have offsets too.
                _offset = Math.Max(_offset, message->Offset);
                _caughtUp = true;
                _ended = _offset >= _split.End;
                _consumer.IsAlive(_split);
                return;
            case RdKafkaCode.AutoOffsetReset or RdKafkaCode.OffsetOutOfRange:
                throw KafkaErrors.OffsetGone(_split.Name, _offset, Marshal.PtrToStringUTF8(RdKafkaApi.MessageErrorText(message)) ?? "");
            default:
                throw Failure(message->Error, Marshal.PtrToStringUTF8(RdKafkaApi.MessageErrorText(message)) ?? RdKafkaClient.Text(message->Error));
        }
    }

    ExternalException Failure(int code, string reason) => code switch
    {
        RdKafkaCode.UnknownTopic or RdKafkaCode.UnknownPartition or RdKafkaCode.UnknownTopicOrPartition => KafkaErrors.PartitionGone(_split.Name),
        RdKafkaCode.TopicAuthorizationFailed => KafkaErrors.Refused(_consumer.Servers, RdKafkaClient.Text(code), "reading " + _split.Name),
        _ => KafkaErrors.Read(_split.Name, reason),
    };

    string? Decode(RdKafkaMessage* message)
    {
        var before = _values.Rows;
        if (_isUpsert && message->Payload is null)
            AppendDeletion();
        else if ((message->Payload is null ? _valueDecoder.DecodeNull(_values) : _valueDecoder.Decode(Value(message), _values)) is { } problem)
            return problem;
        var rows = _values.Rows - before;
        for (var i = 0; i < rows && _keys is not null; i++)
        {
            var keyRows = _keys.Rows;
            var keyProblem = message->Key is null ? "the record has no key" : _keyDecoder!.Decode(Key(message), _keys);
            if (keyProblem is null && _keys.Rows != keyRows + 1)
                keyProblem = "the key is not one row";
            if (keyProblem is null)
                continue;
            _values.Truncate(before);
            _keys.Truncate(keyRows - i);
            return "key: " + keyProblem;
        }
        foreach (var (key, builder) in _metadata)
            KafkaMetadata.Append(builder, key, _split, _topic, message, rows);
        return null;
    }

    void AppendDeletion()
    {
        foreach (var column in _values.Columns)
            column.AppendNull();
        _values.EndRow(RowKind.Delete);
    }

    Batch Build()
    {
        var values = _values.Build();
        if (_keys is null && _metadata.Length == 0)
            return values;
        var keys = _keys?.Build();
        var metadata = Array.ConvertAll(_metadata, one => one.Builder.Build());
        var columns = new Column[_sources.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            var (part, index) = _sources[i];
            columns[i] = part == Part.Metadata ? metadata[index] : part == Part.Key ? keys![index].Retain() : values[index].Retain();
        }
        byte[]? kinds = null;
        if (!values.IsInsertOnly)
        {
            kinds = _context.Pool.Rent(values.StoredRows);
            for (var row = 0; row < values.StoredRows; row++)
                kinds[row] = (byte)values.Kind(row);
        }
        var batch = new Batch(columns, values.StoredRows, _context.Pool, kinds);
        values.Release();
        keys?.Release();
        return batch;
    }

    static ReadOnlySpan<byte> Value(RdKafkaMessage* message) => new(message->Payload, checked((int)message->PayloadBytes));

    static ReadOnlySpan<byte> Key(RdKafkaMessage* message) => new(message->Key, checked((int)message->KeyBytes));
}
