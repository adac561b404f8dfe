using SqlStream.Core.Diagnostics;
using SqlStream.Engine;
using SqlStream.Engine.Sessions;
using SqlStream.EndToEnd.Tests.Postgres;
using SqlStream.Goldens;
using SqlStream.Parser.Syntax;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Reduction;

/// <summary>Queries that fail are made small: by faults that only the test sees, so that the smallest query is known.</summary>
public sealed class QueryReducerTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    const int Queries = 120;

    const string Big = """
        SELECT DISTINCT q7.c0 AS c0, CASE WHEN q7.c1 > 3 AND (q7.c1 < 9 OR NOT EXISTS (SELECT 1 FROM t2 AS q3 WHERE q3.i = q7.c1 AND q3.o)) THEN UPPER(q7.c0) ELSE 'x' END AS c1
        FROM (SELECT q1.s AS c0, SUM(q1.i + q2.i * 2) AS c1, COUNT(DISTINCT q2.w) AS c2 FROM t1 AS q1 LEFT JOIN (SELECT * FROM t2 AS q5 WHERE q5.i IN (1, 2, 3)) AS q2 ON q1.i = q2.i AND q1.dt < q2.dt
        WHERE q1.o AND CHAR_LENGTH(q1.w) > 1 GROUP BY q1.s, q1.w HAVING COUNT(*) > 1) AS q7 WHERE q7.c1 IS NOT NULL
        UNION ALL (SELECT q9.s, 'y' FROM t2 AS q9 INTERSECT SELECT q8.w, q8.s FROM t1 AS q8 WHERE q8.i BETWEEN 1 AND 5)
        """;

    public static TheoryData<string, string> Faults => new()
    {
        { "LEFT JOIN", "SELECT TRUE FROM t1 AS q1 LEFT JOIN t2 AS q5 ON TRUE" },
        { "INTERSECT", "SELECT 'y' INTERSECT SELECT 'a'" },
        { "NOT EXISTS", "SELECT NOT EXISTS (SELECT 1)" },
        { "q3.i = q", "SELECT EXISTS (SELECT 1 FROM t2 AS q3 WHERE q3.i = q7.c1) FROM (SELECT 1 AS c1) AS q7" },
        { "COUNT(DISTINCT", "SELECT COUNT(DISTINCT TRUE)" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_query_shrinks_to_what_the_fault_is_about(string fault, string expected)
    {
        await using var engine = SqlStreamEngine.Open(new EngineOptions { Workers = 1, Seed = 1, Connectors = [new ManualConnector()] });
        var session = engine.OpenSession();
        foreach (var table in QueryGenerator.TableNames)
            await ExecuteAsync(session, $"CREATE TABLE {table} ({QueryGenerator.Definitions}) WITH ('connector' = 'manual')");
        var reducer = new QueryReducer(async text => text.Contains(fault, StringComparison.Ordinal) && await IsTakenAsync(session, text) ? "fault" : null);
        Assert.Equal(expected, await reducer.ReduceAsync(Big.ReplaceLineEndings(" ")));
        Assert.InRange(reducer.Trials, 1, 1_000);
    }

    [Fact]
    public async Task What_fails_in_another_way_is_not_followed()
    {
        var reducer = new QueryReducer(text => Task.FromResult<string?>(text.Contains("q1.i", StringComparison.Ordinal) ? text.Contains("WHERE", StringComparison.Ordinal) ? "one" : "another" : null));
        Assert.Equal("SELECT TRUE WHERE q1.i", await reducer.ReduceAsync("SELECT q1.s, q1.w FROM t1 AS q1 WHERE q1.i = 1 AND q1.o"));
    }

    [Fact]
    public void Parts_are_found_and_replaced_at_any_depth()
    {
        var query = QueryReducer.Parse("SELECT a + 1 AS c0, b FROM t WHERE a IN (SELECT b FROM u)")!;
        var (path, node) = SyntaxEdit.All(query).First(part => part.Node is NamedTable { Name.Last.Text: "u" });
        Assert.Same(node, SyntaxEdit.At(query, path));
        var other = SyntaxEdit.Replace(query, path, new NamedTable(new QualifiedName([new Identifier("v")]), null));
        Assert.Equal("SELECT a + 1 AS c0, b FROM t WHERE a IN (SELECT b FROM v)", QueryReducer.Print((QuerySyntax)other));
        Assert.Equal("SELECT a + 1 AS c0, b FROM t WHERE a IN (SELECT b FROM u)", QueryReducer.Print(query));
    }

    [TheoryIfPostgres]
    [InlineData(1)]
    public async Task Queries_mean_the_same_once_they_are_printed(int seed)
    {
        await using var connection = await server.DataSource.OpenConnectionAsync();
        var oracle = new QueryOracle(connection);
        var generator = new QueryGenerator(seed);
        foreach (var table in QueryGenerator.TableNames)
            await oracle.FillAsync(table, generator.Rows(12));
        var refused = 0;
        for (var i = 0; i < Queries; i++)
        {
            var query = generator.Next();
            var printed = query with { Text = QueryReducer.Print(QueryReducer.Parse(query.Text)!) };
            // a = b = c has no meaning there.
            if (await oracle.KindsAsync(printed.Text) is null)
                refused++;
            else
                Assert.Equal((await oracle.RowsAsync(query)).Order(StringComparer.Ordinal), (await oracle.RowsAsync(printed)).Order(StringComparer.Ordinal));
        }
        Assert.InRange(refused, 0, Queries / 20);
    }

    [TheoryIfPostgres]
    [InlineData(false, 3)]
    [InlineData(true, 4)]
    public async Task Query_and_rows_shrink_together_against_PostgreSQL_and_leave_a_golden_file(bool isStream, int seed)
    {
        await using var connection = await server.DataSource.OpenConnectionAsync();
        // Rows are said to differ as soon as one holds this word.
        var reducer = new FailureReducer(new QueryOracle(connection), (expected, actual) => !expected.SequenceEqual(actual) || expected.Any(row => row.Contains("banana", StringComparison.Ordinal)));
        var generator = new QueryGenerator(seed);
        GeneratedStream failing;
        do
        {
            var query = generator.Next();
            failing = GeneratedStream.Make(generator, new Random(seed), query, rows: 12) with { IsBounded = !isStream };
            if (!isStream)
                failing = GeneratedStream.Of(query, [.. failing.Changes.Select(change => (change.Table, change.Row))]);
        }
        while (failing.Query.Text.Length < 400 || (isStream && !failing.Query.IsStreamable) || await reducer.DifferenceAsync(failing, StreamConfiguration.All[0]) is null);
        var (smaller, file) = await reducer.ReduceAsync(failing, StreamConfiguration.All[0], $"reducer{seed}");
        try
        {
            Assert.True(smaller.Query.Text.Length < 60, $"{failing.Query.Text}\n{smaller.Query.Text}");
            Assert.InRange(smaller.RowCount, 0, 2);
            await foreach (var outcome in new GoldenRunner([GoldenRunner.Straight]).RunAsync(file))
            {
                Assert.Contains("banana", Assert.Single(outcome.Expected), StringComparison.Ordinal);
                // Nothing is wrong with it.
                Assert.True(outcome.Passed, GoldenReport.Failure(outcome));
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    static async Task<bool> IsTakenAsync(Session session, string query)
    {
        try
        {
            await ExecuteAsync(session, "EXPLAIN PHYSICAL " + query);
            return true;
        }
        catch (SqlException)
        {
            return false;
        }
    }

    static async Task ExecuteAsync(Session session, string statement)
    {
        var source = new SourceText(statement);
        foreach (var parsed in Session.Parse(source))
            _ = await session.ExecuteAsync(parsed, source, CancellationToken.None);
    }
}
