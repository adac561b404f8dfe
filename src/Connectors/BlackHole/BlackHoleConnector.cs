using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.BlackHole;

/// <summary>Connector <c>blackhole</c>: takes every row and keeps none.</summary>
sealed class BlackHoleConnector : IConnector
{
    public string Name => "blackhole";

    public IReadOnlyList<OptionDefinition> Options { get; } = [];

    public bool UsesFormat => false;

    public ISource? CreateSource(ConnectorTable table, IFormatCatalog formats) => null;

    public ISink CreateSink(ConnectorTable table, IFormatCatalog formats)
    {
        ConnectorOptions.EnsureKnown(table, this);
        return new Sink();
    }

    sealed class Sink : ISink
    {
        public ChangelogMode Accepts => ChangelogMode.Retract;

        public DeliveryGuarantee Delivery => DeliveryGuarantee.None;

        public ISinkEncoder CreateEncoder(ColumnPool pool) =>
            throw new EngineBugException("a blackhole has no encoder");

        public ISinkShipper CreateShipper(ShipperContext context) =>
            throw new EngineBugException("a blackhole has no shipper");

        public ISinkWriter CreateWriter(SinkWriterContext context) => new BlackHoleWriter();
    }
}

/// <summary>Counts the rows that it drops.</summary>
sealed class BlackHoleWriter : ISinkWriter
{
    /// <summary>Rows dropped so far.</summary>
    public long Rows { get; private set; }

    public void Write(Batch batch) => Rows += batch.Rows;

    public void Flush()
    {
        // Nothing is kept.
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}
