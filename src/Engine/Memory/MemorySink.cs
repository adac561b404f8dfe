using System.Buffers;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.State.Codec;

namespace SqlStream.Engine.Memory;

/// <summary>INSERT INTO a memory table: exactly once through the output log, epoch by epoch.</summary>
sealed class MemorySink(MemoryTableHandle table, ValueList<int> primaryKey) : ISink
{
    public ChangelogMode Accepts => primaryKey.IsEmpty ? ChangelogMode.Retract : ChangelogMode.Upsert;

    public bool AcceptsRowChanges => true;

    public DeliveryGuarantee Delivery => DeliveryGuarantee.ExactlyOnce;

    public ISinkEncoder CreateEncoder(ColumnPool pool) => new Encoder(primaryKey);

    public ISinkShipper CreateShipper(ShipperContext context) => new Shipper(table, context);

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
                var kind = batch.Kind(batch.HasSelection ? batch.Selection[i] : i);
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

    sealed class Shipper(MemoryTableHandle table, ShipperContext context) : ISinkShipper
    {
        MemoryLog? _log;

        // The data directory belongs to one process, and a job has one attempt at a time.
        public void Fence(long incarnation, CancellationToken cancellation) => _log = table.Log(context.JobId, context.SinkId);

        public SinkMarker? ReadMarker(CancellationToken cancellation) => _log!.Marker;

        public void Ship(IReadOnlyList<IOutputSegment> segments, SinkPosition from, SinkMarker marker, CancellationToken cancellation)
        {
            // An epoch is one record, so that it is there whole or not at all.
            Check.That(from == SinkPosition.Start);
            var sequence = table.Table.NextSequence();
            var changes = new List<MemoryChange>();
            foreach (var frame in segments.SelectMany(segment => segment.Frames()))
            {
                cancellation.ThrowIfCancellationRequested();
                Read(frame.Span, sequence, changes);
            }
            _log!.Append(changes, marker);
            table.Table.Apply(changes);
        }

        public void Tick(CancellationToken cancellation)
        {
            // Nothing waits for time to pass.
        }

        public void Finish(CancellationToken cancellation)
        {
            // Everything is visible as soon as it is delivered.
        }

        public void Dispose()
        {
            // The file is open only while it is written.
        }

        static void Read(ReadOnlySpan<byte> frame, long sequence, List<MemoryChange> changes)
        {
            while (!frame.IsEmpty)
            {
                var count = MemoryCodec.ReadNumber(ref frame);
                var key = MemoryCodec.ReadBytes(ref frame).ToArray();
                changes.Add(new MemoryChange(sequence, count, key, MemoryCodec.ReadBytes(ref frame).ToArray()));
            }
        }
    }
}
