using System.Text.Json.Nodes;
using SqlStream.EndToEnd.Tests.Kafka;
using SqlStream.EndToEnd.Tests.Rig;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Server;

/// <summary>Jobs and sessions outlive their server, however it ends, and each row is written once.</summary>
public sealed class ServerRestartTests
{
    const int Rows = 24_000;
    const int Terminate = 15;

    [Fact]
    public async Task Five_jobs_go_on_after_a_kill_and_a_stop_and_write_each_row_once()
    {
        using var work = new WorkDirectory();
        using var broker = new BrokerProgram();
        using var postgres = new PostgresServer();
        var hasPostgres = PostgresServer.Missing() is null;
        await broker.CreateTopicAsync("even", 2);
        var script = $"""
            CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '8000', 'number-of-rows' = '{Rows}',
              'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '{Rows}');
            CREATE TABLE lines (id BIGINT, twice BIGINT) WITH ('connector' = 'filesystem', 'path' = '{work["lines"]}', 'format' = 'csv');
            CREATE TABLE parts (id BIGINT, part BIGINT) PARTITIONED BY (part) WITH ('connector' = 'filesystem', 'path' = '{work["parts"]}', 'format' = 'json');
            CREATE TABLE even (id BIGINT) WITH ('connector' = 'kafka', 'topic' = 'even', 'properties.bootstrap.servers' = '{broker.Servers}', 'format' = 'csv');
            CREATE TABLE odd (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '{work["odd"]}', 'format' = 'csv');
            CREATE TABLE counts (k BIGINT, n BIGINT, total BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'memory');
            CREATE TABLE many (id BIGINT) WITH ({(hasPostgres ? $"'connector' = 'postgres', 'url' = '{postgres.Url}', 'table-name' = 'many', 'auto-create' = 'true'" : "'connector' = 'memory'")});
            SET 'execution.checkpointing.interval' = '200 ms';
            SET 'execution.runtime-mode' = 'streaming';
            INSERT INTO lines SELECT id, id * 2 FROM g;
            INSERT INTO parts SELECT id, MOD(id, 3) FROM g;
            EXECUTE STATEMENT SET BEGIN
              INSERT INTO even SELECT id FROM g WHERE MOD(id, 2) = 0;
              INSERT INTO odd SELECT id FROM g WHERE MOD(id, 2) = 1;
            END;
            INSERT INTO counts SELECT MOD(id, 4), COUNT(*), SUM(id) FROM g GROUP BY MOD(id, 4);
            INSERT INTO many SELECT id FROM g WHERE id > 100;
            """;
        IReadOnlyList<string> jobs;
        string session;
        using (var server = await ServerProgram.StartAsync(work))
        {
            // The script's tables in the server's catalog, to be read below.
            session = await server.SessionAsync();
            await server.SqlAsync(session, "SET 'table.local-time-zone' = 'Asia/Tokyo'");
            var body = new JsonObject { ["sql"] = script, ["catalog"] = "server" };
            var submitted = await server.DoneAsync("POST", "/v1/scripts", body.ToJsonString());
            jobs = [.. submitted["jobs"]!.AsArray().Select(job => (string)job!["id"]!)];
            Assert.Equal(5, jobs.Count);
            await UntilCheckpointsAsync(server, jobs, 2);
            server.Program.KillNow();
        }
        using (var server = await ServerProgram.StartAsync(work))
        {
            Assert.Equal(jobs, await IdsAsync(server));
            await UntilCheckpointsAsync(server, jobs, 1);
            // A table that jobs stand on may go: they keep what they were planned with.
            await server.SqlAsync(session, "DROP TABLE g");
            server.Program.Signal(Terminate);
            var ended = await server.Program.EndAsync();
            Assert.True(ended.ExitCode == 0, ended.Error);
            ended.Says("stopped at checkpoint");
        }
        using (var server = await ServerProgram.StartAsync(work))
        {
            foreach (var job in jobs)
                await server.UntilJobAsync(job, "FINISHED");
            // The session is there, too.
            Assert.Equal("Asia/Tokyo", (string)(await server.DoneAsync("GET", session))["settings"]!["table.local-time-zone"]!);
            Assert.Equal(
                [.. Enumerable.Range(0, 4).Select(k => Of(Enumerable.Range(1, Rows).Where(id => id % 4 == k).ToList(), k))],
                (await RowsAsync(server, session, "SELECT k, n, total FROM counts")).Order(StringComparer.Ordinal));
            Assert.Equal($"[{Rows - 100},{Rows - 100},{Rows}]", Assert.Single(await RowsAsync(server, session, "SELECT COUNT(*), COUNT(DISTINCT id), MAX(id) FROM many")));
        }
        Assert.Equal(Enumerable.Range(1, Rows), work.Lines("lines").Select(line => int.Parse(line.Split(',')[0])).Order());
        Assert.Equal(Enumerable.Range(1, Rows), work.Lines("parts").Select(line => (int)JsonNode.Parse(line)!["id"]!).Order());
        Assert.Equal(Enumerable.Range(1, Rows).Where(id => id % 2 == 0), broker.Read("even").Select(int.Parse).Order());
        if (hasPostgres)
            Assert.Equal([$"{Rows - 100}|{Rows - 100}|{Rows}"], postgres.Query("SELECT count(*), count(DISTINCT id), max(id) FROM many"));
        Assert.Equal(Enumerable.Range(1, Rows).Where(id => id % 2 == 1), work.Lines("odd").Select(int.Parse).Order());
    }

