using System.Text.RegularExpressions;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.CommandLine;

/// <summary>Statements about jobs and checkpoints in a script, and <c>sqlstream checkpoints</c> on what they left.</summary>
public sealed class JobStatementTests(JobStatementTests.Checkpointed job) : IClassFixture<JobStatementTests.Checkpointed>, IDisposable
{
    const string Id = "[0-9a-f]{32}";
    const string Time = @"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}";
    const string Size = @"[0-9.]+ k?B";

    readonly WorkDirectory _work = new();

    /// <summary>A job that was checkpointed four times, saved, and stopped with a savepoint.</summary>
    public sealed class Checkpointed : IAsyncLifetime
    {
        readonly WorkDirectory _work = new();

        internal string Path => _work.Path;

        internal string this[string name] => _work[name];

        internal ProgramResult Result { get; private set; } = null!;

        /// <summary>What each statement printed, without its header.</summary>
        internal string[][] Printed { get; private set; } = [];

        public async Task InitializeAsync()
        {
            _work.Write("input/rows.json", string.Concat(Enumerable.Range(0, 1_000).Select(id => $"{{\"id\":{id},\"k\":\"k{id % 10}\"}}\n")));
            _work.Write("job.sql", $"""
                SET 'pipeline.name' = 'totals';
                SET 'execution.checkpointing.interval' = '10 min';
                CREATE TABLE readings (id BIGINT, k STRING)
                WITH ('connector' = 'filesystem', 'path' = '{_work["input"]}', 'format' = 'json', 'source.monitor-interval' = '20 ms');
                CREATE TABLE totals (k STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '{_work["totals"]}', 'format' = 'changelog-json');
                INSERT INTO totals SELECT k, COUNT(*) FROM readings GROUP BY k;
                CHECKPOINT;
                CHECKPOINT JOB 'totals';
                CHECKPOINT TABLE totals;
                CHECKPOINT table.totals;
                SHOW JOBS;
                SHOW CHECKPOINTS;
                SHOW CHECKPOINTS FOR JOB 'totals';
                DESCRIBE JOB 'totals';
                SAVEPOINT JOB 'totals' TO '{_work["kept"]}';
                STOP JOB 'totals' WITH SAVEPOINT;
                SHOW JOBS;
                STOP JOB 'totals';
                """);
            Result = await RunningProgram.RunAsync("run", _work["job.sql"], "--data", _work["data"], "--output", "csv", "--parallelism", "2");
            Printed = [.. Regex.Split(Result.Output, "^(?:job id,checkpoint,|job id,job name,|property,).*\n", RegexOptions.Multiline).Skip(1).Select(text => text.TrimEnd().Split('\n'))];
        }

        public Task DisposeAsync()
        {
            _work.Dispose();
            return Task.CompletedTask;
        }
    }

    public void Dispose() => _work.Dispose();

