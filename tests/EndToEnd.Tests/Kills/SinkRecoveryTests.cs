using System.Text.Json;
using SqlStream.EndToEnd.Tests.Crash;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Kills;

/// <summary>An older checkpoint is restored after its sinks went on: <c>--sinks</c> says what becomes of what they have.</summary>
public sealed class SinkRecoveryTests : IClassFixture<RestoreTests.LongInput>, IDisposable
{
    const string Settings = "SET 'pipeline.name' = 'w';\nSET 'execution.checkpointing.interval' = '20 ms';\n";
    const string Source = "'source.split-size' = '4 kb', 'scan.split-order' = 'time'";

    readonly WorkDirectory _work = new();
    readonly RestoreTests.LongInput _input;
    readonly KeptJob _job = new();

    public SinkRecoveryTests(RestoreTests.LongInput input)
    {
        _input = input;
        _work.Write("job.sql", Settings + Script());
    }

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task A_forked_sink_loses_nothing_and_repeats_what_came_after_the_checkpoint()
    {
        var checkpoint = await CheckpointAsync("2");
        await RunAsync("first");
        var before = Ids();
        Assert.Equal(Kept, before.Order());

        var result = await RunAsync("second", "-s", checkpoint, "--sinks", "fork");

        Assert.Matches("""w: sink "[\w.]*kept" is forked: it holds output up to epoch \d+, the checkpoint ends at epoch \d+; ROWS THAT IT HAS MAY COME AGAIN, under the identity "[\w.]*kept~[0-9a-f]{8}" """.TrimEnd(), result.Error);
        var counts = Ids().CountBy(id => id).ToDictionary();
        Assert.Equal(Kept, counts.Keys.Order());
        Assert.All(counts.Values, count => Assert.InRange(count, 1, 2));
        Assert.Contains(2, counts.Values);
    }

    [Fact]
    public async Task A_fork_that_crashes_goes_on_as_the_fork_that_it_is()
    {
        var checkpoint = await CheckpointAsync("1");
        await RunAsync("first");
        await KillAsync("second", "checkpoint.noted:2", "--parallelism", "1", "-s", checkpoint, "--sinks", "fork");

        Assert.DoesNotContain("forked", (await RunAsync("second")).Error, StringComparison.Ordinal);

        Assert.All(Ids().CountBy(id => id), entry => Assert.InRange(entry.Value, 1, 2));
        Assert.Equal(Kept, Ids().Distinct().Order());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("recover.opened:1")]
    [InlineData("checkpoint.noted:1")]
    [InlineData("checkpoint.noted:2")]
    public async Task Rows_that_the_sink_has_are_dropped_when_they_come_again(string? crash)
    {
        var checkpoint = await CheckpointAsync("1");
        await KillAsync("first", "ship.before-finish:1", "--parallelism", "1");
        string[] options = ["--parallelism", "1", "-s", checkpoint, "--sinks", "skip-to-marker"];
        if (crash is not null)
            await KillAsync("second", crash, options);
        // What comes behind the first checkpoint is found there; before it the same command begins again.
        var hasCheckpoint = Directory.Exists(_work["second/checkpoints"]) && Directory.EnumerateFiles(_work["second/checkpoints"], "manifest.json", SearchOption.AllDirectories).Any();
        var result = await RunAsync("second", hasCheckpoint ? ["--parallelism", "1"] : options);
        if (!hasCheckpoint)
            Assert.True(System.Text.RegularExpressions.Regex.IsMatch(result.Error, """w: sink "[\w.]*kept" is ahead: the next \d+ of its rows, which it has, are dropped when they come again"""), result.Error);

        _job.Check(_work, _input.Readings);
    }

    [Fact]
    public async Task Rows_that_come_again_and_are_others_stop_the_job_before_anything_is_written()
    {
        using var copy = new WorkDirectory();
        foreach (var file in Directory.EnumerateFiles(_input.Path))
            File.Copy(file, Path.Combine(copy.Path, Path.GetFileName(file)));
        _work.Write("job.sql", Settings + _job.Script(_work.Path, copy.Path, Source));
        var checkpoint = await CheckpointAsync("1");
        await KillAsync("first", "ship.before-finish:1", "--parallelism", "1");
        // Another row of the same length behind what the checkpoint had read, and before what the sink has.
        var had = Ids().Count;
        foreach (var file in Directory.EnumerateFiles(copy.Path).Order(StringComparer.Ordinal).Skip(1))
            File.WriteAllText(file, File.ReadAllText(file).Replace("\"k\":\"k1", "\"k\":\"x1", StringComparison.Ordinal));

        var result = await RunningProgram.RunAsync("run", _work["job.sql"], "--data", _work["second"], "--parallelism", "1", "-s", checkpoint, "--sinks", "skip-to-marker");

        result.Exits(3).Says("ERROR SS003: the rows that came again for sink \"kept\" are not those that it holds");
        Assert.Equal(had, Ids().Count);
    }

