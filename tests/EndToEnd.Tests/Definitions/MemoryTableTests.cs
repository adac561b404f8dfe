using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Definitions;

/// <summary>Tables of connector <c>memory</c>.</summary>
public sealed class MemoryTableTests : IDisposable
{
    const string Keyed = "CREATE TABLE m (k INT, v STRING, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'memory')";

    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_row_replaces_the_one_of_the_same_key_and_keeps_its_place()
    {
        await using var engine = new TestEngine();
        await engine.RunAsync($"{Keyed}; INSERT INTO m VALUES (1, 'a'), (2, 'b'); INSERT INTO m VALUES (1, 'c'), (3, NULL)");
        Assert.Equal(["1,c", "2,b", "3,NULL"], await engine.RunAsync("SELECT * FROM m"));
        Assert.Equal(["c", "b", "NULL"], await engine.RunAsync("SELECT v FROM m"));
    }

    [Fact]
    public async Task Equal_rows_of_a_table_without_key_are_all_there()
    {
        await using var engine = new TestEngine();
        await engine.RunAsync("CREATE TABLE b (x INT) WITH ('connector' = 'memory'); INSERT INTO b VALUES (1), (2), (1); INSERT INTO b VALUES (1)");
        Assert.Equal("1 | 1 | 1 | 2", await engine.RowsOf("SELECT x FROM b"));
        Assert.Equal("4", await engine.RowsOf("SELECT COUNT(*) AS n FROM b"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(", PRIMARY KEY (w) NOT ENFORCED")]
    public async Task Updates_and_retractions_leave_the_final_rows(string key)
    {
        await using var engine = new TestEngine();
        await engine.RunAsync($"""
            SET 'execution.runtime-mode' = 'streaming';
            CREATE TABLE words (w STRING) WITH ('connector' = 'memory');
            CREATE TABLE counts (w STRING, n BIGINT{key}) WITH ('connector' = 'memory');
            INSERT INTO words VALUES ('a'), ('b'), ('a'), ('a'), ('c'), ('b');
            INSERT INTO counts SELECT w, COUNT(*) FROM words GROUP BY w
            """);
        Assert.Equal("a,3 | b,2 | c,1", await engine.RowsOf("SELECT * FROM counts"));
    }

    [Fact]
    public async Task All_types_come_back_as_they_went()
    {
        await using var engine = new TestEngine();
        const string values = "TRUE, CAST(1 AS TINYINT), CAST(-2 AS SMALLINT), 3, CAST(4 AS BIGINT), CAST(1.5 AS FLOAT), -2.5e0, 12.345, 'tä''xt', X'00ff', DATE '2026-02-28', TIMESTAMP '2026-01-01 00:00:00.123456'";
        await engine.RunAsync($"CREATE TABLE t WITH ('connector' = 'memory') AS SELECT * FROM (VALUES ({values})) AS v (a, b, c, d, e, f, g, h, i, j, k, l)");
        Assert.Equal(await engine.RunAsync($"SELECT {values}"), await engine.RunAsync("SELECT * FROM t"));
    }

    [Fact]
    public async Task Nested_values_come_back_as_they_went()
    {
        await using var engine = new TestEngine();
        const string values = "ARRAY[1, NULL], MAP['b', ARRAY['x'], 'a', NULL], ROW(1, ROW('y', CAST(NULL AS INT))), CAST(NULL AS ARRAY<INT>), ARRAY[ROW(MAP[1, 2])]";
        await engine.RunAsync($"""
            CREATE TABLE t WITH ('connector' = 'memory') AS SELECT * FROM (VALUES ({values})) AS v (a, b, c, d, e);
            CREATE TABLE bags (k INT, bag MULTISET<STRING>) WITH ('connector' = 'memory');
            INSERT INTO bags SELECT 1, COLLECT(s) FROM (VALUES 'v', 'w', 'v') AS x (s)
            """);
        Assert.Equal(["[1, NULL],{a=NULL, b=[x]},(1, (y, NULL)),NULL,[({1=2})]"], await engine.RunAsync("SELECT * FROM t"));
        Assert.Equal(["1,{v=2, w=1}"], await engine.RunAsync("SELECT * FROM bags"));
    }

    [Fact]
    public async Task Nested_values_are_keys_and_are_found_when_they_are_taken_away()
    {
        await using var engine = new TestEngine();
        await engine.RunAsync("""
            SET 'execution.runtime-mode' = 'streaming';
            CREATE TABLE input (k ROW<x INT, a ARRAY<INT>>, m MAP<STRING, INT>) WITH ('connector' = 'memory');
            CREATE TABLE keyed (k ROW<x INT, a ARRAY<INT>>, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'memory');
            CREATE TABLE bag (k ROW<x INT, a ARRAY<INT>>, m MAP<STRING, INT>, n BIGINT) WITH ('connector' = 'memory');
            INSERT INTO input VALUES (ROW(1, ARRAY[1]), MAP['a', 1, 'b', 2]), (ROW(2, ARRAY[2]), NULL), (ROW(1, ARRAY[1]), MAP['b', 2, 'a', 1]), (ROW(1, ARRAY[1]), MAP['b', 2]);
            INSERT INTO keyed SELECT k, COUNT(*) FROM input GROUP BY k;
            INSERT INTO bag SELECT k, LAST_VALUE(m), COUNT(*) FROM input GROUP BY k
            """);
        Assert.Equal("(1, [1]),3 | (2, [2]),1", await engine.RowsOf("SELECT * FROM keyed"));
        Assert.Equal("(1, [1]),{b=2},3 | (2, [2]),NULL,1", await engine.RowsOf("SELECT * FROM bag"));
    }

    [Fact]
    public async Task Rows_are_seen_epoch_by_epoch_while_the_job_runs_and_are_back_when_it_goes_on()
    {
        const string script = $"""
            SET 'table.dml-sync' = 'false';
            SET 'execution.checkpointing.interval' = '1 h';
            {Keyed};
            CREATE TABLE s (k INT, v STRING) WITH ('connector' = 'manual', 'bounded' = 'false');
            INSERT INTO m SELECT k, v FROM s
            """;
        await using (var first = new TestEngine(_directory.Path, script))
        {
            var job = await StartAsync(first, script);
            first.Manual.Table("s").Feed((RowKind.Insert, [1, "a"]), (RowKind.Insert, [2, "b"]));
            await ReadAsync(first, 1);
            Assert.Equal("", await first.RowsOf("SELECT * FROM m"));
            await DeliverAsync(job);
            Assert.Equal("1,a | 2,b", await first.RowsOf("SELECT * FROM m"));
            first.Manual.Table("s").Feed((RowKind.Insert, [2, "c"]));
            await ReadAsync(first, 2);
            Assert.Equal("1,a | 2,b", await first.RowsOf("SELECT * FROM m"));
            Assert.Equal($"55006: table \"m\" is written by job {job.Id}. Hint: STOP JOB '{job.Id}' first.", await first.ErrorOf("DROP TABLE m"));
            job.Cancel();
            await job.Completion;
            await first.Session.Run!.SettleAsync();
        }
        await using var second = new TestEngine(_directory.Path, script);
        second.Manual.Table("s").Feed((RowKind.Insert, [1, "a"]), (RowKind.Insert, [2, "b"]));
        second.Manual.Table("s").Feed((RowKind.Insert, [2, "c"]));
        var resumed = await StartAsync(second, script);
        Assert.Equal("1,a | 2,b", await second.RowsOf("SELECT * FROM m"));
        await ReadAsync(second, 2);
        await DeliverAsync(resumed);
        Assert.Equal("1,a | 2,c", await second.RowsOf("SELECT * FROM m"));
        resumed.Cancel();
        await resumed.Completion;
        await second.RunAsync("DROP TABLE m");
    }

    [Theory]
    [InlineData("", "1,a,2 | 1,a,2 | 4,d,4")]
    [InlineData(", PRIMARY KEY (k) NOT ENFORCED", "1,a,2 | 4,d,4")]
    public async Task Rows_are_deleted_and_updated(string key, string expected)
    {
        await using var engine = new TestEngine();
        await engine.RunAsync($"""
            CREATE TABLE t (k INT NOT NULL, v STRING, n BIGINT, twice AS n * 2{key}) WITH ('connector' = 'memory');
            INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, NULL, 3), (4, 'd', 4);
            INSERT INTO t VALUES (1, 'a', 1);
            DELETE FROM t WHERE t.v = 'b' OR v IS NULL;
            UPDATE t SET n = n + k WHERE twice = 2
            """);
        Assert.Equal(expected, await engine.RowsOf("SELECT k, v, n FROM t"));
        await engine.RunAsync("UPDATE t SET v = NULL, n = 2 * n");
        Assert.Equal("NULL,12", await engine.RowsOf(key.Length > 0 ? "SELECT MAX(v), SUM(n) FROM t" : "SELECT MAX(v), SUM(n) - 4 FROM t"));
        await engine.RunAsync("TRUNCATE TABLE t");
        Assert.Equal("", await engine.RowsOf("SELECT * FROM t"));
        await engine.RunAsync("DELETE FROM t; UPDATE t SET n = 1; INSERT INTO t VALUES (9, 'i', 9)");
        Assert.Equal("9,i,9", await engine.RowsOf("SELECT k, v, n FROM t"));
    }

    [Theory]
    [InlineData("UPDATE t SET k = 2", "0A000 at 1:14: UPDATE of primary key column \"k\" is not supported yet. Hint: Delete the row, and insert it with its new key.")]
    [InlineData("UPDATE t SET v = 2", "42804 at 1:18: column \"v\" is of type STRING, but the query gives INT. Hint: Use CAST(... AS STRING).")]
    [InlineData("UPDATE t SET w = 'x'", "42703 at 1:14: column \"w\" cannot be updated: the table stores no such column. Hint: ")]
    [InlineData("UPDATE t SET v = 'x', v = 'y'", "42701 at 1:23: column \"v\" is named twice")]
    [InlineData("UPDATE t SET v = 'x' WHERE k", "42804 at 1:28: argument of WHERE must be BOOLEAN, not INT")]
    [InlineData("UPDATE bag SET v = 'x' WHERE RAND() < 0.5", "0A000 at 1:30: UPDATE of a table without primary key by a condition that may change from one evaluation to the next is not supported yet")]
    [InlineData("DELETE FROM view_of_t", "42809 at 1:13: \"view_of_t\" is a view, not a table")]
    [InlineData("DELETE FROM t WHERE COUNT(*) > 1", "42803 at 1:21: aggregate function COUNT is not allowed in WHERE")]
    [InlineData("TRUNCATE TABLE u", "42P01 at 1:16: table or view \"u\" does not exist")]
    public async Task Wrong_changes_of_rows_are_refused(string sql, string error)
    {
        await using var engine = new TestEngine();
        await engine.RunAsync("""
            CREATE TABLE t (k INT, v STRING, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'memory');
            CREATE TABLE bag (v STRING) WITH ('connector' = 'memory');
            CREATE VIEW view_of_t AS SELECT * FROM t
            """);
        Assert.StartsWith(error, await engine.ErrorOf(sql), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deleted_rows_stay_deleted_after_a_restart_of_the_same_script()
    {
        const string script = $"""
            {Keyed};
            CREATE TABLE b (x INT) WITH ('connector' = 'memory');
            INSERT INTO m VALUES (1, 'a'), (2, 'b'), (3, 'c');
            INSERT INTO b VALUES (7), (7), (8);
            DELETE FROM m WHERE k = 1;
            UPDATE m SET v = UPPER(v) WHERE k = 2;
            DELETE FROM b WHERE x = 8;
            UPDATE b SET x = x + 1
            """;
        for (var run = 0; run < 2; run++)
        {
            await using var engine = new TestEngine(_directory.Path, script);
            await engine.RunAsync(script);
            await engine.Session.Run!.SettleAsync();
            Assert.Equal(["2,B", "3,c"], await engine.RunAsync("SELECT * FROM m"));
            Assert.Equal(["8", "8"], await engine.RunAsync("SELECT * FROM b"));
        }
    }

    [Fact]
    public async Task Rows_are_back_after_a_restart_of_the_same_script()
    {
        const string script = $"""
            {Keyed};
            CREATE TABLE b (x INT) WITH ('connector' = 'memory');
            INSERT INTO m VALUES (1, 'a'), (2, 'b');
            INSERT INTO b VALUES (7), (7);
            INSERT INTO m VALUES (2, 'c')
            """;
        await using (var first = new TestEngine(_directory.Path, script))
        {
            await first.RunAsync(script);
            await first.Session.Run!.SettleAsync();
        }
        await using var second = new TestEngine(_directory.Path, script);
        Assert.Contains("finished in an earlier run", (await Notice(second, script))!, StringComparison.Ordinal);
        Assert.Equal(["1,a", "2,c"], await second.RunAsync("SELECT * FROM m"));
        Assert.Equal(["7", "7"], await second.RunAsync("SELECT * FROM b"));
    }

    [Fact]
    public async Task A_new_run_begins_with_empty_tables()
    {
        await using (var first = new TestEngine(_directory.Path))
            await first.RunAsync($"{Keyed}; INSERT INTO m VALUES (1, 'a')");
        await using var second = new TestEngine(_directory.Path);
        Assert.Equal("", await second.RowsOf($"{Keyed}; SELECT * FROM m"));
    }

    [Fact]
    public async Task Dropping_and_replacing_take_the_rows_along_and_renaming_keeps_them()
    {
        await using var engine = new TestEngine();
        await engine.RunAsync($"{Keyed}; INSERT INTO m VALUES (1, 'a'); ALTER TABLE m RENAME TO n");
        Assert.Equal("1,a", await engine.RowsOf("SELECT * FROM n"));
        await engine.RunAsync($"DROP TABLE n; {Keyed}");
        Assert.Equal("", await engine.RowsOf("SELECT * FROM m"));
        await engine.RunAsync("INSERT INTO m VALUES (1, 'a'); CREATE OR REPLACE TABLE m (k INT, v STRING, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'memory')");
        Assert.Equal("", await engine.RowsOf("SELECT * FROM m"));
        await engine.RunAsync("CREATE OR REPLACE TABLE m WITH ('connector' = 'memory') AS SELECT 5 AS five");
        Assert.Equal("5", await engine.RowsOf("SELECT * FROM m"));
    }

    [Fact]
    public async Task Columns_of_a_table_that_holds_rows_cannot_be_altered()
    {
        await using var engine = new TestEngine();
        await engine.RunAsync($"{Keyed}; ALTER TABLE m ADD (twice AS k * 2)");
        Assert.Equal(
            "0A000 at 1:15: columns and keys of \"m\" cannot be altered: connector 'memory' holds rows of the old form. Hint: CREATE another TABLE and fill it with INSERT INTO ... SELECT.",
            await engine.ErrorOf("ALTER TABLE m ADD w INT"));
        await engine.RunAsync("INSERT INTO m VALUES (4, 'x')");
        Assert.Equal("8", await engine.RowsOf("SELECT twice FROM m"));
    }

    [Fact]
    public async Task Damage_is_told_with_the_path_and_a_torn_end_is_cut_off()
    {
        const string script = $"{Keyed}; INSERT INTO m VALUES (1, 'a')";
        await using (var first = new TestEngine(_directory.Path, script))
        {
            await first.RunAsync(script);
            await first.Session.Run!.SettleAsync();
        }
        var file = Assert.Single(Directory.GetFiles(Path.Combine(_directory.Path, "memory"), "*.rows", SearchOption.AllDirectories));
        var whole = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, [.. whole, 200, 0, 0, 0, 1]);
        await using (var second = new TestEngine(_directory.Path, script))
            Assert.Equal("1,a", string.Join('|', await second.RunAsync(script + "; SELECT * FROM m")));
        whole[^1] ^= 1;
        await File.WriteAllBytesAsync(file, whole);
        await using var third = new TestEngine(_directory.Path, script);
        var error = await Assert.ThrowsAsync<SqlException>(() => third.RunAsync(script));
        Assert.Equal(SqlState.DataCorrupted, error.SqlState);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    static async Task<Job> StartAsync(TestEngine engine, string script)
    {
        var source = new SourceText(script);
        Job? job = null;
        foreach (var statement in Session.Parse(source))
        {
            if (await engine.Session.ExecuteAsync(statement, source, CancellationToken.None) is JobResult { Job: { } started })
                job = started;
        }
        return job!;
    }

    static Task ReadAsync(TestEngine engine, int blocks) => UntilAsync(() => engine.Manual.Table("s").BlocksRead >= blocks);

    static async Task DeliverAsync(Job job)
    {
        await job.CheckpointAsync();
        await UntilAsync(() => job.Undelivered.Count == 0);
    }

    static async Task UntilAsync(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
            await timer.WaitForNextTickAsync(timeout.Token);
    }

    static async Task<string?> Notice(TestEngine engine, string script)
    {
        var source = new SourceText(script);
        string? notice = null;
        foreach (var statement in Session.Parse(source))
        {
            if (await engine.Session.ExecuteAsync(statement, source, CancellationToken.None) is JobResult job)
                notice = job.Notice;
        }
        return notice;
    }
}
