using System.Globalization;
using System.Text.Json;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.EndToEnd.Tests.Rig;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;
using SqlStream.Goldens;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Postgres;

/// <summary>Generated queries over the same rows give the same rows as PostgreSQL gives, as bags or, with ORDER BY, as lists: over bounded
/// input at once, and as a stream of changes.</summary>
public sealed class PostgresComparisonTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    const int QueriesEach = 50;
    const int Rows = 40;

    public static TheoryData<int> Seeds =>
        [.. Enumerable.Range(1, Environment.GetEnvironmentVariable("SQLSTREAM_LONG") == "1" ? 100 : 4)];

    [TheoryIfPostgres]
    [MemberData(nameof(Seeds))]
    public async Task Generated_queries_give_what_PostgreSQL_gives(int seed)
    {
        using var work = new WorkDirectory();
        var generator = new QueryGenerator(seed);
        await using var connection = await server.DataSource.OpenConnectionAsync();
        var oracle = new QueryOracle(connection);
        var (tables, rows) = await FillAsync(generator, work, oracle);
        var failures = new List<string>();
        var reducer = new FailureReducer(oracle);
        await using (var engine = SqlStreamEngine.Open(Options(seed)))
        {
            for (var i = 0; i < QueriesEach; i++)
            {
                var query = generator.Next();
                var expected = await oracle.RowsAsync(query);
                foreach (var mode in query.IsStreamable ? new[] { "automatic", "streaming" } : ["automatic"])
                {
                    if (await DifferenceAsync(engine, tables, query, mode, expected) is { } difference)
                    {
                        failures.Add($"query {i}, {mode}: {query.Text}\n{difference}");
                        await ReduceAsync(reducer, GeneratedStream.Of(query, rows) with { IsBounded = mode == "automatic" }, $"query{seed}_{i}_{mode}", failures);
                        await RefillAsync(oracle, rows);
                    }
                }
            }
        }
        Assert.True(failures.Count == 0, $"{failures.Count} of {QueriesEach} queries differ (seed {seed})\n\n{string.Join("\n\n", failures)}");
    }

    // What differs over these files alone, with these settings, stays as it is.
    static async Task ReduceAsync(FailureReducer reducer, GeneratedStream stream, string name, List<string> failures)
    {
        if (await reducer.DifferenceAsync(stream, StreamConfiguration.All[0]) is null)
            return;
        var (smaller, file) = await reducer.ReduceAsync(stream, StreamConfiguration.All[0], name);
        failures.Add($"The smallest form found is in {file}:\n{smaller.Query.Text}");
    }

    static async Task RefillAsync(QueryOracle oracle, IReadOnlyList<(string Table, IReadOnlyList<string?> Row)> rows)
    {
        foreach (var table in QueryGenerator.TableNames)
            await oracle.FillAsync(table, [.. rows.Where(row => row.Table == table).Select(row => row.Row)]);
    }

    static async Task<string?> DifferenceAsync(SqlStreamEngine engine, string tables, GeneratedQuery query, string mode, List<string> expected)
    {
        List<string> actual;
        try
        {
            actual = await ActualAsync(engine, $"SET 'execution.runtime-mode' = '{mode}';\n{tables}{query.Text}", query);
        }
        catch (SqlException exception)
        {
            return string.Join("; ", exception.Diagnostics.Select(error => $"{error.SqlState} {error.Message}"));
        }
        catch (Exception exception)
        {
            return exception.ToString();
        }
        if (!query.IsOrdered)
        {
            actual.Sort(StringComparer.Ordinal);
            expected = [.. expected.Order(StringComparer.Ordinal)];
        }
        return expected.SequenceEqual(actual)
            ? null
            : $"expected {expected.Count} rows\n  {string.Join("\n  ", expected)}\nbut got {actual.Count}\n  {string.Join("\n  ", actual)}";
    }

    // The same rows as tables there and as JSON files here.
    static async Task<(string Tables, IReadOnlyList<(string Table, IReadOnlyList<string?> Row)> Rows)> FillAsync(QueryGenerator generator, WorkDirectory work, QueryOracle oracle)
    {
        var tables = "";
        var all = new List<(string Table, IReadOnlyList<string?> Row)>();
        foreach (var name in QueryGenerator.TableNames)
        {
            var rows = generator.Rows(Rows);
            await oracle.FillAsync(name, rows);
            all.AddRange(rows.Select(row => (name, (IReadOnlyList<string?>)row)));
            work.Write($"{name}.json", string.Concat(rows.Select(row => Json(row) + "\n")));
            tables += $"CREATE TEMPORARY TABLE {name} ({QueryGenerator.Definitions}) WITH ('connector' = 'filesystem', 'path' = '{work[$"{name}.json"]}', 'format' = 'json');\n";
        }
        return (tables, all);
    }

    static string Json(IReadOnlyList<string?> row) => "{" + string.Join(", ", row
        .Select((value, i) => (Column: QueryGenerator.TableColumns[i], Value: value))
        .Where(cell => cell.Value is not null)
        .Select(cell => $"\"{cell.Column.Name}\": " + cell.Column.Kind switch
        {
            ValueKind.Int or ValueKind.Decimal or ValueKind.Double => cell.Value,
            ValueKind.Bool => cell.Value!.ToLowerInvariant(),
            _ => JsonSerializer.Serialize(cell.Value),
        })) + "}";

    static EngineOptions Options(int seed) => new()
    {
        Workers = 2,
        Pool = new ColumnPool(poison: true),
        Seed = seed,
        BatchRows = seed % 2 == 0 ? 7 : 4096,
        Guards = true,
        Settings = new Dictionary<string, string>
        {
            ["parallelism.default"] = ((seed % 3) + 1).ToString(CultureInfo.InvariantCulture),
            ["table.optimizer.agg-phase-strategy"] = seed % 2 == 0 ? "TWO_PHASE" : "AUTO",
        },
    };

    // A stream of changes is folded: what is taken back is gone.
    static async Task<List<string>> ActualAsync(SqlStreamEngine engine, string script, GeneratedQuery query)
    {
        var session = engine.OpenSession();
        var source = new SourceText(script);
        var rows = new List<string>();
        foreach (var statement in Session.Parse(source))
        {
            if (await session.ExecuteAsync(statement, source, CancellationToken.None) is not QueryResult result)
                continue;
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var results = result.Job.Results!;
            var text = session.TextOf(results.Schema);
            while (results.Next(timeout.Token) is { } batch)
            {
                foreach (var (kind, values) in text.Rows(batch))
                {
                    var row = string.Join(" | ", values.Select((value, i) => value is null ? "NULL" : QueryOracle.Canonical(query.Columns[i], value)));
                    if (kind is RowKind.Insert or RowKind.UpdateAfter)
                        rows.Add(row);
                    else
                        Assert.True(rows.Remove(row), $"{row} was taken back and never given\n{query.Text}");
                }
                batch.Release();
            }
            await session.CloseAsync(result);
        }
        return rows;
    }
}

/// <summary>A test against a real PostgreSQL, skipped with the reason where there is none.</summary>
public sealed class TheoryIfPostgresAttribute : TheoryAttribute
{
    public TheoryIfPostgresAttribute() => Skip = PostgresServer.SkipReason();
}
