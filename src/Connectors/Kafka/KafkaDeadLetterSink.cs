using System.Buffers;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Kafka;

/// <summary>The topic that takes records that could not be decoded: their bytes as they were, and in headers where they stood and what is wrong.</summary>
sealed class KafkaDeadLetterSink(string table, KafkaOptions options) : ISink
{
    public ChangelogMode Accepts => ChangelogMode.AppendOnly;

    public DeliveryGuarantee Delivery => DeliveryGuarantee.ExactlyOnce;

    public ISinkEncoder CreateEncoder(ColumnPool pool) => new Encoder();

    public ISinkShipper CreateShipper(ShipperContext context) => new KafkaShipper($"{table} (dead letters)", options.DeadLetterTopic!, options, context);

    public ISinkWriter CreateWriter(SinkWriterContext context) => throw new EngineBugException("topics are written by a shipper");

    sealed class Encoder : ISinkEncoder
    {
        readonly ArrayBufferWriter<byte> _headers = new();

        public void Encode(Batch batch, IBufferWriter<byte> output)
        {
            var (source, position, error, raw) = ((BytesColumn)batch[0], (BytesColumn)batch[1], (BytesColumn)batch[2], (BytesColumn)batch[3]);
            for (var i = 0; i < batch.Rows; i++)
            {
                var row = batch.StoredRow(i);
                _headers.ResetWrittenCount();
                KafkaRecordWriter.WriteHeader(_headers, "source"u8, source[row]);
                KafkaRecordWriter.WriteHeader(_headers, "position"u8, position[row]);
                KafkaRecordWriter.WriteHeader(_headers, "error"u8, error[row]);
                KafkaRecordWriter.Write(output, false, [], true, raw[row], -1, 3, _headers.WrittenSpan);
            }
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
