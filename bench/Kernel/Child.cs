using System.Diagnostics;
using System.Globalization;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Runs;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;

namespace SqlStream.Bench;

/// <summary>Benchmarks that need a process of their own; each prints one line of numbers.</summary>
static class Child
{
    const int ManyKeys = 10_000_000;

    public static Task<string> RunAsync(string benchmark, string argument) => benchmark switch
    {
        "state" => StateAsync(argument == "80/20"),
        "recovery" => RecoveryAsync(),
        "broker" => BrokerBenchmark.ServeAsync(argument == "disk"),
        _ => throw new ArgumentException($"benchmark {benchmark}"),
    };

    // datagen makes a fresh key for every row, so that the keys are as many as they should be.
    static string Sql(long rows, bool skewed) => $"""
        CREATE TABLE g (id BIGINT, a INT, b INT, c INT) WITH ('connector' = 'datagen', 'number-of-rows' = '{rows}', 'rows-per-second' = '1000000000',
          'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '{rows}',
          'fields.a.min' = '0', 'fields.a.max' = '99', 'fields.b.min' = '0', 'fields.b.max' = '{(ManyKeys / 5) - 1}', 'fields.c.min' = '0', 'fields.c.max' = '{ManyKeys - 1}');
        CREATE TABLE o (k INT, n BIGINT, s BIGINT) WITH ('connector' = 'blackhole');
        INSERT INTO o SELECT k, COUNT(*), SUM(id) FROM (SELECT {(skewed ? "CASE WHEN a < 80 THEN b ELSE c END" : "c")} AS k, id FROM g) GROUP BY k;
        """;

    static async Task<string> StateAsync(bool skewed)
    {
        var rows = skewed ? 40_000_000L : 20_000_000L;
        var settings = new Dictionary<string, string>
        {
            ["parallelism.default"] = "1",
            ["execution.runtime-mode"] = "streaming",
            ["state.memory-budget"] = "512 mb",
        };
        var cost = await JobRun.RunAsync(Sql(rows, skewed), 1, null, settings).ConfigureAwait(false);
        return string.Create(CultureInfo.InvariantCulture, $"{rows / cost.Wall.TotalSeconds} {cost.PeakBytes}");
    }

    static async Task<string> RecoveryAsync()
    {
        using var directory = new BenchDirectory();
        // A row of state takes about 26 bytes on disk.
        const long rows = 42_000_000;
        var sql = $"""
            CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000000000', 'number-of-rows' = '{rows * 10}',
              'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '{rows * 10}');
            CREATE TABLE o (k STRING, n BIGINT) WITH ('connector' = 'blackhole');
            INSERT INTO o SELECT MD5(CAST(id AS STRING)), COUNT(*) FROM g GROUP BY MD5(CAST(id AS STRING));
            """;
        // Only the recovery is measured: the state before it is made with memory enough to read nothing.
        await using (var engine = Open(directory.Path, "4 gb"))
        {
            var job = await StartAsync(engine, sql).ConfigureAwait(false);
            while (job.Checkpoints is not [.., { BytesTotal: > 1L << 30 }])
            {
                if (job.Completion.IsCompleted)
                    throw new InvalidOperationException($"job ended {job.Status}: {job.Error}");
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System).ConfigureAwait(false);
            }
        }
        var watch = Stopwatch.StartNew();
        await using var again = Open(directory.Path, "256 mb");
        var restored = await StartAsync(again, sql).ConfigureAwait(false);
        while (restored.Progress().RowsOut == 0)
        {
            if (restored.Completion.IsCompleted)
                throw new InvalidOperationException($"job ended {restored.Status}: {restored.Error}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System).ConfigureAwait(false);
        }
        var seconds = watch.Elapsed.TotalSeconds;
        var bytes = again.Jobs.StoreOf(restored.Id, null).Latest()!.Manifest!.BytesTotal;
        return string.Create(CultureInfo.InvariantCulture, $"{seconds} {bytes}");
    }

    static SqlStreamEngine Open(string directory, string memoryBudget) => SqlStreamEngine.Open(new EngineOptions
    {
        DataDirectory = directory,
        Workers = 1,
        Seed = 1,
        Settings = new Dictionary<string, string> { ["parallelism.default"] = "1", ["execution.runtime-mode"] = "streaming", ["state.memory-budget"] = memoryBudget },
    });

    static async Task<Job> StartAsync(SqlStreamEngine engine, string sql)
    {
        var session = engine.OpenSession();
        session.Run = ScriptRun.Open(engine, sql, RestoreMode.Auto, discardUnfinished: false);
        var source = new SourceText(sql);
        Job? started = null;
        foreach (var statement in Session.Parse(source))
        {
            if (await session.ExecuteAsync(statement, source, CancellationToken.None).ConfigureAwait(false) is JobResult { Job: { } job })
                started = job;
        }
        return started!;
    }
}
