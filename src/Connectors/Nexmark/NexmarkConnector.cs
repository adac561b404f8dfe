using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Nexmark;

/// <summary>Connector <c>nexmark</c>: the persons, auctions and bids of an auction house, each a pure function of the seed and its number.</summary>
sealed class NexmarkConnector : IConnector
{
    public string Name => "nexmark";

    public IReadOnlyList<OptionDefinition> Options => NexmarkOptions.Definitions;

    public bool UsesFormat => false;

    public ISource CreateSource(ConnectorTable table, IFormatCatalog formats)
    {
        ConnectorOptions.EnsureKnown(table, this);
        var source = new NexmarkSource(table, NexmarkOptions.Parse(table.Options));
        source.EnsureColumns();
        return source;
    }

    public ISink? CreateSink(ConnectorTable table, IFormatCatalog formats) => null;
}
