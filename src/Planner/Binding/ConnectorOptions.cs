using SqlStream.Core.Connect;

namespace SqlStream.Planner.Binding;

/// <summary>Finds the connector of a WITH clause and checks that every option is known to it or to its
/// format.</summary>
static class ConnectorOptions
{
    const string ConnectorKey = "connector";
    const string FormatKey = "format";
    const string ValueFormatKey = "value.format";

    static readonly OptionDefinition s_connector = new(ConnectorKey, null, "The kind of outside system.");
    static readonly OptionDefinition s_format = new(FormatKey, null, "How rows are written as bytes.");

    /// <summary>The connector; raises 22023 or 42704 with the position of the option.</summary>
    public static IConnector Check(TableOptions options, IConnectorCatalog catalog)
    {
        var chosen = options.Find(ConnectorKey) ?? throw ConnectErrors.MissingOption(ConnectorKey);
        var connector = catalog.Connectors.FirstOrDefault(known => known.Name == chosen.Value)
            ?? throw ConnectErrors.UnknownName(ConnectorKey, chosen.Value, chosen.Span, catalog.Connectors.Select(known => known.Name));
        var definitions = new List<OptionDefinition>(connector.Options) { s_connector };
        if (connector.UsesFormat)
        {
            definitions.Add(s_format);
            foreach (var format in Formats(options, catalog.Formats))
                definitions.AddRange(format.Options);
        }
        options.EnsureKnown(definitions, $"connector '{connector.Name}'");
        return connector;
    }

    static IEnumerable<IFormat> Formats(TableOptions options, IFormatCatalog formats)
    {
        var chosen = options.Find(FormatKey, ValueFormatKey) ?? throw ConnectErrors.MissingOption(FormatKey);
        yield return formats.Formats.FirstOrDefault(known => known.Name == chosen.Value)
            ?? throw ConnectErrors.UnknownName(FormatKey, chosen.Value, chosen.Span, formats.Formats.Select(known => known.Name));
    }
}
