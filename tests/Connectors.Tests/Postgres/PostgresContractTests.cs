using SqlStream.Core.Connect;
using SqlStream.Core.Types;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests.Postgres;

/// <summary>The contract of sources over a table that is read by its blocks.</summary>
[Collection(PostgresFixture.Name)]
public class PostgresBlocksContract : ConnectorContract
{
    readonly string _name = PostgresTables.NewName("scanned");
    readonly PostgresServer _server;

    public PostgresBlocksContract(PostgresServer server)
    {
        _server = server;
        if (PostgresServer.Missing() is { } reason)
            Assert.Fail(reason);
        // About fifteen rows a block; some places are empty.
        server.Execute($"""
            CREATE TABLE {_name} (id int PRIMARY KEY, name text, v numeric(12, 2));
            INSERT INTO {_name} SELECT i, CASE WHEN i % 5 = 0 THEN NULL ELSE repeat('x', 500 + i) END, i / 4.0 FROM generate_series(1, 80) AS i;
            DELETE FROM {_name} WHERE id % 7 = 0
            """);
    }

    protected virtual (string Key, string Value)[] Scan => [("scan.partition.num", "3")];

    protected override ConnectorTable SourceTable => Read();

    protected override ConnectorTable WithOption(string key, string value) => Read((key, value));

    ConnectorTable Read(params (string, string)[] options) =>
        PostgresTables.Of(_server, _name, Table.Columns(("id", SqlType.BigInt), ("name", SqlType.String), ("v", SqlType.Decimal(10, 2))), [], [.. Scan, .. options]);

    [Fact]
    public void All_parts_together_are_the_table()
    {
        Assert.Equal(3, SplitRun.Splits(Table.Source(SourceTable)).Count);
        var expected = _server.Query($"SELECT id, coalesce(name, 'NULL'), (v * 100)::int FROM {_name}").Select(row => $"+I {row.Replace("|", " | ", StringComparison.Ordinal)}");
        Assert.Equal(expected.Order(), SplitRun.ReadAll(Table.Source(SourceTable), ReadColumns, batchRows: 7).Order());
    }
}

/// <summary>The same for one that is read by the values of a column.</summary>
public sealed class PostgresValuesContract(PostgresServer server) : PostgresBlocksContract(server)
{
    protected override (string Key, string Value)[] Scan =>
        [("scan.partition.column", "id"), ("scan.partition.num", "3"), ("scan.partition.lower-bound", "1"), ("scan.partition.upper-bound", "80")];
}
