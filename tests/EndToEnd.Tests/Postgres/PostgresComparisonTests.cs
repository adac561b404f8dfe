using System.Globalization;
using System.Text.Json;
using Npgsql;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.EndToEnd.Tests.Rig;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;

namespace SqlStream.EndToEnd.Tests.Postgres;

/// <summary>Generated queries over the same rows give the same rows as PostgreSQL gives, as bags or, with ORDER BY, as lists: over bounded
/// input at once, and as a stream of changes.</summary>
public sealed class PostgresComparisonTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    const int QueriesEach = 50;
    const int Rows = 40;

    public static TheoryData<int> Seeds =>
        [.. Enumerable.Range(1, Environment.GetEnvironmentVariable("SQLSTREAM_LONG") == "1" ? 100 : 10)];

    [TheoryIfPostgres]
    [MemberData(nameof(Seeds))]
    public async Task Generated_queries_give_what_PostgreSQL_gives(int seed)
    {
        using var work = new WorkDirectory();
        var generator = new QueryGenerator(seed);
        await using var connection = await server.DataSource.OpenConnectionAsync();
        var tables = await FillAsync(generator, work, connection);
        var failures = new List<string>();
        await using (var engine = SqlStreamEngine.Open(Options(seed)))
        {
            for (var i = 0; i < QueriesEach; i++)
            {
                var query = generator.Next();
                var expected = await ExpectedAsync(connection, query);
                foreach (var mode in query.IsStreamable ? new[] { "automatic", "streaming" } : ["automatic"])
                {
                    if (await DifferenceAsync(engine, tables, query, mode, expected) is { } difference)
                        failures.Add($"query {i}, {mode}: {query.Text}\n{difference}");
                }
            }
        }
        Assert.True(failures.Count == 0, $"{failures.Count} of {QueriesEach} queries differ (seed {seed})\n\n{string.Join("\n\n", failures)}");
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
    static async Task<string> FillAsync(QueryGenerator generator, WorkDirectory work, NpgsqlConnection connection)
    {
        var columns = QueryGenerator.TableColumns;
        var definitions = string.Join(", ", columns.Select(column => $"{column.Name} {column.Type}"));
        var tables = "";
        foreach (var name in new[] { "t1", "t2" })
        {
            var rows = Enumerable.Range(0, Rows).Select(_ => columns.Select(column => generator.Value(column.Kind)).ToList()).ToList();
            rows.AddRange(rows.Take(Rows / 4).ToList());
            var literals = rows.Select(row => $"({string.Join(", ", row.Select(value => value is null ? "NULL" : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'"))})");
            await using (var command = new NpgsqlCommand(
                $"CREATE TEMP TABLE {name} ({definitions}); INSERT INTO {name} VALUES {string.Join(", ", literals)}", connection))
                await command.ExecuteNonQueryAsync();
            work.Write($"{name}.json", string.Concat(rows.Select(row => Json(row) + "\n")));
            tables += $"CREATE TEMPORARY TABLE {name} ({definitions}) WITH ('connector' = 'filesystem', 'path' = '{work[$"{name}.json"]}', 'format' = 'json');\n";
        }
        return tables;
    }

    static string Json(List<string?> row) => "{" + string.Join(", ", row
        .Select((value, i) => (Column: QueryGenerator.TableColumns[i], Value: value))
        .Where(cell => cell.Value is not null)
        .Select(cell => $"\"{cell.Column.Name}\": " + cell.Column.Kind switch
        {
            ValueKind.Int or ValueKind.Decimal or ValueKind.Double => cell.Value,
            ValueKind.Bool => cell.Value!.ToLowerInvariant(),
            _ => JsonSerializer.Serialize(cell.Value),
        })) + "}";

    static async Task<List<string>> ExpectedAsync(NpgsqlConnection connection, GeneratedQuery query)
    {
        await using var command = new NpgsqlCommand(query.Text, connection);
        var rows = new List<string>();
        try
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                rows.Add(string.Join(" | ", query.Columns.Select((kind, i) => reader.IsDBNull(i) ? "NULL" : Canonical(kind, reader.GetValue(i)))));
        }
        catch (PostgresException exception)
        {
            Assert.Fail($"the generator made what PostgreSQL does not take: {exception.MessageText}\n{query.Text}");
        }
        return rows;
    }

    static string Canonical(ValueKind kind, object value) => kind switch
    {
        ValueKind.Bool => (bool)value ? "TRUE" : "FALSE",
        ValueKind.Double => Canonical(kind, ((double)value).ToString("R", CultureInfo.InvariantCulture)),
        ValueKind.Date => ((DateOnly)value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ValueKind.Timestamp => ((DateTime)value).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
        _ => Canonical(kind, Convert.ToString(value, CultureInfo.InvariantCulture)!),
    };

    static string Canonical(ValueKind kind, string text) => kind switch
    {
        ValueKind.Int or ValueKind.Decimal => (decimal.Parse(text, CultureInfo.InvariantCulture) / 1.000000000000000000000000000m).ToString(CultureInfo.InvariantCulture),
        ValueKind.Double => (double.Parse(text, CultureInfo.InvariantCulture) + 0.0).ToString("R", CultureInfo.InvariantCulture),
        ValueKind.Timestamp => DateTime.Parse(text, CultureInfo.InvariantCulture).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
        _ => text,
    };

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
                    var row = string.Join(" | ", values.Select((value, i) => value is null ? "NULL" : Canonical(query.Columns[i], value)));
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
    public TheoryIfPostgresAttribute() => Skip = PostgresServer.Missing();
}
