using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Engine.Embedding;
using SqlStream.Engine.Rows;
using SqlStream.Engine.Tests.Support;
using SqlStream.Engine.UserFunctions;
using SqlStream.Execution;
using SqlStream.Testing;

namespace SqlStream.Engine.Tests.Embedding;

public sealed class PushTests
{
    const string Readings = """
        CREATE TABLE readings (sensor STRING NOT NULL, celsius DOUBLE, at TIMESTAMP(3), WATERMARK FOR at AS at) WITH ('connector' = 'push');
        """;

    const string Windows = """
        SELECT sensor, window_end, COUNT(*) AS n, AVG(celsius) AS average
        FROM TUMBLE(TABLE readings, DESCRIPTOR(at), INTERVAL '10' SECOND) GROUP BY window_start, window_end, sensor
        """;

    static readonly DateTime _start = new(2026, 1, 1);

    public sealed record Reading(string Sensor, double? Celsius, DateTime At);

    [Fact]
    public async Task A_windowed_query_over_pushed_rows_answers_when_the_watermark_passes()
    {
        await using var scope = await EngineScope.OpenAsync(Readings);
        var writer = await scope.Engine.OpenWriterAsync<Reading>("readings");
        await using var windows = scope.Engine.QueryAsync<(string, DateTime, long, double)>(Windows, scope.Limit).GetAsyncEnumerator();
        await writer.WriteAsync([new("a", 1, _start), new("a", 3, _start.AddSeconds(9)), new("b", null, _start.AddSeconds(1))], scope.Limit);
        await writer.WriteAsync(new Reading("b", 5, _start.AddSeconds(2)), scope.Limit);
        var next = windows.MoveNextAsync();
        writer.AdvanceWatermark(_start.AddSeconds(10));
        var found = new HashSet<(string, DateTime, long, double)>();
        Assert.True(await next);
        found.Add(windows.Current);
        Assert.True(await windows.MoveNextAsync());
        found.Add(windows.Current);
        Assert.Equal([("a", _start.AddSeconds(10), 2L, 2.0), ("b", _start.AddSeconds(10), 2L, 5.0)], found.OrderBy(value => value.Item1));
        await writer.WriteAsync(new Reading("c", 7, _start.AddSeconds(11)), scope.Limit);
        writer.Complete();
        Assert.True(await windows.MoveNextAsync());
        Assert.Equal(("c", _start.AddSeconds(20), 1L, 7.0), windows.Current);
        Assert.False(await windows.MoveNextAsync());
    }

    [Fact]
    public async Task Writing_waits_while_the_table_is_full()
    {
        await using var scope = await EngineScope.OpenAsync("CREATE TABLE p (x INT) WITH ('connector' = 'push', 'buffer-rows' = '3')");
        var writer = await scope.Engine.OpenWriterAsync<int>("p");
        await writer.WriteAsync([1, 2, 3], scope.Limit);
        var blocked = writer.WriteAsync(4, scope.Limit).AsTask();
        Assert.False(blocked.IsCompleted);
        Assert.Equal(3, writer.Waiting);
        var reading = scope.QueryAsync<int>("SELECT x FROM p");
        await blocked;
        writer.Complete();
        Assert.Equal([1, 2, 3, 4], await reading);
    }

    [Fact]
    public async Task A_query_that_nobody_reads_holds_back_the_writer()
    {
        await using var scope = await EngineScope.OpenAsync(
            "CREATE TABLE p (x INT) WITH ('connector' = 'push', 'buffer-rows' = '10')", new EngineOptions { BatchRows = 5, ChannelCapacity = 1 });
        var writer = await scope.Engine.OpenWriterAsync<int>("p");
        await using var rows = scope.Engine.QueryAsync<int>("SELECT x FROM p", scope.Limit).GetAsyncEnumerator();
        await writer.WriteAsync(0, scope.Limit);
        Assert.True(await rows.MoveNextAsync());
        // Whatever is on its way is bounded: one who reads no further stops one who writes.
        var written = 1;
        while (true)
        {
            var write = writer.WriteAsync(written++, scope.Limit).AsTask();
            if (!await HasRoomAsync(write))
                break;
            Assert.InRange(written, 1, 1000);
        }
        for (var i = 1; i < written; i++)
        {
            Assert.True(await rows.MoveNextAsync());
            Assert.Equal(i, rows.Current);
        }

        // The reader takes what it has room for, and then comes to rest.
        static async Task<bool> HasRoomAsync(Task write) => await Task.WhenAny(write, Task.Delay(200)) == write;
    }

