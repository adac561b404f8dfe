using Npgsql;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.EndToEnd.Tests.Rig;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Runs;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;
using SqlStream.Goldens;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Postgres;

/// <summary>Scans that are stopped half-way and go on from the savepoint, and lookups that are asked again, over tables of a real server.</summary>
public sealed class PostgresRestartTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    const int Rows = 8000;
    const int Gate = 4000;

    static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    readonly ManualConnector _manual = new();
    Session? _session;

    // The server stops before the row of the gate, for as long as the test holds a lock. A policy and a view ask for it at each row.
    [TheoryIfPostgres]
    [InlineData("many", "LIMIT 6000", 6000, "limit: 6000 rows")]
    [InlineData("many", "LIMIT 100000", Rows, "limit: 100000 rows")]
    [InlineData("many", "WHERE v >= 0", Rows, "pushed: v >= 0")]
    [InlineData("many_view", "LIMIT 6000", 6000, "limit: 6000 rows")]
    public async Task A_scan_goes_on_behind_what_it_gave(string table, string rest, int expected, string told)
    {
        server.Execute($"""
            DROP VIEW IF EXISTS many_view; DROP TABLE IF EXISTS many; DROP ROLE IF EXISTS gated; CREATE ROLE gated LOGIN;
            CREATE OR REPLACE FUNCTION gate(id int) RETURNS boolean LANGUAGE plpgsql VOLATILE AS
            $$ BEGIN IF id = {Gate} THEN PERFORM pg_advisory_lock_shared(42); PERFORM pg_advisory_unlock_shared(42); END IF; RETURN true; END $$;
            CREATE TABLE many (id int, v int, t text); INSERT INTO many SELECT i, i, repeat('x', 500) FROM generate_series(1, {Rows}) AS i;
            ALTER TABLE many ENABLE ROW LEVEL SECURITY; CREATE POLICY all_rows ON many USING (gate(id)); CREATE VIEW many_view WITH (security_invoker = true) AS SELECT * FROM many;
            GRANT SELECT ON many, many_view TO gated
            """);
        var script = $"""
            CREATE TABLE many (id INT, v INT, t STRING) WITH ('connector' = 'postgres', 'url' = '{server.Url}', 'username' = 'gated', 'table-name' = '{table}', 'scan.partition.num' = '3');
            CREATE TABLE result (id INT, v INT, t STRING) WITH ('connector' = 'manual');
            INSERT INTO result SELECT id, v, t FROM many {rest}
            """;
        using var first = new TemporaryDirectory();
        using var second = new TemporaryDirectory();
        string path;
        await using var holder = await server.DataSource.OpenConnectionAsync();
        await ExecuteAsync(holder, "SELECT pg_advisory_lock(42)");
        await using (var engine = Open(first.Path))
        {
            var job = await StartAsync(engine, script);
            await WaitAsync(() => server.Query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").Count > 0, job);
            await WaitAsync(() => _manual.Target("result").Rows.Count > 0, job);
            path = (await job.StopAsync(StopKind.Stop, first.Path).WaitAsync(_patience))!.Path;
            await ExecuteAsync(holder, "SELECT pg_advisory_unlock(42)");
            await EndAsync(job);
        }
        Assert.InRange(_manual.Target("result").Rows.Count, 1, Gate - 1);
        await using (var engine = Open(second.Path))
        {
            var job = await StartAsync(engine, script, new RestoreMode(RestoreKind.Path, path));
            await EndAsync(job);
            Assert.Equal(JobStatus.Finished, job.Status);
        }
        var rows = _manual.Target("result").Rows;
        Assert.Equal((expected, expected), (rows.Count, rows.Distinct().Count()));
        Assert.Contains(told, await ExplainAsync(script), StringComparison.Ordinal);
    }

    [TheoryIfPostgres]
    [InlineData("'lookup.cache' = 'NONE'")]
    [InlineData("'lookup.cache' = 'PARTIAL'")]
    public async Task A_row_that_comes_into_the_table_later_is_found(string cache)
    {
        server.Execute("DROP TABLE IF EXISTS names; CREATE TABLE names (id bigint PRIMARY KEY, name text); INSERT INTO names VALUES (2, 'two')");
        using var directory = new TemporaryDirectory();
        await using var engine = Open(directory.Path);
        var job = await StartAsync(engine, $"""
            CREATE TABLE o (id BIGINT, p AS PROCTIME()) WITH ('connector' = 'manual', 'bounded' = 'false');
            CREATE TABLE result (id BIGINT, name STRING) WITH ('connector' = 'manual');
            CREATE TABLE names (id BIGINT, name STRING) WITH ('connector' = 'postgres', 'url' = '{server.Url}', 'table-name' = 'names', {cache});
            INSERT INTO result SELECT /*+ LOOKUP('table' = 'n', 'retry-predicate' = 'lookup_miss', 'output-mode' = 'allow_unordered', 'retry-strategy' = 'fixed_delay', 'fixed-delay' = '5 ms',
                'max-attempts' = '1000000') */ o.id, name FROM o JOIN names FOR SYSTEM_TIME AS OF o.p AS n ON o.id = n.id
            """);
        _manual.Table("o").Feed((RowKind.Insert, [1L]));
        _manual.Table("o").Feed((RowKind.Insert, [2L]));
        await WaitAsync(() => _manual.Target("result").Rows.Count == 1, job);

        server.Execute("INSERT INTO names VALUES (1, 'one')");

        await WaitAsync(() => _manual.Target("result").Rows.Count == 2, job);
        Assert.Equal(["+ 2 two", "+ 1 one"], _manual.Target("result").Rows);
        _manual.Table("o").End();
        await EndAsync(job);
        Assert.Equal(JobStatus.Finished, job.Status);
    }

    SqlStreamEngine Open(string directory) => FedEngine.Open(directory, 100, _manual);

    async Task<Job> StartAsync(SqlStreamEngine engine, string script, RestoreMode? mode = null)
    {
        (_session, var job) = await FedEngine.StartAsync(engine, script, mode);
        return job;
    }

    async Task<string> ExplainAsync(string script)
    {
        using var directory = new TemporaryDirectory();
        await using var engine = Open(directory.Path);
        var session = engine.OpenSession();
        var source = new SourceText(script.Replace("INSERT INTO", "EXPLAIN PHYSICAL INSERT INTO", StringComparison.Ordinal));
        var plan = "";
        foreach (var parsed in Session.Parse(source))
        {
            if (await session.ExecuteAsync(parsed, source, CancellationToken.None) is TextResult text)
                plan = text.Text;
        }
        return plan;
    }

    Task EndAsync(Job job) => FedEngine.EndAsync(_session!, job);

    // Rows come to their target with checkpoints.
    static async Task WaitAsync(Func<bool> isDone, Job job)
    {
        using var timeout = new CancellationTokenSource(_patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!isDone())
        {
            await job.CheckpointAsync().WaitAsync(_patience);
            await timer.WaitForNextTickAsync(timeout.Token);
        }
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
