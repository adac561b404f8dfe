using SqlStream.Connectors.Formats;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Print;

/// <summary>Connector <c>print</c>: writes every change as a line, <c>+I[1, abc]</c>.</summary>
sealed class PrintConnector : IConnector
{
    public string Name => "print";

    public IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new("print-identifier", null, "Text before every line."),
        new("standard-error", "false", "Lines go to the standard error instead of the standard output.",
            ["true", "false"]),
        new("sink.parallelism", null, "Parallelism of the sink. Not supported."),
    ];

    public bool UsesFormat => false;

    public ISource? CreateSource(ConnectorTable table, IFormatCatalog formats) => null;

    public ISink CreateSink(ConnectorTable table, IFormatCatalog formats)
    {
        ConnectorOptions.EnsureKnown(table, this);
        if (table.Options.Find("sink.parallelism") is { } parallelism)
            throw ConnectorErrors.OptionNotSupported(parallelism, "Use SET 'parallelism.default' = '...'.");
        foreach (var field in table.Schema.Fields)
        {
            if (!TextType.Supports(field.Type))
                throw ConnectorErrors.TypeNotSupported(table.Name, field, "connector 'print'");
        }
        return new Sink(
            table, table.Options.Text("print-identifier") ?? "", table.Options.Boolean("standard-error", false));
    }

    sealed class Sink(ConnectorTable table, string identifier, bool standardError) : ISink
    {
        public ChangelogMode Accepts => ChangelogMode.Retract;

        public DeliveryGuarantee Delivery => DeliveryGuarantee.None;

        public ISinkEncoder CreateEncoder(ColumnPool pool) => throw new EngineBugException("print has no encoder");

        public ISinkShipper CreateShipper(ShipperContext context) =>
            throw new EngineBugException("print has no shipper");

        public ISinkWriter CreateWriter(SinkWriterContext context) =>
            new PrintWriter(table.Schema, Prefix(context), standardError ? context.Error : context.Output);

        string Prefix(SinkWriterContext context)
        {
            var prefix = identifier;
            if (context.Parallelism > 1)
                prefix += (prefix.Length > 0 ? ":" : "") + (context.Subtask + 1);
            return prefix.Length > 0 ? prefix + "> " : "";
        }
    }
}
