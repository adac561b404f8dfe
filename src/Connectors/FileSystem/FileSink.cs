using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.FileSystem;

/// <summary>The files of a directory as a sink: exactly once through the output log.</summary>
sealed class FileSink : ISink
{
    readonly ConnectorTable _table;
    readonly ConnectorTable _stored;
    readonly PartitionLayout? _partitions;
    readonly IFileFormat _format;
    readonly FileOptions _options;
    readonly FileReplacement? _replacement;
    readonly ReadOnlyMemory<byte> _header;

    public FileSink(ConnectorTable table, IFileFormat format, FileOptions options, InsertMode? mode = null)
    {
        _table = table;
        _partitions = PartitionLayout.Of(table, options.DefaultPartition);
        _stored = PartitionLayout.Stored(table, _partitions?.Columns ?? []);
        _format = format;
        _options = options;
        if (mode is { Overwrites: true })
            _replacement = new FileReplacement(_partitions, mode.Partition.IsEmpty ? null : _partitions!.Directory(mode.Partition));
        // The format checks its options and the table's types when it makes an encoder.
        _header = format.CreateEncoder(_stored).FileHeader;
        Accepts = format.EncodableChangelog(table.Options);
    }

    public ChangelogMode Accepts { get; }

    public ISink? With(InsertMode mode) => mode.OnConflict == KeyConflict.Replace && mode.Overwrites ? new FileSink(_table, _format, _options, mode) : null;

    public DeliveryGuarantee Delivery => DeliveryGuarantee.ExactlyOnce;

    // The rows of a batch are put together by partition.
    public bool EncodesRowByRow => _partitions is null;

    public ISinkEncoder CreateEncoder(ColumnPool pool)
    {
        var rows = _format.CreateEncoder(_stored);
        return _partitions is null ? new FileRowEncoder(rows) : new PartitionEncoder(_table, _partitions, rows, pool);
    }

    public ISinkShipper CreateShipper(ShipperContext context) => new RollingFileShipper(
        new LocalDirectory(_options.Path), context, _options, _format.FileExtension, _header, _partitions is not null, _replacement);

    public ISinkWriter CreateWriter(SinkWriterContext context) =>
        throw new EngineBugException("files are written by a shipper");
}
