using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;

namespace SqlStream.Goldens;

/// <summary>One way to run a query over bounded input; every way must give the same rows.</summary>
/// <param name="Name">Its name.</param>
/// <param name="BatchRows">Rows of a batch at the most.</param>
/// <param name="Parallelism">Subtasks of each task.</param>
/// <param name="Mode">execution.runtime-mode.</param>
public sealed record QueryConfiguration(string Name, int BatchRows, int Parallelism, string Mode)
{
    /// <summary>All of them; the first is the plain one.</summary>
    public static IReadOnlyList<QueryConfiguration> All { get; } =
    [
        new("straight", 4096, 1, "automatic"),
        new("batch of 1", 1, 1, "automatic"),
        new("batch of 3, parallelism 3", 3, 3, "automatic"),
        new("batch mode, parallelism 2", 3, 2, "batch"),
    ];
}

/// <summary>Runs a query over bounded input and gives its rows: values as text between bars.</summary>
public static class QueryRunner
{
    static readonly TimeSpan _waitMax = TimeSpan.FromSeconds(60);

    /// <summary>The rows; as the last line the error of a query that fails.</summary>
    /// <param name="catalog">The statements before.</param>
    /// <param name="query">The query.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="connector">The tables that are fed, with their rows.</param>
    public static async Task<IReadOnlyList<string>> RunAsync(string catalog, string query, QueryConfiguration configuration, ManualConnector? connector = null)
    {
        var pool = new ColumnPool(poison: true);
        var rows = new List<string>();
        await using (var engine = SqlStreamEngine.Open(Options(pool, configuration, connector)))
        {
            var session = engine.OpenSession();
            var source = new SourceText(catalog + "\n" + query);
            foreach (var statement in Session.Parse(source))
            {
                if (await session.ExecuteAsync(statement, source, CancellationToken.None) is QueryResult result)
                    rows.AddRange(await ReadAsync(session, result));
            }
        }
        Check.That(pool.Outstanding == 0);
        return rows;
    }

    static EngineOptions Options(ColumnPool pool, QueryConfiguration configuration, ManualConnector? connector) => new()
    {
        Workers = 2,
        Pool = pool,
        Seed = 1,
        BatchRows = configuration.BatchRows,
        Guards = true,
        Connectors = connector is null ? [] : [connector],
        Settings = new Dictionary<string, string>
        {
            ["parallelism.default"] = configuration.Parallelism.ToString(CultureInfo.InvariantCulture),
            ["execution.runtime-mode"] = configuration.Mode,
        },
    };

    static async Task<List<string>> ReadAsync(Session session, QueryResult result)
    {
        using var timeout = new CancellationTokenSource(_waitMax);
        var results = result.Job.Results!;
        var text = session.TextOf(results.Schema);
        var rows = new List<string>();
        try
        {
            while (results.Next(timeout.Token) is { } batch)
            {
                foreach (var (kind, values) in text.Rows(batch))
                {
                    var row = string.Join(" | ", values.Select(value => value ?? "NULL"));
                    rows.Add(kind == Core.Rows.RowKind.Insert ? row : $"{kind}: {row}");
                }
                batch.Release();
            }
        }
        catch (SqlException exception)
        {
            rows.Add($"ERROR {exception.Diagnostics[0].SqlState}: {exception.Diagnostics[0].Message}");
        }
        catch (OperationCanceledException)
        {
            rows.Add("ERROR: the query does not end; bound its tables");
        }
        await session.CloseAsync(result);
        return rows;
    }
}
