using SqlStream.Connectors.Postgres;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests.Postgres;

/// <summary>One server for all tests of these connectors; each test has tables of its own.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresFixture : ICollectionFixture<PostgresServer>
{
    public const string Name = "postgres";
}

/// <summary>A test that needs a server, and is skipped with the reason where there can be none.</summary>
public sealed class FactIfPostgresAttribute : FactAttribute
{
    public FactIfPostgresAttribute() => Skip = PostgresServer.SkipReason();
}

/// <summary>The same with data.</summary>
public sealed class TheoryIfPostgresAttribute : TheoryAttribute
{
    public TheoryIfPostgresAttribute() => Skip = PostgresServer.SkipReason();
}

static class PostgresTables
{
    static int _next;

    /// <summary>A name that no other test has.</summary>
    public static string NewName(string stem = "t") => $"{stem}_{Interlocked.Increment(ref _next)}";

    /// <summary>A table of the connector.</summary>
    public static ConnectorTable Of(PostgresServer server, string name, Schema schema, int[] key, params (string Key, string Value)[] options) =>
        Table.Of(schema, [.. new[] { ("connector", "postgres"), ("url", server.Url), ("table-name", name) }.Where(option => options.All(other => other.Key != option.Item1)),
            .. options]) with
        { PrimaryKey = [.. key] };

    public static PostgresOptions Options(ConnectorTable table) => PostgresOptions.Read(table);
}
