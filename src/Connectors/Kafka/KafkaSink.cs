using System.Buffers;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Kafka;

/// <summary>A topic as a sink: exactly once through the output log, an epoch a transaction; or written as rows come.</summary>
sealed class KafkaSink : ISink
{
    readonly ConnectorTable _table;
    readonly KafkaColumns _columns;
    readonly KafkaOptions _options;
    readonly bool _isUpsert;

    public KafkaSink(ConnectorTable table, KafkaColumns columns, KafkaOptions options, bool isUpsert)
    {
        _table = table;
        _columns = columns;
        _options = options;
        _isUpsert = isUpsert;
        Accepts = isUpsert ? ChangelogMode.Upsert : columns.Value.Format.EncodableChangelog(columns.Value.Messages.Table.Options);
        // The formats check their options and the columns' types when they make an encoder.
        columns.Value.Encoder();
        columns.Key?.Encoder();
    }

    public ChangelogMode Accepts { get; }

    public DeliveryGuarantee Delivery => _options.Guarantee;

    public void Prepare(CancellationToken cancellation)
    {
        // What one encoder has learnt its format knows for all.
        _columns.Value.Encoder().Prepare(cancellation);
        _columns.Key?.Encoder().Prepare(cancellation);
    }

    public ISinkEncoder CreateEncoder(ColumnPool pool) => new Encoder(_table, _columns, _isUpsert);

    public ISinkShipper CreateShipper(ShipperContext context) => new KafkaShipper(_table.Name, _options.Topics[0], _options, context);

    public ISinkWriter CreateWriter(SinkWriterContext context) =>
        new KafkaWriter(_options.Topics[0], _options, new Encoder(_table, _columns, _isUpsert), context);

    sealed class Encoder : ISinkEncoder
    {
        readonly IMessageEncoder _value;
        readonly IMessageEncoder? _key;
        readonly bool _isUpsert;
        readonly int _timestamp = -1;
        readonly int _headers = -1;
        readonly ArrayBufferWriter<byte> _valueBytes = new();
        readonly ArrayBufferWriter<byte> _keyBytes = new();
        readonly ArrayBufferWriter<byte> _headerBytes = new();

        public Encoder(ConnectorTable table, KafkaColumns columns, bool isUpsert)
        {
            _value = columns.Value.Encoder();
            _key = columns.Key?.Encoder();
            _isUpsert = isUpsert;
            for (var column = table.StoredColumns; column < table.Schema.Count; column++)
            {
                if (KafkaMetadata.Key(table, column) == KafkaMetadata.Timestamp)
                    _timestamp = column;
                else if (KafkaMetadata.Key(table, column) == KafkaMetadata.Headers)
                    _headers = column;
            }
        }

        public void Encode(Batch batch, IBufferWriter<byte> output)
        {
            for (var i = 0; i < batch.Rows; i++)
                Encode(batch, batch.StoredRow(i), output);
        }

        public void Dispose()
        {
            // Nothing is held.
        }

        void Encode(Batch batch, int row, IBufferWriter<byte> output)
        {
            // Of an update only what comes after it is written: the key says what it replaces.
            var kind = batch.Kind(row);
            if (_isUpsert && kind == RowKind.UpdateBefore)
                return;
            _keyBytes.ResetWrittenCount();
            _valueBytes.ResetWrittenCount();
            var hasKey = _key is not null && _key.Encode(batch, row, _keyBytes);
            var hasValue = !(_isUpsert && kind == RowKind.Delete) && _value.Encode(batch, row, _valueBytes);
            var timestamp = _timestamp >= 0 && batch[_timestamp] is FixedColumn<long> times && !times.IsNull(row) ? times[row] / 1000 : -1;
            var headers = _headers >= 0 ? Headers((MapColumn)batch[_headers], row) : 0;
            KafkaRecordWriter.Write(output, hasKey, _keyBytes.WrittenSpan, hasValue, _valueBytes.WrittenSpan, timestamp, headers, _headerBytes.WrittenSpan);
        }

        int Headers(MapColumn column, int row)
        {
            _headerBytes.ResetWrittenCount();
            if (column.IsNull(row))
                return 0;
            var (start, count) = column[row];
            var (keys, values) = ((BytesColumn)column.Keys, (BytesColumn)column.Values);
            for (var i = start; i < start + count; i++)
                KafkaRecordWriter.WriteHeader(_headerBytes, keys[i], values.IsNull(i) ? [] : values[i], !values.IsNull(i));
            return count;
        }
    }
}
