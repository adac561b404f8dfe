using System.Buffers;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.State.Codec;

namespace SqlStream.Engine.Memory;

/// <summary>INSERT into a memory table: exactly once through the output log, epoch by epoch. INSERT OVERWRITE keeps the rows of all epochs in the
/// file and carries them out when the job has ended.</summary>
sealed class MemorySink(MemoryTableHandle handle, ConnectorTable table, InsertMode mode) : ISink
{
    readonly ValueList<int> _primaryKey = table.PrimaryKey;

    public ChangelogMode Accepts => _primaryKey.IsEmpty ? ChangelogMode.Retract : ChangelogMode.Upsert;

    public bool AcceptsRowChanges => true;

    public DeliveryGuarantee Delivery => DeliveryGuarantee.ExactlyOnce;

    // Partitions are not kept apart, so that none can be overwritten.
    public ISink? With(InsertMode mode) => mode.Overwrites && !table.PartitionKeys.IsEmpty ? null : new MemorySink(handle, table, mode);

    public ISinkEncoder CreateEncoder(ColumnPool pool) => new Encoder(_primaryKey);

    public ISinkShipper CreateShipper(ShipperContext context) => new MemoryShipper(handle, table, mode, context);

    public ISinkWriter CreateWriter(SinkWriterContext context) => throw new EngineBugException("a memory table is written by a shipper");

    // Count, key and value of each row; a row without a key is its own.
    sealed class Encoder(ValueList<int> primaryKey) : ISinkEncoder
    {
        readonly KeyBatch _keys = new();
        readonly KeyBatch _values = new();
        readonly List<byte> _bytes = [];

        public void Encode(Batch batch, IBufferWriter<byte> output)
        {
            _values.Encode(batch.Columns, batch.StoredRows, batch.Selection);
            if (!primaryKey.IsEmpty)
                _keys.Encode([.. primaryKey.Map(index => batch[index])], batch.StoredRows, batch.Selection);
            _bytes.Clear();
            for (var i = 0; i < batch.Rows; i++)
            {
                var kind = batch.Kind(batch.StoredRow(i));
                var goes = kind is RowKind.Delete or RowKind.UpdateBefore;
                MemoryCodec.WriteNumber(_bytes, goes ? -1 : 1);
                MemoryCodec.WriteBytes(_bytes, primaryKey.IsEmpty ? _values[i] : _keys[i]);
                MemoryCodec.WriteBytes(_bytes, goes || primaryKey.IsEmpty ? [] : _values[i]);
            }
            output.Write(CollectionsMarshal.AsSpan(_bytes));
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
