using SqlStream.Core.Connect;

namespace SqlStream.Planner.Binding;

/// <summary>Finds the connector of a WITH clause, reads old and short forms of options as what they stand for, and checks that
/// every option is known to the connector or to its format.</summary>
static class ConnectorOptions
{
    const string ConnectorKey = "connector";
    const string FormatKey = "format";
    const string ValueFormatKey = "value.format";
    const string KeyFormatKey = "key.format";

    static readonly OptionDefinition s_connector = new(ConnectorKey, null, "The kind of outside system.");
    static readonly OptionDefinition s_format = new(FormatKey, null, "How rows are written as bytes.");

    /// <summary>The connector, and the options under the names that it knows; raises 22023 or 42704 with the position of the
    /// option.</summary>
    public static (IConnector Connector, TableOptions Options) Check(TableOptions options, IConnectorCatalog catalog)
    {
        options = OptionAliases.Heads(options);
        var chosen = options.Find(ConnectorKey) ?? throw ConnectErrors.MissingOption(ConnectorKey);
        var connector = Named(chosen.Value, catalog)
            ?? throw ConnectErrors.UnknownName(ConnectorKey, chosen.Value, chosen.Span, catalog.Connectors.Select(known => known.Name));
        var definitions = new List<OptionDefinition>([.. connector.Options, .. WatermarkOptions.Definitions, s_connector]);
        IFormat? format = null;
        if (connector.UsesFormat)
        {
            definitions.Add(s_format);
            var chosenFormat = options.Find(FormatKey, ValueFormatKey) ?? throw ConnectErrors.MissingOption(FormatKey);
            format = Format(chosenFormat, catalog.Formats);
            definitions.AddRange(format.Options.Select(option => option.Under(chosenFormat.Key == ValueFormatKey ? "value." : "")));
            if (options.Find(KeyFormatKey) is { } keyFormat && connector.Options.Any(option => option.Key == KeyFormatKey))
                definitions.AddRange(Format(keyFormat, catalog.Formats).Options.Select(option => option.Under("key.")));
        }
        var aliases = new OptionAliases(definitions, format?.Name);
        options = aliases.Resolve(options);
        options.EnsureKnown([.. definitions.Select(aliases.WithShortForms)], $"connector '{connector.Name}'");
        return (connector, options);
    }

    /// <summary>The connector of options that have been checked; null if it is not there any more.</summary>
    public static IConnector? Find(TableOptions options, IConnectorCatalog catalog) =>
        OptionAliases.Heads(options).Text(ConnectorKey) is { } name ? Named(name, catalog) : null;

    static IConnector? Named(string name, IConnectorCatalog catalog) =>
        catalog.Connectors.FirstOrDefault(known => known.Name == name);

    static IFormat Format(TableOption chosen, IFormatCatalog formats) =>
        formats.Formats.FirstOrDefault(known => known.Name == chosen.Value)
        ?? throw ConnectErrors.UnknownName(FormatKey, chosen.Value, chosen.Span, formats.Formats.Select(known => known.Name));
}
