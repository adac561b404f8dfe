using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Postgres;

/// <summary>Connectors <c>postgres</c> and <c>jdbc</c>, which are the same: tables of a PostgreSQL server.</summary>
sealed class PostgresConnector(string name) : IConnector
{
    public string Name => name;

    public IReadOnlyList<OptionDefinition> Options => PostgresOptions.Definitions;

    public bool UsesFormat => false;

    public ISource CreateSource(ConnectorTable table, IFormatCatalog formats)
    {
        ConnectorOptions.EnsureKnown(table, this);
        return new PostgresSource(table, PostgresOptions.Read(table));
    }

    public ISink CreateSink(ConnectorTable table, IFormatCatalog formats)
    {
        ConnectorOptions.EnsureKnown(table, this);
        return new PostgresSink(table, PostgresOptions.Read(table));
    }
}
