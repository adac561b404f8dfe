using SqlStream.Core.Diagnostics;
using SqlStream.Engine.Tests.Support;
using SqlStream.Testing;

namespace SqlStream.Engine.Tests.Embedding;

/// <summary>The end of an engine, and of jobs that somebody else ends: whoever waits is told, and nobody takes a part for the whole.</summary>
public sealed class DisposalTests
{
    const string Tables = """
        CREATE TABLE p (x INT) WITH ('connector' = 'push', 'buffer-rows' = '3');
        CREATE TABLE g (x BIGINT) WITH ('connector' = 'datagen');
        CREATE TABLE m (x BIGINT) WITH ('connector' = 'memory');
        """;

    [Fact]
    public async Task What_is_called_after_the_end_says_that_it_was()
    {
        await using var scope = await EngineScope.OpenAsync(Tables);
        var engine = scope.Engine;
        var writer = await engine.OpenWriterAsync<int>("p");
        await Task.WhenAll(engine.DisposeAsync().AsTask(), engine.DisposeAsync().AsTask());
        Func<Task>[] calls =
        [
            () => engine.ExecuteAsync("SHOW TABLES"), () => scope.QueryAsync<int>("SELECT 1"), () => scope.TextAsync("SHOW TABLES"), () => engine.InsertAsync("m", [1L]),
            () => engine.OpenWriterAsync<int>("p"), () => engine.StartAsync("INSERT INTO m SELECT x FROM g"), async () => await writer.WriteAsync(1),
            () => Task.FromResult(engine.OpenSession()), () => Do(() => engine.RegisterFunction("f", (int x) => x)), () => Do(() => engine.RegisterTableFunction("t", (int x) => new[] { x })),
        ];
        foreach (var call in calls)
            Assert.Equal(typeof(SqlStreamEngine).FullName, (await Assert.ThrowsAsync<ObjectDisposedException>(call)).ObjectName);

        static Task Do(Action action)
        {
            action();
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Whoever_waits_is_told_of_the_end()
    {
        await using var scope = await EngineScope.OpenAsync(Tables);
        var engine = scope.Engine;
        // One who waits for rows, one who has stopped reading, writers who wait for room, and a statement that waits for its job.
        await using var waiting = engine.QueryAsync<int>("SELECT x FROM p").GetAsyncEnumerator();
        var next = waiting.MoveNextAsync().AsTask();
        await using var idle = engine.QueryAsync<long?>("SELECT x FROM g").GetAsyncEnumerator();
        Assert.True(await idle.MoveNextAsync());
        var inserting = engine.InsertAsync("m", ForEver());
        while (engine.Jobs.All.Count < 3)
            await Task.Delay(5, scope.Limit);
        await engine.ExecuteAsync("CREATE TABLE q (x INT) WITH ('connector' = 'push', 'buffer-rows' = '1'); SET 'table.dml-sync' = 'true'");
        var writer = await engine.OpenWriterAsync<int>("q");
        var writing = writer.WriteAsync([1, 2, 3]).AsTask();
        var executing = engine.ExecuteAsync("INSERT INTO m SELECT x FROM g");
        var behind = engine.ExecuteAsync("SHOW TABLES");
        while (engine.Jobs.All.Count < 4)
            await Task.Delay(5, scope.Limit);
        await engine.DisposeAsync().AsTask().WaitAsync(scope.Limit);
        foreach (var (name, task) in new[] { ("next", next), ("inserting", inserting), ("writing", writing), ("executing", executing), ("behind", (Task)behind) })
            Assert.True(await Record.ExceptionAsync(() => task.WaitAsync(scope.Limit)) is ObjectDisposedException, name);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            while (await idle.MoveNextAsync())
                continue;
        });

        static async IAsyncEnumerable<long> ForEver()
        {
            for (var i = 0L; ; i++)
            {
                yield return i;
                await Task.Delay(1);
            }
        }
    }

