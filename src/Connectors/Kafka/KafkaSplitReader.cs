using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using SqlStream.Connectors.Kafka.Native;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Kafka;

/// <summary>Reads a partition: messages are decoded where the client holds them and given back at once.</summary>
sealed unsafe class KafkaSplitReader : ISplitReader
{
    const int BatchBytesMax = 16 << 20;
    const int RowsOfMessageMax = 2;

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
    bool _disposed;
    int _prepared;
    bool _preparing;

    public KafkaSplitReader(
        KafkaConsumer consumer, SplitReaderContext context, KafkaSplit split, string? position, ConnectorTable table, KafkaColumns columns, bool isUpsert)
    {
        _consumer = consumer;
        _context = context;
        _split = split;
        _isUpsert = isUpsert;
        _topic = Encoding.UTF8.GetBytes(split.Topic);
        _offset = position is null ? split.Start : ParsePosition(position);
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
        _metadata = [.. context.ReadColumns.Where(column => column >= table.StoredColumns)
            .Select(column => (KafkaMetadata.Key(table, column), ColumnBuilder.Create(table.Schema[column].Type, context.Pool)))];
        _sources = new (Part, int)[context.ReadColumns.Count];
        var metadata = 0;
        for (var i = 0; i < _sources.Length; i++)
        {
            var column = context.ReadColumns[i];
            _sources[i] = column >= table.StoredColumns ? (Part.Metadata, metadata++)
                : keyColumns.Contains(column) ? (Part.Key, keyColumns.ToList().IndexOf(column))
                : (Part.Value, valueColumns.ToList().IndexOf(column));
        }
        _messagesMax = Math.Max(1, context.BatchRows / RowsOfMessageMax);
        _messages = (RdKafkaMessage**)NativeMemory.Alloc((nuint)_messagesMax, (nuint)sizeof(nint));
        _ended = _offset >= split.End;
        if (!_ended)
            _queue = consumer.Start(split, _offset);
    }

    enum Part
    {
        Value,
        Key,
        Metadata,
    }

    /// <inheritdoc/>
    public string Position => string.Create(CultureInfo.InvariantCulture, $"{{\"offset\":{_offset}}}");

    /// <inheritdoc/>
    public ReadStatus Read(out Batch? batch)
    {
        batch = null;
        if (_ended)
            return ReadStatus.End;
        _consumer.Serve();
        if (_next == _count && !Fetch())
            return _caughtUp ? ReadStatus.CaughtUp : ReadStatus.Waiting;
        if (!IsPrepared())
            return ReadStatus.Waiting;
        var from = _offset;
        var bytes = 0L;
        while (_next < _count && bytes < BatchBytesMax && !_ended && _values.Rows <= _context.BatchRows - RowsOfMessageMax)
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
            return _ended ? ReadStatus.End : _caughtUp ? ReadStatus.CaughtUp : ReadStatus.Waiting;
        batch = Build();
        return ReadStatus.Batch;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        for (; _next < _count; _next++)
            RdKafkaApi.MessageDestroy(_messages[_next]);
        if (_queue != 0)
            _consumer.Stop(_split, _queue);
        NativeMemory.Free(_messages);
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
        for (var i = _next; i < _count; i++)
        {
            var message = _messages[i];
            if (message->Error != 0)
                continue;
            if (message->Payload is not null)
                _valueDecoder.Prepare(Value(message), cancellation);
            if (message->Key is not null)
                _keyDecoder?.Prepare(Key(message), cancellation);
        }
        Volatile.Write(ref _prepared, _count);
        _context.Wake();
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
                _consumer.IsAlive();
                return;
            case RdKafkaCode.AutoOffsetReset or RdKafkaCode.OffsetOutOfRange:
                throw KafkaErrors.OffsetGone(_split.Name, _offset, Marshal.PtrToStringUTF8(RdKafkaApi.MessageErrorText(message)) ?? "");
            case RdKafkaCode.UnknownTopic or RdKafkaCode.UnknownPartition or RdKafkaCode.UnknownTopicOrPartition:
                throw KafkaErrors.PartitionGone(_split.Name);
            case RdKafkaCode.TopicAuthorizationFailed:
                throw KafkaErrors.Refused(_consumer.Servers, RdKafkaClient.Text(message->Error), "reading " + _split.Name);
            default:
                throw KafkaErrors.Read(_split.Name, Marshal.PtrToStringUTF8(RdKafkaApi.MessageErrorText(message)) ?? RdKafkaClient.Text(message->Error));
        }
    }

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

    static long ParsePosition(string position)
    {
        try
        {
            using var document = JsonDocument.Parse(position);
            if (document.RootElement.GetProperty("offset").GetInt64() is var offset and >= 0)
                return offset;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw KafkaErrors.PositionMalformed(position);
        }
        throw KafkaErrors.PositionMalformed(position);
    }
}
