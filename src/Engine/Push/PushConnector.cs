using SqlStream.Core.Connect;

namespace SqlStream.Engine.Push;

/// <summary>Connector <c>push</c>: tables whose rows the program that embeds the engine writes while it runs. They are kept until they are read, up
/// to a number, and not longer.</summary>
sealed class PushConnector(PushTables tables) : IConnector, IHoldsRows
{
    public const string ConnectorName = "push";
    public const string BufferKey = "buffer-rows";
    public const string BoundedKey = "bounded";

    const long BufferRows = 10_000;

    public string Name => ConnectorName;

    public IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new(BufferKey, "10000", "Rows that wait to be read at the most; writers wait while there are more."),
        new(BoundedKey, "false", "The program promises to complete the table, so that results over all of its rows are possible.", ["true", "false"]),
    ];

    public bool UsesFormat => false;

    public ISource CreateSource(ConnectorTable table, IFormatCatalog formats) => new PushSource(
        tables.Get(table, table.Options.Integer(BufferKey, BufferRows, min: 1)), table.Schema, table.Options.Boolean(BoundedKey, false));

    public ISink? CreateSink(ConnectorTable table, IFormatCatalog formats) => null;

    public void Drop(ConnectorTable table) => tables.Drop(table);

    public void Rename(ConnectorTable table, string name) => tables.Rename(table, name);
}
