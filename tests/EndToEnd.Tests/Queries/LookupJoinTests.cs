using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.EndToEnd.Tests.Rig;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;
using SqlStream.Goldens;

namespace SqlStream.EndToEnd.Tests.Queries;

/// <summary>Which rows of a table a stream sees that looks them up while they change.</summary>
public sealed class LookupJoinTests : IAsyncLifetime
{
    const string Stream = "CREATE TABLE o (id BIGINT, p AS PROCTIME()) WITH ('connector' = 'manual', 'bounded' = 'false'); CREATE TABLE result (id BIGINT, name STRING) WITH ('connector' = 'manual')";
    const string Join = "INSERT INTO result SELECT o.id, name FROM o LEFT JOIN d FOR SYSTEM_TIME AS OF o.p ON o.id = d.id";

    static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    readonly WorkDirectory _work = new();
    readonly ManualConnector _manual = new();
    readonly ShiftedClock _clock = new();
    readonly ColumnPool _pool = new(poison: true);
    SqlStreamEngine _engine = null!;
    Session _session = null!;
    Job _job = null!;
    int _fed;

    public Task InitializeAsync()
    {
        _engine = SqlStreamEngine.Open(new EngineOptions
        {
            Workers = 2,
            Seed = 1,
            Pool = _pool,
            Guards = true,
            BatchRows = 2,
            Clock = _clock,
            Connectors = [_manual],
            Settings = new Dictionary<string, string>
            {
                ["parallelism.default"] = "2",
                ["state.backend.type"] = "memory",
                ["execution.checkpointing.interval"] = "1000 h",
                ["restart-strategy.type"] = "none",
            },
        });
        _session = _engine.OpenSession();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _engine.DisposeAsync();
        _work.Dispose();
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task A_file_is_read_once_and_again_when_its_rows_are_as_old_as_the_table_says()
    {
        _work.Write("d/a.csv", "1,one\n1,uno\n2,two\n,nobody\n");
        await StartAsync($"{Stream}; CREATE TABLE d (id BIGINT, name STRING) WITH ({Files}, 'lookup.full-cache.periodic-reload.interval' = '1 h'); {Join}");
        Assert.Equal("+ 1 one | + 1 uno | + 2 two | + 3 NULL | + NULL NULL", await FeedAsync(1, 2, 3, null));

        _work.Write("d/a.csv", "2,zwei\n");
        _work.Write("d/b.csv", "3,drei\n");
        _clock.Advance(TimeSpan.FromMinutes(50));
        Assert.Equal("+ 1 one | + 1 uno | + 2 two | + 3 NULL", await FeedAsync(1, 2, 3));
        _clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal("+ 1 NULL | + 2 zwei | + 3 drei", await FeedAsync(1, 2, 3));
    }

    [Fact]
    public async Task A_memory_table_is_seen_as_it_is_when_a_row_comes()
    {
        await StartAsync($"{Stream}; CREATE TABLE d (id BIGINT, name STRING, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'memory'); {Join}");
        Assert.Equal("+ 1 NULL", await FeedAsync(1));
        await InsertAsync("(1, 'one'), (2, 'two')");
        Assert.Equal("+ 1 one | + 1 one | + 2 two", await FeedAsync(1, 2, 1));
        await InsertAsync("(1, 'eins')");
        Assert.Equal("+ 1 eins | + 2 two | + 3 NULL", await FeedAsync(1, 2, 3));
    }

    [Theory]
    [InlineData("'lookup.partial-cache.expire-after-write' = '1 h'", "+ 1 one | + 2 NULL", "+ 1 eins | + 2 zwei")]
    [InlineData("'lookup.partial-cache.expire-after-access' = '1 h'", "+ 1 one | + 2 NULL", "+ 1 one | + 2 NULL")]
    [InlineData("'lookup.partial-cache.cache-missing-key' = 'false'", "+ 1 one | + 2 zwei", "+ 1 one | + 2 zwei")]
    public async Task What_was_asked_for_is_kept_as_long_as_the_table_says(string options, string soon, string later)
    {
        await StartAsync(
            $"{Stream}; CREATE TABLE d (id BIGINT, name STRING, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'memory', 'lookup.cache' = 'PARTIAL', {options}); {Join}",
            "(1, 'one')");
        Assert.Equal("+ 1 one | + 2 NULL", await FeedAsync(1, 2));
        await InsertAsync("(1, 'eins'), (2, 'zwei')");
        _clock.Advance(TimeSpan.FromMinutes(40));
        Assert.Equal(soon, await FeedAsync(1, 2));
        _clock.Advance(TimeSpan.FromMinutes(40));
        Assert.Equal(later, await FeedAsync(1, 2));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_fails_the_job_with_its_reason()
    {
        _work.Write("d/a.csv", "1,one\nx,two\n");
        await StartAsync($"{Stream}; CREATE TABLE d (id BIGINT, name STRING) WITH ({Files}); {Join}");
        _manual.Table("o").Feed((RowKind.Insert, [1L]));
        await _job.Completion.WaitAsync(_patience);
        Assert.Equal(JobStatus.Failed, _job.Status);
        Assert.Contains("a.csv:2", Assert.IsType<SqlException>(_job.Error).Diagnostics[0].Detail, StringComparison.Ordinal);
    }

    string Files => $"'connector' = 'filesystem', 'path' = '{_work["d"]}', 'format' = 'csv'";

    async Task StartAsync(string script, string? rows = null)
    {
        if (rows is not null)
        {
            await ExecuteAsync(script[..script.IndexOf("INSERT", StringComparison.Ordinal)]);
            await InsertAsync(rows);
            script = Join;
        }
        _job = Assert.IsType<JobResult>(await ExecuteAsync(script)).Job!;
    }

    async Task<StatementResult> ExecuteAsync(string script)
    {
        StatementResult? last = null;
        var source = new SourceText(script);
        foreach (var statement in Session.Parse(source))
            last = await _session.ExecuteAsync(statement, source, CancellationToken.None);
        return last!;
    }

    async Task InsertAsync(string rows)
    {
        var insert = Assert.IsType<JobResult>(await ExecuteAsync($"INSERT INTO d VALUES {rows}"));
        await insert.Job!.Completion.WaitAsync(_patience);
        Assert.Equal(JobStatus.Finished, insert.Job.Status);
    }

    // The new rows of the result, in the order of their text.
    async Task<string> FeedAsync(params long?[] ids)
    {
        var before = _manual.Target("result").Rows.Count;
        _manual.Table("o").Feed([.. ids.Select(id => (RowKind.Insert, new object?[] { id }))]);
        _fed++;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        using var timeout = new CancellationTokenSource(_patience);
        while (_manual.Table("o").BlocksRead < _fed)
            await timer.WaitForNextTickAsync(timeout.Token);
        // The barrier waits behind the rows for what they ask for.
        await _job.CheckpointAsync().WaitAsync(_patience);
        while (_manual.Target("result").Rows.Count < before + ids.Length)
            await timer.WaitForNextTickAsync(timeout.Token);
        return string.Join(" | ", _manual.Target("result").Rows.Skip(before).Order(StringComparer.Ordinal));
    }
}
