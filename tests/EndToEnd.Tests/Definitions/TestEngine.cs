using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Runs;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;
using SqlStream.Goldens;

namespace SqlStream.EndToEnd.Tests.Definitions;

/// <summary>An engine in the test's process with one session, which executes text and gives results as text. INSERTs are waited for.</summary>
sealed class TestEngine : IAsyncDisposable
{
    readonly ColumnPool _pool = new(poison: true);

    public TestEngine(string? directory = null, string? script = null)
    {
        Engine = SqlStreamEngine.Open(new EngineOptions
        {
            DataDirectory = directory,
            Workers = 2,
            Seed = 1,
            Pool = _pool,
            Guards = true,
            Connectors = [Manual],
            Settings = new Dictionary<string, string> { ["table.dml-sync"] = "true", ["parallelism.default"] = "2", ["state.backend.type"] = "memory" },
        });
        Session = Engine.OpenSession();
        if (script is not null)
            Session.Run = ScriptRun.Open(Engine, script, RestoreMode.Auto, discardUnfinished: false);
    }

    public ManualConnector Manual { get; } = new();

    public SqlStreamEngine Engine { get; }

    public Session Session { get; }

    /// <summary>Executes the statements of a text and gives the rows of the last one, columns separated by commas, changes with
    /// their kinds.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(string sql, Session? session = null)
    {
        session ??= Session;
        var source = new SourceText(sql);
        IReadOnlyList<string> last = [];
        foreach (var statement in Session.Parse(source))
        {
            last = await session.ExecuteAsync(statement, source, CancellationToken.None) switch
            {
                QueryResult query => await RowsAsync(session, query),
                TableResult table => [.. table.Rows.Select(row => string.Join(",", row.Select(value => value?.ToString() ?? "NULL")))],
                DoneResult done => done.Notices,
                JobResult { Job: { Status: JobStatus.Failed } job } => throw job.Error!,
                TextResult text => [text.Text],
                _ => [],
            };
        }
        return last;
    }

    /// <summary>The rows of a query in the order of their text.</summary>
    public async Task<string> RowsOf(string query) => string.Join(" | ", (await RunAsync(query)).Order(StringComparer.Ordinal));

    /// <summary>The message of a statement that fails, as the program shows it.</summary>
    public async Task<string> ErrorOf(string sql, Session? session = null)
    {
        var exception = await Assert.ThrowsAsync<SqlException>(() => RunAsync(sql, session));
        return exception.Diagnostics[0].RenderShort(new SourceText(sql));
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Assert.Equal(0, _pool.Outstanding);
    }

    static async Task<IReadOnlyList<string>> RowsAsync(Session session, QueryResult query)
    {
        var lines = new List<string>();
        var text = session.TextOf(query.Job.Results!.Schema);
        try
        {
            while (query.Job.Results.Next(CancellationToken.None) is { } batch)
            {
                foreach (var (kind, values) in text.Rows(batch))
                    lines.Add((query.IsUpdating ? kind + " " : "") + string.Join(",", values.Select(value => value ?? "NULL")));
                batch.Release();
            }
        }
        finally
        {
            await session.CloseAsync(query);
        }
        return lines;
    }
}
