using SqlStream.Core.Connect;

namespace SqlStream.Connectors;

/// <summary>What all connectors do with a WITH clause.</summary>
static class ConnectorOptions
{
    public static OptionDefinition[] Common { get; } =
    [
        new("connector", null, "Name of the connector.", Aliases: ["connector.type"]),
        new("connector.property-version", "1", "Accepted for compatibility."),
        .. WatermarkOptions.Definitions,
    ];

    public static OptionDefinition[] FormatOptions { get; } =
    [
        new("format", null, "Name of the format.", Aliases: ["format.type"]),
        new("format.property-version", "1", "Accepted for compatibility."),
    ];

    /// <summary>42704 for options that the connector does not know.</summary>
    public static void EnsureKnown(ConnectorTable table, IConnector connector) =>
        table.Options.EnsureKnown([.. Common, .. connector.Options], $"connector '{connector.Name}'");

    /// <summary>The table's format; 42704 for options that neither the connector nor the format knows.</summary>
    public static IFormat Format(ConnectorTable table, IConnector connector, IFormatCatalog formats)
    {
        var name = table.Options.RequiredText("format", "format.type");
        var format = formats.Formats.FirstOrDefault(known => known.Name == name)
            ?? throw ConnectErrors.UnknownName("format", name, table.Options.Find("format", "format.type")!.Span,
                formats.Formats.Select(known => known.Name));
        table.Options.EnsureKnown([.. Common, .. FormatOptions, .. connector.Options, .. format.Options],
            $"connector '{connector.Name}' with format '{name}'");
        return format;
    }
}