    [Fact]
    public async Task Later_readers_see_what_comes_later()
    {
        await using var scope = await EngineScope.OpenAsync("CREATE TABLE p (x INT) WITH ('connector' = 'push')");
        var writer = await scope.Engine.OpenWriterAsync<int>("p");
        await using var first = scope.Engine.QueryAsync<int>("SELECT x FROM p", scope.Limit).GetAsyncEnumerator();
        await writer.WriteAsync(1, scope.Limit);
        Assert.True(await first.MoveNextAsync());
        await using var second = scope.Engine.QueryAsync<int>("SELECT x FROM p", scope.Limit).GetAsyncEnumerator();
        var next = second.MoveNextAsync().AsTask();
        while (!next.IsCompleted)
        {
            await writer.WriteAsync(2, scope.Limit);
            await Task.WhenAny(next, Task.Delay(10));
        }
        Assert.True(await next);
        Assert.Equal((1, 2), (first.Current, second.Current));
    }

    [Fact]
    public async Task Rows_go_into_tables_that_know_their_columns()
    {
        await using var scope = await EngineScope.OpenAsync(
            "CREATE TABLE m (id BIGINT, name STRING, price DECIMAL(10, 2), at TIMESTAMP_LTZ(3), tags ARRAY<STRING>, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'memory')");
        Assert.Equal(2, await scope.Engine.InsertAsync(
            "m",
            new[]
            {
                new { Id = 1, Name = (string?)"a", Price = 1.005m, At = new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.FromHours(1)), Tags = new[] { "x", null } },
                new { Id = 2, Name = (string?)null, Price = -7m, At = new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.Zero), Tags = Array.Empty<string?>() },
            },
            scope.Limit));
        Assert.Equal(1, await scope.Engine.InsertAsync("m", Rows(), scope.Limit));
        Assert.Equal(
            "+I(1, a, 1.01, 2026-01-01T00:00:00.0000000+00:00, [x, NULL]) | +I(2, b, NULL, NULL, NULL)", await scope.TextAsync("SELECT * FROM m"));
        Assert.Empty(scope.Engine.Jobs.All);
        Assert.Equal(["m"], await scope.QueryAsync<string>("SHOW TABLES"));

        static async IAsyncEnumerable<NameOnly> Rows()
        {
            await Task.Yield();
            yield return new NameOnly(2, "b");
        }
    }

    sealed record Wrong(int A, int Y);

    sealed record TimeOnlyReading(DateTime At);

    sealed record NameOnly(long Id, string Name)
    {
        public string Computed => Name + Id;
    }

    [Fact]
    public async Task Untyped_rows_and_tuples_can_be_inserted()
    {
        await using var scope = await EngineScope.OpenAsync("CREATE TABLE m (a INT, b STRING) WITH ('connector' = 'memory')");
        await scope.Engine.InsertAsync("m", [(1, "x")], scope.Limit);
        var schema = new Schema([new Field("a", SqlType.Int), new Field("b", SqlType.String)]);
        await scope.Engine.InsertAsync("m", [new Row(schema, Core.Rows.RowKind.Insert, 2, null)], scope.Limit);
        Assert.Equal("+I(1, x) | +I(2, NULL)", await scope.TextAsync("SELECT * FROM m"));
    }

    [Fact]
    public async Task What_cannot_be_written_is_said()
    {
        await using var scope = await EngineScope.OpenAsync($"{Readings} CREATE TABLE m (a INT NOT NULL, b DECIMAL(3, 1)) WITH ('connector' = 'memory')");
        var engine = scope.Engine;
        Assert.Equal("42703: member \"Y\" of type Wrong has no column (Did you mean \"a\"?)", await Error(() => engine.InsertAsync("m", [new Wrong(1, 2)])));
        Assert.Equal("42804: column \"a\" of type INT cannot be written from long (Write it from int.)", await Error(() => engine.InsertAsync("m", [new { A = 1L }])));
        Assert.Equal("23502: column \"a\" is NOT NULL, but the value is null", await Error(() => engine.InsertAsync("m", [((int?)null, 1m)])));
        Assert.Equal("22003: value is out of range for type DECIMAL(3, 1)", await Error(() => engine.InsertAsync("m", [(1, 100m)])));
        Assert.Equal("42P01: table \"n\" does not exist (Did you mean \"m\"?)", await Error(() => engine.InsertAsync("n", [(1, 1m)])));
        Assert.StartsWith("42809: table \"m\" is not written by the program", await Error(() => engine.OpenWriterAsync<(int, decimal)>("m")), StringComparison.Ordinal);
        Assert.Equal("23502: column \"sensor\" is NOT NULL, but type TimeOnlyReading has no member of that name", await Error(() => engine.OpenWriterAsync<TimeOnlyReading>("readings")));
        var writer = await engine.OpenWriterAsync<Reading>("readings");
        writer.Complete();
        Assert.StartsWith("25000: table \"readings\" is complete", await Error(async () => await writer.WriteAsync(new Reading("a", 1, _start))), StringComparison.Ordinal);
        await engine.ExecuteAsync("DROP TABLE readings");
        Assert.StartsWith("42P01", await Error(async () => await writer.WriteAsync(new Reading("a", 1, _start))), StringComparison.Ordinal);
        Assert.Empty(await scope.TextAsync("SELECT * FROM m"));

        static async Task<string> Error(Func<Task> action) => EngineScope.Text(await Assert.ThrowsAsync<SqlException>(action));
    }

    [Fact]
    public async Task A_job_that_stops_with_a_savepoint_goes_on_from_it()
    {
        using var directory = new TemporaryDirectory();
        await using var scope = await EngineScope.OpenAsync(
            """
            CREATE TABLE p (k STRING, x INT) WITH ('connector' = 'push');
            CREATE TABLE sums (k STRING, total INT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'memory');
            """);
        const string Sql = "INSERT INTO sums SELECT k, SUM(x) FROM p GROUP BY k";
        var writer = await scope.Engine.OpenWriterAsync<(string, int)>("p");
        var job = await scope.Engine.StartAsync(Sql);
        await writer.WriteAsync([("a", 1), ("b", 2), ("a", 3)], scope.Limit);
        while (job.Progress().RowsIn < 3)
            await Task.Delay(5, scope.Limit);
        var savepoint = await job.StopAsync(StopKind.Stop, directory.Path);
        await job.WaitAsync(scope.Limit);
        Assert.Equal(JobStatus.Suspended, job.Status);
        await writer.WriteAsync(("a", 10), scope.Limit);
        writer.Complete();
        var next = await scope.Engine.StartAsync(Sql, savepoint!.Path);
        await next.WaitAsync(scope.Limit);
        Assert.Equal("+I(a, 14) | +I(b, 2)", await scope.TextAsync("SELECT * FROM sums"));
    }

    const string WithClock = """
        CREATE TABLE p (x INT) WITH ('connector' = 'push');
        CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '100000000');
        CREATE TABLE sums (k INT, n BIGINT, total INT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'memory');
        SET 'execution.checkpointing.interval' = '1 h';
        SET 'restart-strategy.type' = 'fixed-delay';
        SET 'restart-strategy.fixed-delay.delay' = '10 ms';
        """;

    // Fails once, behind the other table, when it is told to.
    static (Action Fail, string Sql) FailingJob(EngineScope scope)
    {
        var fails = 0;
        scope.Engine.RegisterFunction(
            "stays", (long id) => Interlocked.Exchange(ref fails, 0) == 1 ? throw new ExternalException("the line is down", Retry.Now) : id, new FunctionOptions { IsDeterministic = false });
        return (() => Volatile.Write(ref fails, 1), "INSERT INTO sums SELECT k, COUNT(*), SUM(x) FROM (SELECT 1 AS k, x FROM p UNION ALL SELECT 1, 0 FROM g WHERE stays(id) < 0) AS u GROUP BY k");
    }

    [Fact]
    public async Task A_job_that_is_restarted_goes_on_where_its_last_checkpoint_holds_all_that_it_had_read()
    {
        await using var scope = await EngineScope.OpenAsync(WithClock);
        var (fail, sql) = FailingJob(scope);
        var writer = await scope.Engine.OpenWriterAsync<int>("p");
        var job = await scope.Engine.StartAsync(sql);
        await writer.WriteAsync([1, 2], scope.Limit);
        await scope.Engine.ExecuteAsync("CHECKPOINT", scope.Limit);
        Assert.Equal("+I(2, 3)", await scope.TextAsync("SELECT n, total FROM sums"));
        fail();
        while (job.Restarts == 0 || job.Status != JobStatus.Running)
            await Task.Delay(5, scope.Limit);
        await writer.WriteAsync(10, scope.Limit);
        for (var sums = ""; sums != "+I(3, 13)"; sums = await scope.TextAsync("SELECT n, total FROM sums"))
            await scope.Engine.ExecuteAsync("CHECKPOINT", scope.Limit);
        job.Cancel();
        await job.WaitAsync(scope.Limit);
    }

    [Fact]
    public async Task A_job_that_would_have_to_read_rows_again_fails_and_says_which_table_has_them_no_more()
    {
        await using var scope = await EngineScope.OpenAsync(WithClock);
        var (fail, sql) = FailingJob(scope);
        var writer = await scope.Engine.OpenWriterAsync<int>("p");
        var job = await scope.Engine.StartAsync(sql);
        await writer.WriteAsync([1, 2], scope.Limit);
        await scope.Engine.ExecuteAsync("CHECKPOINT", scope.Limit);
        await writer.WriteAsync(3, scope.Limit);
        while (scope.Engine.Metrics.Collect().Single(family => family.Definition.Name == "numRecordsIn").Samples
            .Where(sample => sample.Labels.Any(label => label is { Key: "operator_name", Value: string name } && name.Contains('p', StringComparison.Ordinal) && name.StartsWith("Scan", StringComparison.Ordinal)))
            .Sum(sample => sample.Value) < 3)
            await Task.Delay(5, scope.Limit);
        fail();
        var error = await Assert.ThrowsAsync<ExternalException>(() => job.WaitAsync(scope.Limit));
        Assert.Equal("08006", error.SqlState);
        Assert.StartsWith("rows of table \"p\" that were read before the failure are not kept", error.Message, StringComparison.Ordinal);
        Assert.Equal("A push table cannot be read again; have the program write to a topic or a file if its rows must survive.", error.Hint);
        Assert.Equal(JobStatus.Failed, job.Status);
        // What the last checkpoint holds is delivered, and nothing beyond it.
        Assert.Equal("+I(2, 3)", await scope.TextAsync("SELECT n, total FROM sums"));
    }

    [Fact]
    public async Task Jobs_are_started_listed_and_waited_for()
    {
        await using var scope = await EngineScope.OpenAsync(
            "CREATE TABLE m (x INT) WITH ('connector' = 'memory'); CREATE TABLE g (x INT) WITH ('connector' = 'datagen')");
        var job = await scope.Engine.StartAsync("INSERT INTO m SELECT 1");
        await job.WaitAsync(scope.Limit);
        Assert.Equal((JobStatus.Finished, job), (job.Status, scope.Engine.Jobs.Find(job.Id)));
        var failing = await scope.Engine.StartAsync("INSERT INTO m SELECT 1 / x FROM (VALUES 0) AS t (x)");
        Assert.Equal("22012", (await Assert.ThrowsAsync<SqlException>(() => failing.WaitAsync(scope.Limit))).SqlState);
        var endless = await scope.Engine.StartAsync("INSERT INTO m SELECT x FROM g");
        Assert.NotNull((await endless.CheckpointAsync()).Path);
        endless.Cancel();
        await endless.WaitAsync(scope.Limit);
        Assert.Equal(JobStatus.Canceled, endless.Status);
        Assert.Equal(3, scope.Engine.Jobs.All.Count);
        Assert.StartsWith("42809: statement starts no job", EngineScope.Text(await Assert.ThrowsAsync<SqlException>(() => scope.Engine.StartAsync("SHOW TABLES"))), StringComparison.Ordinal);
    }
}