    [Fact]
    public async Task A_loop_may_end_the_engine_that_it_reads()
    {
        await using var scope = await EngineScope.OpenAsync(Tables);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            await foreach (var _ in scope.Engine.QueryAsync<long?>("SELECT x FROM g", scope.Limit))
                await scope.Engine.DisposeAsync();
        });
    }

    [Fact]
    public async Task A_job_that_somebody_else_ends_is_no_end_of_the_rows()
    {
        await using var scope = await EngineScope.OpenAsync(Tables);
        await using var waiting = scope.Engine.QueryAsync<int>("SELECT x FROM p", scope.Limit).GetAsyncEnumerator();
        var next = waiting.MoveNextAsync().AsTask();
        while (scope.Engine.Jobs.All.Count == 0)
            await Task.Delay(5, scope.Limit);
        scope.Engine.Jobs.All.Single().Cancel();
        Assert.Equal("57014: query was canceled before its end", EngineScope.Text(await Assert.ThrowsAsync<SqlException>(() => next)));
        var inserting = scope.Engine.InsertAsync("m", Rows(), scope.Limit);
        Assert.Equal("57014: not all rows are in table \"m\": the job that wrote them was ended", EngineScope.Text(await Assert.ThrowsAsync<SqlException>(() => inserting)));
        await scope.Engine.ExecuteAsync("SET 'table.dml-sync' = 'true'");
        Assert.StartsWith("22012", EngineScope.Text(await Assert.ThrowsAsync<SqlException>(
            () => scope.Engine.ExecuteAsync("INSERT INTO m SELECT 1 / x FROM (VALUES 0) AS t (x)"))), StringComparison.Ordinal);
        Assert.Equal(["g", "m", "p"], await scope.QueryAsync<string>("SHOW TABLES"));

        async IAsyncEnumerable<long> Rows()
        {
            yield return 1;
            scope.Engine.Jobs.All.Single().Cancel();
            yield return 2;
        }
    }

    [Fact]
    public async Task One_engine_at_a_time_has_a_data_directory()
    {
        using var directory = new TemporaryDirectory();
        var options = new EngineOptions { DataDirectory = directory.Path };
        await using (await SqlStreamEngine.OpenAsync(options))
        {
            var error = await Assert.ThrowsAsync<SqlException>(() => SqlStreamEngine.OpenAsync(options));
            Assert.Equal(
                $"55006: data directory \"{Path.GetFullPath(directory.Path)}\" is in use by another engine of this process (Dispose that engine, or open this one on another directory.)",
                EngineScope.Text(error));
        }
        await using var next = await SqlStreamEngine.OpenAsync(options);
        await next.ExecuteAsync("SHOW TABLES");
    }

    [Fact]
    public async Task Options_that_no_engine_can_have_are_refused()
    {
        Assert.Equal("22023: EngineOptions.Workers must be from 1 to 1024, not 0", await ErrorAsync(new EngineOptions { Workers = 0 }));
        Assert.Equal("22023: EngineOptions.BatchRows must be from 1 to 4096, not 5000", await ErrorAsync(new EngineOptions { BatchRows = 5000 }));
        Assert.Equal("22023: EngineOptions.ChannelCapacity must be at least 1, not -1", await ErrorAsync(new EngineOptions { ChannelCapacity = -1 }));
        Assert.Equal("22023: EngineOptions.DataDirectory must be a path, or null, not \" \"", await ErrorAsync(new EngineOptions { DataDirectory = " " }));
        Assert.StartsWith("42704: option 'nix' does not exist", await ErrorAsync(new EngineOptions { Settings = new Dictionary<string, string> { ["nix"] = "1" } }), StringComparison.Ordinal);
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "file");
        await File.WriteAllTextAsync(file, "");
        Assert.Contains("cannot be made", (await Assert.ThrowsAsync<ExternalException>(() => SqlStreamEngine.OpenAsync(new EngineOptions { DataDirectory = file }))).Message, StringComparison.Ordinal);

        static async Task<string> ErrorAsync(EngineOptions options) => EngineScope.Text(await Assert.ThrowsAsync<SqlException>(() => SqlStreamEngine.OpenAsync(options)));
    }
}
