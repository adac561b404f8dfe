using SqlStream.Core.Connect;

namespace SqlStream.Engine.Memory;

/// <summary>Connector <c>memory</c>: tables that live in the engine. INSERT INTO keeps them up to date, SELECT reads them at any
/// time. With a primary key a row replaces the one of the same key; without, a table is a bag from which retractions take rows.</summary>
sealed class MemoryConnector(MemoryTables tables) : IConnector, IHoldsRows
{
    public string Name => "memory";

    public IReadOnlyList<OptionDefinition> Options => LookupOptions.KeyedDefinitions;

    public bool UsesFormat => false;

    public bool AcceptsPartitions => true;

    public ISource CreateSource(ConnectorTable table, IFormatCatalog formats) => new MemorySource(tables.Get(table), table);

    public ISink CreateSink(ConnectorTable table, IFormatCatalog formats) => new MemorySink(tables.Get(table), table, InsertMode.Into);

    public void Drop(ConnectorTable table) => tables.Drop(table);

    public void Rename(ConnectorTable table, string name) => tables.Rename(table, name);
}
