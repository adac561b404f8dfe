using System.Buffers;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.FileSystem;

/// <summary>The files of a directory as a sink: exactly once through the output log.</summary>
sealed class FileSink : ISink
{
    readonly ConnectorTable _table;
    readonly IFileFormat _format;
    readonly FileOptions _options;
    readonly ReadOnlyMemory<byte> _header;

    public FileSink(ConnectorTable table, IFileFormat format, FileOptions options)
    {
        _table = table;
        _format = format;
        _options = options;
        // The format checks its options and the table's types when it makes an encoder.
        _header = format.CreateEncoder(table).FileHeader;
        Accepts = format.EncodableChangelog(table.Options);
    }

    public ChangelogMode Accepts { get; }

    public DeliveryGuarantee Delivery => DeliveryGuarantee.ExactlyOnce;

    public ISinkEncoder CreateEncoder(ColumnPool pool) => new Encoder(_format.CreateEncoder(_table));

    public ISinkShipper CreateShipper(ShipperContext context) =>
        new RollingFileShipper(new LocalDirectory(_options.Path), context, _options, _format.FileExtension, _header);

    public ISinkWriter CreateWriter(SinkWriterContext context) =>
        throw new EngineBugException("files are written by a shipper");

    sealed class Encoder(IRowEncoder rows) : ISinkEncoder
    {
        public void Encode(Batch batch, IBufferWriter<byte> output)
        {
            for (var i = 0; i < batch.Rows; i++)
                rows.Encode(batch, batch.HasSelection ? batch.Selection[i] : i, output);
        }

        public void Dispose()
        {
            // The row encoder holds nothing.
        }
    }
}
