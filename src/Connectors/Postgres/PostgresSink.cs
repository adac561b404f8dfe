using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Postgres;

/// <summary>A table of a server as a sink: exactly once through the output log, an epoch a transaction. With a primary key rows take the place of others.</summary>
sealed class PostgresSink : ISink
{
    readonly ConnectorTable _table;
    readonly PostgresOptions _options;

    public PostgresSink(ConnectorTable table, PostgresOptions options)
    {
        (_table, _options) = (table, options);
        Accepts = table.PrimaryKey.IsEmpty ? ChangelogMode.AppendOnly : ChangelogMode.Upsert;
        // Types are checked at plan time.
        foreach (var field in table.Schema.Fields)
        {
            if (CopyField.Create(field.Type) is null)
                throw PostgresErrors.TypeNotSupported(table.Name, field);
        }
    }

    public ChangelogMode Accepts { get; }

    public DeliveryGuarantee Delivery => DeliveryGuarantee.ExactlyOnce;

    // A table that does not fit is told at once. A server that is away holds nothing up: the output waits in checkpoints until it is there.
    public void Prepare(CancellationToken cancellation)
    {
        try
        {
            using var session = PostgresSession.Open(_options.Address, $"checking table \"{_options.Table}\"", cancellation, tellsRefusals: true);
            TargetColumns.Check(session, _table, _options, cancellation);
        }
        catch (ExternalException e) when (e.Retry != Retry.Never)
        {
            // The shipper says so until it changes.
        }
    }

    public ISinkEncoder CreateEncoder(ColumnPool pool) => new CopyEncoder(_table);

    public ISinkShipper CreateShipper(ShipperContext context) => new PostgresShipper(_table, _options, context);

    public ISinkWriter CreateWriter(SinkWriterContext context) => throw new EngineBugException("tables of PostgreSQL are written by a shipper");
}
