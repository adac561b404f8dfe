using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Queries;

/// <summary>Queries over bounded input. <c>query</c> says which rows, <c>ordered</c> in which order too; values are text between bars.</summary>
public sealed class QueryGoldenTests
{
    static readonly (int BatchRows, int Parallelism, string Mode)[] _configurations =
        [(4096, 1, "automatic"), (1, 1, "automatic"), (3, 3, "automatic"), (3, 2, "batch")];

    public static TheoryData<string> Files => [.. GoldenSection.Files("queries")];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Query_gives_the_expected_rows_in_every_configuration(string file)
    {
        var catalog = "";
        foreach (var section in GoldenSection.Read(Path.Combine(GoldenSection.Root(), file)))
        {
            var input = string.Join('\n', section.Input);
            if (section.Directive == "catalog")
            {
                catalog = input;
                continue;
            }
            var isOrdered = section.Directive == "ordered";
            Assert.True(isOrdered || section.Directive == "query", $"{file}:{section.Line}: directive '{section.Directive}'");
            var expected = section.Expected ?? [];
            foreach (var configuration in _configurations)
            {
                var rows = await RunAsync(catalog, input, configuration.BatchRows, configuration.Parallelism, configuration.Mode);
                Assert.True(
                    isOrdered
                        ? expected.SequenceEqual(rows)
                        : expected.Order(StringComparer.Ordinal).SequenceEqual(rows.Order(StringComparer.Ordinal)),
                    $"{file}:{section.Line} with {configuration}:\n{input}\nexpected\n  {string.Join("\n  ", expected)}\nbut got\n  {string.Join("\n  ", rows)}");
            }
        }
    }

    static async Task<List<string>> RunAsync(string catalog, string query, int batchRows, int parallelism, string mode)
    {
        var pool = new ColumnPool(poison: true);
        var rows = new List<string>();
        await using (var engine = SqlStreamEngine.Open(Options(pool, batchRows, parallelism, mode)))
        {
            var session = engine.OpenSession();
            var source = new SourceText(catalog + "\n" + query);
            foreach (var statement in Session.Parse(source))
            {
                if (await session.ExecuteAsync(statement, source, CancellationToken.None) is QueryResult result)
                    rows.AddRange(await ReadAsync(session, result));
            }
        }
        Assert.Equal(0, pool.Outstanding);
        return rows;
    }

    static EngineOptions Options(ColumnPool pool, int batchRows, int parallelism, string mode) => new()
    {
        Workers = 2,
        Pool = pool,
        Seed = 1,
        BatchRows = batchRows,
        Guards = true,
        Settings = new Dictionary<string, string>
        {
            ["parallelism.default"] = parallelism.ToString(CultureInfo.InvariantCulture),
            ["execution.runtime-mode"] = mode,
        },
    };

    static async Task<List<string>> ReadAsync(Session session, QueryResult result)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var results = result.Job.Results!;
        var text = session.TextOf(results.Schema);
        var rows = new List<string>();
        while (results.Next(timeout.Token) is { } batch)
        {
            foreach (var (kind, values) in text.Rows(batch))
            {
                Assert.Equal(RowKind.Insert, kind);
                rows.Add(string.Join(" | ", values.Select(value => value ?? "NULL")));
            }
            batch.Release();
        }
        await session.CloseAsync(result);
        return rows;
    }
}