    [Fact]
    public void A_statement_about_a_job_that_has_ended_fails()
    {
        job.Result.Exits(1).Says(" (totals) started\n", "ERROR 25000: job \"totals\" has ended\n");
        Assert.Equal(11, job.Printed.Length);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 4)]
    public void A_checkpoint_says_what_it_wrote_and_where(int statement, int number) => Assert.Matches(
        $"^{Id},{number},{number},statement,{Time},{Size},{Size},\\d+,{Regex.Escape(job["data/checkpoints/"])}{Id}/chk-{number},\\d+$",
        Assert.Single(job.Printed[statement]));

    [Fact]
    public async Task The_checkpoint_of_a_job_that_has_finished_is_its_last()
    {
        _work.Write("job.sql", """
            SET 'table.dml-sync' = 'true';
            CREATE TABLE t (a INT) WITH ('connector' = 'memory');
            INSERT INTO t VALUES (1), (2);
            CHECKPOINT table.t;
            CHECKPOINT;
            SELECT * FROM t;
            """);

        var result = await RunningProgram.RunAsync("-f", _work["job.sql"], "--output", "csv");

        result.Exits(0);
        Assert.EndsWith("a\n1\n2\n", result.Output, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(result.Output, $"^{Id},", RegexOptions.Multiline));
    }

    [Fact]
    public void Jobs_are_listed_with_their_state()
    {
        Assert.Matches($"^{Id},totals,RUNNING,{Time},$", Assert.Single(job.Printed[4]));
        Assert.Matches($"^{Id},totals,SUSPENDED,{Time},$", Assert.Single(job.Printed[10]));
    }

    [Fact]
    public void Checkpoints_are_listed_of_all_jobs_and_of_one()
    {
        // The statement waits for the delivery; the list says what waited when the checkpoint was taken.
        string[] taken = [.. job.Printed[..4].Select(lines => WithoutDelivery(Assert.Single(lines)))];
        Assert.Equal(taken, job.Printed[5].Select(WithoutDelivery));
        Assert.Equal(taken, job.Printed[6].Select(WithoutDelivery));

        static string WithoutDelivery(string line) => line[..line.LastIndexOf(',')];
    }

    [Fact]
    public void A_job_is_described() => Assert.Equal(
        [
            "job id", "job name", "status", "start time", "reason", "restarts", "parallelism", "rows in", "rows out", "late rows", "rows not readable",
            "rows with NULL", "watermark", "last checkpoint",
        ],
        job.Printed[7].Select(line => line[..line.IndexOf(',', StringComparison.Ordinal)]).Where(name => name != "not delivered"));

    [Fact]
    public void A_savepoint_is_where_it_was_asked_for_or_in_the_data_directory()
    {
        Assert.Matches($"^{Id},5,5,savepoint,{Time},{Size},{Size},\\d+,{Regex.Escape(job["kept"])}/savepoint-[0-9a-f]{{6}}-0*5,\\d+$", Assert.Single(job.Printed[8]));
        Assert.Matches(
            $"^{Id},6,6,savepoint,{Time},{Size},{Size},\\d+,{Regex.Escape(job["data/savepoints"])}/savepoint-[0-9a-f]{{6}}-0*6,0$", Assert.Single(job.Printed[9]));
    }

    [Fact]
    public async Task Checkpoints_of_a_data_directory_are_listed()
    {
        var output = await Checkpoints("list", job["data"]);
        var rows = output.Split('\n').Where(line => line.Contains("│ totals │", StringComparison.Ordinal)).Select(line => line.Split('│')[3].Trim());
        Assert.Equal(["4", "5", "6", "6"], rows);
        Assert.StartsWith("┌──", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listing_as_json_has_every_value()
    {
        using var listing = System.Text.Json.JsonDocument.Parse(await Checkpoints("list", job["kept"], "--json"));
        var entry = Assert.Single(listing.RootElement.EnumerateArray());
        Assert.StartsWith(job["kept"] + "/savepoint-", entry.GetProperty("path").GetString(), StringComparison.Ordinal);
        Assert.Matches($"^{Id}$", entry.GetProperty("jobId").GetString());
        Assert.Equal("totals", entry.GetProperty("jobName").GetString());
        Assert.Equal(5, entry.GetProperty("checkpointId").GetInt64());
        Assert.Equal(5, entry.GetProperty("epoch").GetInt64());
        Assert.Equal("savepoint", entry.GetProperty("trigger").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$", entry.GetProperty("timeUtc").GetRawText().Trim('"'));
        Assert.True(entry.GetProperty("bytesTotal").GetInt64() > 0);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, entry.GetProperty("problem").ValueKind);
    }

    [Theory]
    [InlineData("data", 6, "false")]
    [InlineData("kept", 5, "true")]
    public async Task The_newest_manifest_is_shown(string path, int number, string selfContained)
    {
        var output = await Checkpoints("show", job[path], "--json");
        Assert.Contains($"\"checkpointId\": {number},", output, StringComparison.Ordinal);
        Assert.Contains($"\"selfContained\": {selfContained}", output, StringComparison.Ordinal);
        Assert.Contains("\"sql\": \"INSERT INTO totals SELECT k, COUNT(*) FROM readings GROUP BY k\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_can_be_repeated_verified_and_listed()
    {
        Assert.Matches($"^4 checkpoints copied, {Size} written\n$", await Checkpoints("copy", job["data"], _work["copy"]));
        Assert.Equal("4 checkpoints copied, 0 B written\n", await Checkpoints("copy", job["data"], _work["copy"]));
        Assert.Matches($"^4 checkpoints, \\d+ files, {Size}: whole\n$", await Checkpoints("verify", _work["copy"]));
        Assert.Equal(
            (await Checkpoints("list", job["data"], "--json")).Replace(job.Path + "/data", "", StringComparison.Ordinal),
            (await Checkpoints("list", _work["copy"], "--json")).Replace(_work["copy"], "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Copying_verifying_and_pruning_answer_in_json()
    {
        var copied = await Json("copy", job["data"], _work["copy"]);
        Assert.Equal(4, copied.GetProperty("checkpoints").GetInt32());
        Assert.True(copied.GetProperty("bytesWritten").GetInt64() > 0);
        var whole = await Json("verify", _work["copy"]);
        Assert.Equal((4, true, 0), (whole.GetProperty("checkpoints").GetInt32(), whole.GetProperty("isWhole").GetBoolean(), whole.GetProperty("findings").GetArrayLength()));
        Assert.True(whole.GetProperty("files").GetInt32() >= 4);
        var pruned = await Json("prune", _work["copy"], "--keep", "1", "--dry-run");
        Assert.True(pruned.GetProperty("isDryRun").GetBoolean());
        Assert.Equal(["chk-4", "chk-5"], pruned.GetProperty("checkpoints").EnumerateArray().Select(path => Path.GetFileName(path.GetString()!)));
        await Checkpoints("copy", job["kept"], _work["savepoint"]);
        var foreign = Path.Combine(Directory.EnumerateDirectories(_work["savepoint"]).Single(), "foreign");
        File.WriteAllText(foreign, "x");
        var result = await RunningProgram.RunAsync("checkpoints", "verify", _work["savepoint"], "--json");
        using var damaged = System.Text.Json.JsonDocument.Parse(result.Exits(1).Output);
        Assert.False(damaged.RootElement.GetProperty("isWhole").GetBoolean());
        Assert.Equal(foreign, Assert.Single(damaged.RootElement.GetProperty("findings").EnumerateArray()).GetProperty("path").GetString());
    }

    [Fact]
    public async Task An_interrupted_copy_goes_on()
    {
        await Checkpoints("copy", job["data"], _work["copy"]);
        foreach (var file in Directory.EnumerateFiles(_work["copy"], "manifest.json", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(_work["copy"], "*.sst", SearchOption.AllDirectories)).ToList())
            File.Delete(file);
        await Checkpoints("copy", job["data"], _work["copy"]);
        await Checkpoints("verify", _work["copy"]);
    }

    [Fact]
    public async Task An_unknown_file_in_a_copy_is_damage()
    {
        await Checkpoints("copy", job["kept"], _work["copy"]);
        var foreign = Path.Combine(Directory.EnumerateDirectories(_work["copy"]).Single(), "foreign");
        File.WriteAllText(foreign, "x");
        var result = await RunningProgram.RunAsync("checkpoints", "verify", _work["copy"]);
        Assert.Contains($"damaged: {foreign}: ", result.Exits(1).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pruning_keeps_the_newest_and_all_savepoints()
    {
        await Checkpoints("copy", job["data"], _work["copy"]);
        var dry = (await Checkpoints("prune", _work["copy"], "--keep", "1", "--dry-run")).Split('\n');
        Assert.Equal(["chk-4", "chk-5"], dry[..2].Select(Path.GetFileName));
        Assert.Matches($"^2 checkpoints, \\d+ files, {Size} would be deleted$", dry[2]);
        Assert.Matches("^4 checkpoints", await Checkpoints("verify", _work["copy"]));
        var done = (await Checkpoints("prune", _work["copy"], "--keep", "1")).Split('\n');
        Assert.Equal(dry[..2], done[..2]);
        Assert.Equal(dry[2].Replace("would be deleted", "deleted", StringComparison.Ordinal), done[2]);
        Assert.Matches("^2 checkpoints, .*: whole\n$", await Checkpoints("verify", _work["copy"]));
        Assert.Equal($"0 checkpoints, 0 files, 0 B deleted\n", await Checkpoints("prune", _work["copy"], "--keep", "1"));
    }

    [Fact]
    public async Task A_savepoint_is_not_pruned()
    {
        var savepoint = Directory.EnumerateDirectories(job["kept"]).Single();
        (await RunningProgram.RunAsync("checkpoints", "prune", savepoint)).FailsWith(1, $"""
            ERROR 42809: "{savepoint}" is a single checkpoint or savepoint
            HINT: Prune the directory of its job; a savepoint is deleted like any directory.
            """.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("list")]
    [InlineData("show")]
    [InlineData("verify")]
    [InlineData("prune")]
    public async Task A_directory_without_checkpoints_is_named(string command) =>
        (await RunningProgram.RunAsync("checkpoints", command, _work.Path)).FailsWith(1, $"""
            ERROR 42704: there is no checkpoint below "{_work.Path}"
            HINT: Name a data directory, a checkpoint directory, a job in it, one chk-n, a savepoint, or a copy of one.
            """.ReplaceLineEndings("\n"));

    static async Task<System.Text.Json.JsonElement> Json(params string[] arguments)
    {
        using var document = System.Text.Json.JsonDocument.Parse(await Checkpoints([.. arguments, "--json"]));
        return document.RootElement.Clone();
    }

    static async Task<string> Checkpoints(params string[] arguments)
    {
        var result = (await RunningProgram.RunAsync(["checkpoints", .. arguments])).Exits(0);
        Assert.Equal("", result.Error);
        return result.Output;
    }
}
