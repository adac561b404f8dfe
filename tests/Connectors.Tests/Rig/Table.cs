using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests;

/// <summary>Makes tables, sources and sinks as the engine does.</summary>
static class Table
{
    public static BuiltinConnectors Connectors { get; } = new();

    public static ConnectorTable Of(Schema schema, params (string Key, string Value)[] options) => new(
        "default_catalog.default_database.t", schema, [], [], new TableOptions(
            [.. options.Select(option => new TableOption(option.Key, option.Value, SourceSpan.None))]));

    public static Schema Columns(params (string Name, SqlType Type)[] columns) =>
        new([.. columns.Select(column => new Field(column.Name, column.Type))]);

    public static ISource Source(ConnectorTable table) =>
        Connector(table).CreateSource(table, Connectors.Formats_()) ?? throw new EngineBugException("no source");

    public static ISink Sink(ConnectorTable table) =>
        Connector(table).CreateSink(table, Connectors.Formats_()) ?? throw new EngineBugException("no sink");

    public static IFormat Format(string name) => Connectors.Formats.Single(format => format.Name == name);

    public static IFileFormat FileFormat(string name) => (IFileFormat)Format(name);

    public static IMessageFormat MessageFormat(string name) => (IMessageFormat)Format(name);

    static IConnector Connector(ConnectorTable table) =>
        Connectors.Connectors.Single(connector => connector.Name == table.Options.Text("connector"));

    static IFormatCatalog Formats_(this IConnectorCatalog catalog) => catalog.Formats;
}
