using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Engine.Tests.Support;

/// <summary>An engine whose memory is poisoned after use and counted at the end.</summary>
sealed class EngineScope : IAsyncDisposable
{
    static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    readonly ColumnPool _pool = new(poison: true);
    readonly CancellationTokenSource _limit = new(_patience);

    EngineScope(EngineOptions options) => Engine = SqlStreamEngine.Open(options with { Pool = _pool });

    public SqlStreamEngine Engine { get; }

    /// <summary>Ends what takes too long.</summary>
    public CancellationToken Limit => _limit.Token;

    public static async Task<EngineScope> OpenAsync(string script = "", EngineOptions? options = null)
    {
        var settings = new Dictionary<string, string>(options?.Settings ?? new Dictionary<string, string>());
        settings.TryAdd("state.backend.type", "memory");
        settings.TryAdd("parallelism.default", "1");
        settings.TryAdd("execution.checkpointing.interval", "50 ms");
        var scope = new EngineScope((options ?? new EngineOptions()) with { Workers = 2, Seed = options?.Seed ?? 1, Guards = true, Settings = settings });
        if (script.Length > 0)
            await scope.Engine.ExecuteAsync(script, scope.Limit);
        return scope;
    }

    public async Task<List<T>> QueryAsync<T>(string sql)
    {
        var values = new List<T>();
        await foreach (var value in Engine.QueryAsync<T>(sql, Limit))
            values.Add(value);
        return values;
    }

    /// <summary>The rows of a query as text, in order of it.</summary>
    public async Task<string> TextAsync(string sql)
    {
        var lines = new List<string>();
        await foreach (var row in Engine.QueryAsync(sql, Limit))
            lines.Add(row.ToString());
        return string.Join(" | ", lines.Order(StringComparer.Ordinal));
    }

    /// <summary>SQLSTATE, message and hint of what a query raises.</summary>
    public async Task<string> ErrorOfAsync<T>(string sql)
    {
        var error = await Assert.ThrowsAsync<SqlException>(() => QueryAsync<T>(sql));
        return Text(error);
    }

    public static string Text(SqlException error) =>
        $"{error.SqlState}: {error.Message}" + (error.Diagnostics[0].Hint is { } hint ? $" ({hint})" : "");

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _limit.Dispose();
        Assert.Equal(0, _pool.Outstanding);
    }
}
