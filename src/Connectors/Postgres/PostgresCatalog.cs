using SqlStream.Core.Connect;
using SqlStream.Core.Files;

namespace SqlStream.Connectors.Postgres;

/// <summary>Catalogs <c>postgres</c> and <c>jdbc</c>, which are the same: the schemas of a database are the databases here, and their tables the tables.</summary>
sealed class PostgresCatalog(string type) : IExternalCatalog
{
    const string SchemasSql = """
        SELECT nspname::text FROM pg_namespace
        WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema' AND has_schema_privilege(oid, 'USAGE') ORDER BY 1
        """;

    // Partitions are read through their tables.
    const string TablesSql = """
        SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
            AND has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE') ORDER BY 1, 2
        """;

    public string Type => type;

    public string DefaultDatabase => "public";

    public IReadOnlyList<OptionDefinition> Options { get; } =
    [
        .. PostgresAddress.Definitions,
        new("default-database", null, "The database on the server, where the address does not name it."),
    ];

    public ExternalTables Load(TableOptions options, FileRoots files, CancellationToken cancellation)
    {
        var address = PostgresAddress.Read(options, files, options.Text("default-database"));
        using var session = PostgresSession.Open(address, "listing tables", cancellation);
        var schemas = session.Query(SchemasSql, row => row.GetString(0), cancellation);
        var tables = new List<(string Database, string Name, string Sql)>();
        foreach (var (schema, name) in session.Query(TablesSql, row => (row.GetString(0), row.GetString(1)), cancellation))
        {
            // It may have been dropped in this moment.
            if (PostgresTable.Find(session, new PostgresName(schema, name), cancellation) is { Columns.Count: > 0 } found)
                tables.Add((schema, name, CreateSql(found, options)));
        }
        return new ExternalTables(schemas, tables);
    }

    string CreateSql(PostgresTable table, TableOptions options)
    {
        var lines = table.Columns.Select(column => $"  {Quote(column.Name)} {PostgresTypes.ToSqlType(column).WithNullability(!column.IsNotNull)}").ToList();
        if (table.PrimaryKey.Count > 0)
            lines.Add($"  PRIMARY KEY ({string.Join(", ", table.PrimaryKey.Select(Quote))}) NOT ENFORCED");
        var with = options.Options.Where(option => option.Key != "default-database").Select(option => (Key: option.Key == "base-url" ? "url" : option.Key, option.Value));
        if (options.Text("default-database") is { } database)
            with = with.Append(("database", database));
        var pairs = with.Prepend(("connector", type)).Append(("table-name", table.Name.Sql)).Select(pair => $"  {Literal(pair.Item1)} = {Literal(pair.Item2)}");
        return $"CREATE TABLE {Quote(table.Name.Name)} (\n{string.Join(",\n", lines)}\n) WITH (\n{string.Join(",\n", pairs)}\n)";
    }

    static string Quote(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