    [Theory]
    [InlineData("job.before-record", false)]
    [InlineData("job.recorded", true)]
    public async Task A_job_is_there_once_it_was_written_down_although_nobody_was_told(string point, bool isThere)
    {
        using var work = new WorkDirectory();
        var script = $"""
            CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '1000', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '1000');
            CREATE TABLE lines (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '{work["lines"]}', 'format' = 'csv');
            INSERT INTO lines SELECT id FROM g;
            """;
        using (var server = await ServerProgram.StartAsync(work, null, point + ":1", []))
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => server.SendAsync("POST", "/v1/scripts", new JsonObject { ["sql"] = script }.ToJsonString()));
            Assert.NotEqual(0, (await server.Program.EndAsync()).ExitCode);
        }
        using (var server = await ServerProgram.StartAsync(work))
        {
            var jobs = await IdsAsync(server);
            Assert.Equal(isThere ? 1 : 0, jobs.Count);
            foreach (var job in jobs)
                await server.UntilJobAsync(job, "FINISHED");
        }
        Assert.Equal(isThere ? Enumerable.Range(1, 1000) : [], isThere ? work.Lines("lines").Select(int.Parse).Order() : []);
    }

    [Fact]
    public async Task A_job_that_fails_or_cannot_be_started_harms_no_other()
    {
        using var work = new WorkDirectory();
        string fails, runs;
        using (var server = await ServerProgram.StartAsync(work))
        {
            fails = (await server.SubmitAsync(Script("1 / (5 - id)"))).Single();
            runs = (await server.SubmitAsync(Script("id"))).Single();
            await server.UntilJobAsync(fails, "FAILED");
            Assert.Equal("22012", (string)(await server.DoneAsync("GET", "/v1/jobs/" + fails))["error"]!["sqlState"]!);
            await server.UntilJobAsync(runs, "RUNNING");
            await server.DoneAsync("POST", $"/v1/jobs/{runs}/checkpoint");
            server.Program.KillNow();
        }
        // What is kept of a job is damaged: it is named, and the others go on.
        var file = work[$"data/jobs/{fails}.json"];
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("22012", "22013", StringComparison.Ordinal));
        using (var server = await ServerProgram.StartAsync(work))
        {
            Assert.Equal([runs], await IdsAsync(server));
            await server.UntilJobAsync(runs, "RUNNING");
            Assert.Contains($"file \"{file}\" is damaged: Its checksum is wrong.", server.Program.Error, StringComparison.Ordinal);
            Assert.Equal(200, (await server.SendAsync("GET", "/health/ready")).Status);
            // One process owns a data directory.
            var second = await RunningProgram.RunAsync(new ProgramStart { Arguments = ["server", "--listen", "127.0.0.1:0", "--data", work["data"]] });
            second.Exits(1).Says("ERROR 55006");
        }

        static string Script(string value) => $"""
            CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '1000000');
            CREATE TABLE o (v BIGINT) WITH ('connector' = 'blackhole');
            INSERT INTO o SELECT {value} FROM g;
            """;
    }

    static string Of(List<int> ids, int k) => $"[{k},{ids.Count},{ids.Sum(id => (long)id)}]";

    static async Task<IEnumerable<string>> RowsAsync(ServerProgram server, string session, string sql)
    {
        var (status, body) = await server.SqlAsync(session, sql, ",\"waitMs\":20000");
        Assert.True(status == 201, $"{body}");
        return body!["results"]!["rows"]!.AsArray().Select(row => row!.ToJsonString());
    }

    static async Task<IReadOnlyList<string>> IdsAsync(ServerProgram server) =>
        [.. (await server.DoneAsync("GET", "/v1/jobs"))["jobs"]!.AsArray().Select(job => (string)job!["id"]!)];

    static async Task UntilCheckpointsAsync(ServerProgram server, IReadOnlyList<string> jobs, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        foreach (var job in jobs)
        {
            while ((await server.DoneAsync("GET", $"/v1/jobs/{job}/checkpoints"))["checkpoints"]!.AsArray().Count < count)
            {
                Assert.False(limit.IsCancellationRequested, $"no checkpoints of job {job}");
                await tick.WaitForNextTickAsync(CancellationToken.None);
            }
        }
    }
}
