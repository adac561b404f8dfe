using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Postgres;

/// <summary>Filters and limits that the server is told give the rows that they would give here.</summary>
public sealed class PostgresPushdownTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    const string Rows = """
        CREATE TABLE pushed (id int PRIMARY KEY, b boolean, i2 smallint, i4 int, i8 bigint, f4 real, f8 double precision, n numeric(12, 3), m numeric, s text, v varchar(5), c char(4), u uuid,
            d date, ts timestamp, tz timestamptz, ci text COLLATE "en-x-icu");
        INSERT INTO pushed VALUES
            (1, true, 1, 1, 1, 1.5, 1.5, 1.5, 1.5, 'a', 'a', 'a', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2026-01-01', '2026-01-01 00:00:00', '2026-01-01 00:00:00+00', 'a'),
            (2, false, -1, -1, -1, 'NaN', 'NaN', -1.5, 1.4996, 'B', 'B', 'B', 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '1969-12-31', '2026-01-01 00:00:00.000499', '2026-01-01 00:00:00.0004+00', 'B'),
            (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
            (4, true, 32767, 2147483647, 9223372036854775807, 'Infinity', 'Infinity', 123456789.123, 100000, 'ab%_\', 'ab', 'ab', NULL, '9999-12-31', '9999-12-31 23:59:59.999', '2026-06-01 12:00:00+02', 'ä'),
            (5, false, -32768, -2147483648, -9223372036854775808, '-Infinity', '-0', 0, 0, '', '', '', NULL, '0001-01-01', '0001-01-01 00:00:00', '1900-01-01 00:00:00+00', ''),
            (6, true, 0, 0, 0, 0.1, 0.1, 1.500, 1.5004, 'a ', 'a ', 'a ', NULL, '2026-01-02', '2026-01-01 00:00:00.001', '2026-01-01 00:00:00.001+00', 'A'),
            (7, true, 0, 0, 0, 0.1, 0.1, 1.500, 1.5004, 'it''s', 'zz', 'zz', NULL, '2026-01-02', '2026-01-01 00:00:00.001', '2026-01-01 00:00:00.001+00', 'Z')
        """;

    const int NamesAtOnce = 12;

    static readonly string[] s_signs = ["=", "<>", "<", ">="];

    // Columns with the values that they are compared with.
    static readonly (string Column, string[] Values)[] s_comparisons =
    [
        ("i2", ["CAST(0 AS SMALLINT)"]), ("i4", ["0", "2147483647"]), ("i8", ["CAST(-1 AS BIGINT)"]), ("f4", ["CAST(0.1 AS FLOAT)"]), ("f8", ["CAST(0.1 AS DOUBLE)", "CAST(0 AS DOUBLE)"]),
        ("n", ["1.5", "CAST(1.5 AS DECIMAL(12, 3))"]), ("m", ["CAST(1.500 AS DECIMAL(10, 3))"]), ("s", ["'a'", "'B'", "'it''s'", "'ab%_\\'"]), ("v", ["'a'"]), ("c", ["'a'"]), ("u", ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"]),
        ("d", ["DATE '2026-01-01'"]), ("ts", ["TIMESTAMP '2026-01-01 00:00:00.000'"]), ("tz", ["CAST(TIMESTAMP '2026-01-01 00:00:00.000' AS TIMESTAMP_LTZ(3))"]), ("ci", ["'a'", "'ä'", "'A'"]),
    ];

    static readonly string[] s_conditions =
    [
        "b", "NOT b", "b = TRUE", "s LIKE 'a%'", "s LIKE 'ab\\%%'", "s LIKE '%a'", "ci LIKE 'ä%'", "i4 IN (0, 1)", "i4 IN (0, 1, 2, 3, 4, 5, 6, 7, NULL)", "s IN ('a', 'B')", "i4 IS NULL", "c IS NOT NULL",
        "n IS NULL OR i8 > 0", "i4 > 0 AND s <> 'a'", "i4 > 0 OR f8 <> 0.1", "i4 = 0 AND i4 + 1 = 1", "NOT (i4 > 0 AND s = 'a')", "v > 'a' AND v < 'z'", "3 > i4",
        "d BETWEEN DATE '2026-01-01' AND DATE '2026-01-02'",
    ];

    readonly ColumnPool _pool = new(poison: true);

    [FactIfPostgres]
    public async Task What_the_server_filters_is_what_would_be_filtered_here()
    {
        server.Execute($"DROP TABLE IF EXISTS pushed; {Rows}");
        var conditions = s_comparisons.SelectMany(test => test.Values.SelectMany(value => s_signs.Select(sign => $"{test.Column} {sign} {value}"))).Concat(s_conditions).ToList();
        await using var engine = Open(parallelism: 1);
        var session = engine.OpenSession();
        await RunAsync(session, Table);
        // In the list of SELECT nothing is told to the server.
        var rows = (await RunAsync(session, $"SELECT id, {string.Join(", ", conditions.Select((condition, i) => $"({condition}) AS x{i}"))} FROM pushed")).Select(row => row.Split('|')).ToList();
        Assert.Equal(7, rows.Count);
        // Each condition over a name of the table of its own, many in one query.
        for (var name = 0; name < NamesAtOnce; name++)
            await RunAsync(session, Table.Replace("CREATE TABLE pushed", $"CREATE TABLE pushed{name}", StringComparison.Ordinal));
        var failures = new List<string>();
        foreach (var some in Enumerable.Range(0, conditions.Count).Chunk(NamesAtOnce))
        {
            var found = (await RunAsync(session, string.Join(" UNION ALL ", some.Select((condition, name) => $"SELECT {condition}, id FROM pushed{name} WHERE {conditions[condition]}"))))
                .Select(row => row.Split('|')).ToLookup(row => row[0], row => row[1]);
            foreach (var i in some)
            {
                var expected = string.Join(' ', rows.Where(row => row[i + 1] == "TRUE").Select(row => row[0]).Order(StringComparer.Ordinal));
                var came = string.Join(' ', found[i.ToString(CultureInfo.InvariantCulture)].Order(StringComparer.Ordinal));
                if (expected != came)
                    failures.Add($"{conditions[i]}: expected {expected}, found {came}");
            }
        }
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [FactIfPostgres]
    public async Task Explain_shows_what_the_server_is_told()
    {
        server.Execute($"DROP TABLE IF EXISTS pushed; {Rows}");
        await using var engine = Open();
        var session = engine.OpenSession();
        await RunAsync(session, Table);
        Assert.Contains(
            "pushed: i4 > 0 AND s LIKE 'a%' AND c = 'a')",
            await PlanAsync(session, "SELECT id FROM pushed WHERE i4 > 0 AND s LIKE 'a%' AND i8 + 1 > 0 AND c = 'a'"), StringComparison.Ordinal);
        // One scan for both: what one of them wants is read.
        Assert.Contains(
            "pushed: i4 = 0 OR i4 = 1)",
            await PlanAsync(session, "SELECT id FROM pushed WHERE i4 = 0 UNION ALL SELECT id FROM pushed WHERE i4 = 1"), StringComparison.Ordinal);
        Assert.DoesNotContain(", pushed: ", await PlanAsync(session, "SELECT id FROM pushed WHERE i4 = 0 UNION ALL SELECT id FROM pushed"), StringComparison.Ordinal);
        Assert.Contains("limit: 3 rows", await PlanAsync(session, "SELECT id + 1 FROM pushed LIMIT 2 OFFSET 1"), StringComparison.Ordinal);
        foreach (var whole in new[] { "SELECT id FROM pushed WHERE i8 + 1 > 0 LIMIT 2", "SELECT id FROM pushed WHERE i4 > 0 LIMIT 2", "SELECT id FROM pushed ORDER BY id LIMIT 2", "SELECT COUNT(*) FROM pushed LIMIT 2" })
            Assert.DoesNotContain(" rows)", await PlanAsync(session, whole), StringComparison.Ordinal);
    }

    [FactIfPostgres]
    public async Task Lookups_tell_conditions_on_the_table_alone()
    {
        server.Execute($"DROP TABLE IF EXISTS pushed; {Rows}");
        await using var engine = Open();
        var session = engine.OpenSession();
        await RunAsync(session, Table);
        const string query = """
            SELECT o.id, t.s FROM (SELECT id, PROCTIME() AS at FROM (VALUES (1), (2), (3), (7), (9)) AS v (id)) AS o
            LEFT JOIN pushed FOR SYSTEM_TIME AS OF o.at AS t ON t.id = o.id AND t.i4 >= 0 AND t.s <> 'a' AND t.i2 < o.id
            """;
        Assert.Contains("pushed: i4 >= 0 AND s <> 'a')", await PlanAsync(session, query), StringComparison.Ordinal);
        Assert.Equal(["1|NULL", "2|NULL", "3|NULL", "7|it's", "9|NULL"], (await RunAsync(session, query)).Order());
    }

    [FactIfPostgres]
    public async Task A_limit_is_kept_over_parts_and_ends_the_reading()
    {
        server.Execute("DROP TABLE IF EXISTS many; CREATE TABLE many (id int, t text, at timestamp); INSERT INTO many SELECT i, repeat('x', 500), timestamp '2026-01-01' + i * interval '1 minute' FROM generate_series(1, 5000) AS i");
        await using var engine = Open();
        var session = engine.OpenSession();
        await RunAsync(session, $"CREATE TABLE many (id INT, t STRING) WITH ('connector' = 'postgres', 'url' = '{server.Url}', 'table-name' = 'many', 'scan.partition.num' = '7')");
        Assert.Equal(10, (await RunAsync(session, "SELECT id FROM many LIMIT 10")).Distinct().Count());
        Assert.Equal(4995, (await RunAsync(session, "SELECT id FROM many LIMIT 10000 OFFSET 5")).Distinct().Count());
        Assert.Equal(3, (await RunAsync(session, "SELECT id FROM many WHERE id > 4000 LIMIT 3")).Distinct().Count());
    }

    [FactIfPostgres]
    public async Task A_scan_is_divided_by_dates_and_times()
    {
        server.Execute("DROP TABLE IF EXISTS timed; CREATE TABLE timed (id int, d date, ts timestamp, tz timestamptz); INSERT INTO timed SELECT i, date '2026-01-01' + i, timestamp '2026-01-01' + i * interval '1 hour', timestamptz '2026-01-01 00:00+00' + i * interval '1 day' FROM generate_series(0, 99) AS i");
        await using var engine = Open();
        var session = engine.OpenSession();
        foreach (var (name, column, lower, upper, count) in new[]
        {
            ("a", "d", "2026-01-01", "2026-04-10", 100), ("b", "ts", "2026-01-01 00:00:00", "2026-01-05 03:00:00", 100), ("c", "ts", "2026-01-01", "2026-01-02", 25),
            ("e", "tz", "2026-01-11", "2026-01-20 00:00:00", 10),
        })
        {
            await RunAsync(session, $"CREATE TABLE {name} (id INT) WITH ('connector' = 'postgres', 'url' = '{server.Url}', 'table-name' = 'timed', 'scan.partition.column' = '{column}', 'scan.partition.num' = '4', 'scan.partition.lower-bound' = '{lower}', 'scan.partition.upper-bound' = '{upper}')");
            Assert.Equal((name, count), (name, (await RunAsync(session, $"SELECT id FROM {name}")).Distinct().Count()));
        }
    }

    string Table => $"""
        CREATE TABLE pushed (id INT, b BOOLEAN, i2 SMALLINT, i4 INT, i8 BIGINT, f4 FLOAT, f8 DOUBLE, n DECIMAL(12, 3), m DECIMAL(10, 3), s STRING, v STRING, c STRING, u STRING, d DATE, ts TIMESTAMP(3),
            tz TIMESTAMP_LTZ(3), ci STRING) WITH ('connector' = 'postgres', 'url' = '{server.Url}', 'table-name' = 'pushed')
        """;

    SqlStreamEngine Open(int parallelism = 2) => SqlStreamEngine.Open(new EngineOptions
    {
        Workers = 2,
        Pool = _pool,
        Guards = true,
        Settings = new Dictionary<string, string> { ["parallelism.default"] = parallelism.ToString(CultureInfo.InvariantCulture), ["state.backend.type"] = "memory" },
    });

    static async Task<string> PlanAsync(Session session, string query) => string.Join('\n', await RunAsync(session, $"EXPLAIN PHYSICAL {query}"));

    static async Task<List<string>> RunAsync(Session session, string script)
    {
        var source = new SourceText(script);
        var rows = new List<string>();
        foreach (var statement in Session.Parse(source))
        {
            switch (await session.ExecuteAsync(statement, source, CancellationToken.None))
            {
                case QueryResult result:
                    using (var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60)))
                    {
                        var results = result.Job.Results!;
                        var text = session.TextOf(results.Schema);
                        while (results.Next(timeout.Token) is { } batch)
                        {
                            foreach (var (_, values) in text.Rows(batch))
                                rows.Add(string.Join('|', values.Select(value => value ?? "NULL")));
                            batch.Release();
                        }
                    }
                    await session.CloseAsync(result);
                    break;
                case TextResult text:
                    rows.Add(text.Text);
                    break;
            }
        }
        return rows;
    }
}
