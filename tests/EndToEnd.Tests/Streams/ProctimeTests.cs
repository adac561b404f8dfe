using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Runs;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;
using SqlStream.Goldens;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Streams;

/// <summary>Windows over the time of processing, by a clock that the test sets.</summary>
public sealed class ProctimeTests
{
    const string Tables = """
        CREATE TABLE click (who STRING, n BIGINT, p AS PROCTIME()) WITH ('connector' = 'manual');
        CREATE VIEW seen AS SELECT who AS name, n, PROCTIME() AS at_time FROM click;
        CREATE TABLE result (window_start TIMESTAMP(3), window_end TIMESTAMP(3), who STRING, total BIGINT) WITH ('connector' = 'manual');

        """;

    static readonly TimeSpan _waitMax = TimeSpan.FromSeconds(60);

    readonly ManualConnector _manual = new();
    readonly ScriptClock _clock = new();

    public static TheoryData<string, string, string[]> Windows => new()
    {
        {
            "FROM TABLE(TUMBLE(TABLE click, DESCRIPTOR(p), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, who",
            "window_start, window_end, who", ["+ 03:04:00 03:04:10 a 3", "+ 03:04:00 03:04:10 b 4", "+ 03:04:10 03:04:20 a 8"]
        },
        {
            "FROM seen GROUP BY SESSION(at_time, INTERVAL '5' SECOND), name",
            "SESSION_START(at_time, INTERVAL '5' SECOND), SESSION_END(at_time, INTERVAL '5' SECOND), name",
            ["+ 03:04:05 03:04:11 a 3", "+ 03:04:06 03:04:11 b 4", "+ 03:04:15 03:04:20 a 8"]
        },
        {
            "FROM TABLE(CUMULATE(TABLE seen, DESCRIPTOR(at_time), INTERVAL '10' SECOND, INTERVAL '20' SECOND)) GROUP BY window_start, window_end, name",
            "window_start, window_end, name",
            ["+ 03:04:00 03:04:10 a 3", "+ 03:04:00 03:04:10 b 4", "+ 03:04:00 03:04:20 a 11", "+ 03:04:00 03:04:20 b 4"]
        },
    };

    [Theory]
    [MemberData(nameof(Windows))]
    public async Task Windows_close_by_the_clock_while_nothing_comes_and_all_at_the_end(string rest, string columns, string[] expected)
    {
        using var directory = new TemporaryDirectory();
        await using var engine = Open(directory.Path);
        var session = engine.OpenSession();
        var job = await StartAsync(engine, session, $"INSERT INTO result SELECT {columns}, SUM(n) {rest}");
        Set(5);
        await FeedAsync(job, ("a", 1));
        Set(6);
        await FeedAsync(job, ("a", 2), ("b", 4));
        Assert.Empty(_manual.Target("result").Rows);
        Set(15);
        await WaitForRowsAsync(job, 2);
        await FeedAsync(job, ("a", 8));
        _manual.Table("click").End();
        await job.Completion.WaitAsync(_waitMax);
        await session.Run!.SettleAsync();
        Assert.Equal(expected, Rows());
    }

    [Fact]
    public async Task A_clock_that_is_behind_after_a_restart_makes_no_row_late()
    {
        using var first = new TemporaryDirectory();
        using var second = new TemporaryDirectory();
        const string query = "INSERT INTO result SELECT window_start, window_end, who, SUM(n) FROM TABLE(TUMBLE(TABLE click, DESCRIPTOR(p), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, who";
        string path;
        await using (var engine = Open(first.Path))
        {
            var session = engine.OpenSession();
            var job = await StartAsync(engine, session, query);
            Set(5);
            await FeedAsync(job, ("a", 1));
            Set(31);
            await WaitForRowsAsync(job, 1);
            path = (await job.StopAsync(StopKind.Stop, first.Path).WaitAsync(_waitMax))!.Path;
            await job.Completion.WaitAsync(_waitMax);
            await session.Run!.SettleAsync();
        }
        Set(7);
        await using (var engine = Open(second.Path))
        {
            var session = engine.OpenSession();
            var job = await StartAsync(engine, session, query, new RestoreMode(RestoreKind.Path, path));
            await FeedAsync(job, ("a", 2));
            _manual.Table("click").End();
            await job.Completion.WaitAsync(_waitMax);
            await session.Run!.SettleAsync();
        }
        Assert.Equal(["+ 03:04:00 03:04:10 a 1", "+ 03:04:30 03:04:40 a 2"], Rows());
    }

    void Set(int second) => _clock.Set(new EventTime((new DateTime(2026, 1, 2, 3, 4, second, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond));

    SqlStreamEngine Open(string directory) => SqlStreamEngine.Open(new EngineOptions
    {
        DataDirectory = directory,
        Workers = 2,
        Clock = _clock,
        Connectors = [_manual],
        Guards = true,
        Settings = new Dictionary<string, string>
        {
            ["parallelism.default"] = "2",
            ["table.local-time-zone"] = "UTC",
            ["execution.checkpointing.interval"] = "1 h",
            ["restart-strategy.type"] = "none",
        },
    });

    static async Task<Job> StartAsync(SqlStreamEngine engine, Session session, string statement, RestoreMode? mode = null)
    {
        session.Run = ScriptRun.Open(engine, statement, mode ?? RestoreMode.Auto, discardUnfinished: false);
        Job? job = null;
        var source = new SourceText(Tables + statement);
        foreach (var parsed in Session.Parse(source))
        {
            if (await session.ExecuteAsync(parsed, source, CancellationToken.None) is JobResult { Job: { } started })
                job = started;
        }
        return job!;
    }

    // A barrier goes behind everything that was read before it: the rows have got the time of the clock then.
    async Task FeedAsync(Job job, params (string Who, long N)[] rows)
    {
        var table = _manual.Table("click");
        var before = table.BlocksRead;
        table.Feed([.. rows.Select(row => (RowKind.Insert, new object?[] { row.Who, row.N }))]);
        await WaitAsync(() => Task.FromResult(table.BlocksRead > before));
        await job.CheckpointAsync().WaitAsync(_waitMax);
    }

    Task WaitForRowsAsync(Job job, int count) => WaitAsync(async () =>
    {
        await job.CheckpointAsync().WaitAsync(_waitMax);
        return _manual.Target("result").Rows.Count >= count;
    });

    static async Task WaitAsync(Func<Task<bool>> condition)
    {
        using var timeout = new CancellationTokenSource(_waitMax);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!await condition())
            await timer.WaitForNextTickAsync(timeout.Token);
    }

    List<string> Rows() => [.. _manual.Target("result").Rows.Select(row => row.Replace("2026-01-02T", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