    [Fact]
    public async Task Output_that_comes_in_no_fixed_order_cannot_be_skipped()
    {
        var checkpoint = await CheckpointAsync("1");
        await RunAsync("first");

        var refused = await RunningProgram.RunAsync("run", _work["job.sql"], "--data", _work["second"], "--parallelism", "2", "-s", checkpoint, "--sinks", "skip-to-marker");

        refused.Exits(1).Says("""
            0A000: job "w" cannot skip to the markers of its sinks: its output would not come again as it was
            DETAIL: Its tasks have 2 subtasks, whose rows come in no fixed order: add --parallelism 1.
            HINT: Restore from the newest checkpoint, or use --sinks fork, which writes rows again.
            """);
        _job.Check(_work, _input.Readings);
    }

    [Theory]
    [InlineData("SELECT id, UUID() FROM readings", "UUID() gives another value each time.")]
    [InlineData("SELECT COUNT(*), k FROM readings GROUP BY k", "The rows of GroupAggregate come in an order that depends on batches and on what is in memory.")]
    public async Task Output_that_may_come_otherwise_cannot_be_skipped(string query, string reason)
    {
        _work.Write("job.sql", $$"""
            {{Settings}}CREATE TABLE readings (id BIGINT, k STRING)
            WITH ('connector' = 'filesystem', 'path' = '{{_input.Path}}', 'format' = 'json', {{Source}}, 'bad-data' = 'skip');
            CREATE TABLE kept (id BIGINT, k STRING) WITH ('connector' = 'filesystem', 'path' = '{{_work["kept"]}}', 'format' = 'changelog-json');
            INSERT INTO kept {{query}};
            """);
        var checkpoint = await CheckpointAsync("1");
        (await RunningProgram.RunAsync("run", _work["job.sql"], "--data", _work["second"], "--parallelism", "1", "-s", checkpoint, "--sinks", "skip-to-marker"))
            .Exits(1).Says(reason);
    }

    [Fact]
    public async Task A_way_that_does_not_exist_is_refused()
    {
        (await RunningProgram.RunAsync("run", _work["job.sql"], "--sinks", "ignore")).Exits(2).Says("--sinks must be one of resume, fork, skip-to-marker, not 'ignore'");
        _work.Write("set.sql", "SET 'execution.state-recovery.sinks' = 'ignore';");
        (await RunningProgram.RunAsync("run", _work["set.sql"], "--data", _work["d"])).Exits(1)
            .Says("22023: option 'execution.state-recovery.sinks' must be one of 'resume', 'fork', 'skip-to-marker', not 'ignore'");
    }

    IEnumerable<long> Kept => _input.Readings.Whole.Where(reading => reading.Value < 500).Select(reading => (long)reading.Id);

    List<long> Ids() => [.. _work.Lines("kept").Select(line =>
    {
        using var row = JsonDocument.Parse(line);
        return row.RootElement.GetProperty("id").GetInt64();
    })];

    string Script() => _job.Script(_work.Path, _input.Path, Source);

    async Task<ProgramResult> RunAsync(string data, params string[] options) =>
        (await RunningProgram.RunAsync(["run", _work["job.sql"], "--data", _work[data], .. options])).Exits(0);

    /// <summary>Runs the job for a while; returns a copy of its checkpoints.</summary>
    async Task<string> CheckpointAsync(string parallelism)
    {
        await KillAsync("first", "checkpoint.noted:1", "--parallelism", parallelism);
        var copy = _work["copy"];
        foreach (var file in Directory.EnumerateFiles(_work["first/checkpoints"], "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(_work["first/checkpoints"], file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        return copy;
    }

    async Task KillAsync(string data, string point, params string[] options) => (await RunningProgram.RunAsync(new ProgramStart
    {
        Arguments = ["run", _work["job.sql"], "--data", _work[data], .. options],
        Environment = new Dictionary<string, string> { ["SQLSTREAM_CRASH"] = point },
    })).Exits(ProgramResult.Killed);
}

/// <summary>A projection without state: its rows come in the order of its input.</summary>
sealed record KeptJob() : CrashJob("kept")
{
    public override string Script(string directory, string input, string source) => Readings(directory, input, source) + $$"""
        CREATE TABLE kept (id BIGINT, k STRING)
        WITH ('connector' = 'filesystem', 'path' = '{{directory}}/kept', 'format' = 'json', 'sink.rolling-policy.file-size' = '100 kb');
        INSERT INTO kept SELECT id, k FROM readings WHERE v < 500;
        """;

    public override void Check(ICrashOutput output, CrashReadings readings)
    {
        CheckRejected(output, readings);
        ShouldBeOnce(
            "kept rows",
            readings.Whole.Where(reading => reading.Value < 500).Select(reading => reading.Line),
            output.Lines("kept").Select(line =>
            {
                using var row = JsonDocument.Parse(line);
                return new Reading(row.RootElement.GetProperty("id").GetInt32()).Line;
            }));
    }
}
