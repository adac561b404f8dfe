using System.Text.Json;
using SqlStream.EndToEnd.Tests.Crash;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Kills;

/// <summary>Savepoints, restoring them elsewhere, and what <c>--restore</c> makes of earlier runs.</summary>
public sealed class RestoreTests : IClassFixture<RestoreTests.LongInput>, IDisposable
{
    const string Name = "SET 'pipeline.name' = 'w';\nSET 'execution.checkpointing.interval' = '20 ms';\n";
    const string Source = "'source.split-size' = '4 kb', 'scan.split-order' = 'time'";

    readonly WorkDirectory _work = new();
    readonly LongInput _input;
    readonly WindowsJob _job = new();

    public RestoreTests(LongInput input)
    {
        _input = input;
        _work.Write("job.sql", Name + Script());
    }

    /// <summary>Files that many tests read.</summary>
    public sealed class LongInput : IDisposable
    {
        const int Files = 8;

        readonly WorkDirectory _work = new();

        public LongInput() => Readings.Write(Path, Files);

        internal CrashReadings Readings { get; } = new(120_000);

        internal string Path => _work["input"];

        /// <summary>Puts the first of the files into a directory, as far as they are not there.</summary>
        internal void Link(string directory, int files = Files)
        {
            Directory.CreateDirectory(directory);
            foreach (var name in Enumerable.Range(0, files).Select(CrashReadings.Name))
            {
                var target = System.IO.Path.Combine(directory, name);
                if (!File.Exists(target))
                    File.CreateSymbolicLink(target, System.IO.Path.Combine(Path, name));
            }
        }

        public void Dispose() => _work.Dispose();
    }

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task A_savepoint_goes_on_in_another_directory_at_another_parallelism()
    {
        await StopAsync("STOP JOB 'w' WITH SAVEPOINT;", "first", files: 2);
        // The second start of the first directory: whoever restores elsewhere must come after it, too.
        var savepoint = await StopAsync("STOP JOB 'w' WITH SAVEPOINT;", "first", files: 4);
        Assert.NotEmpty(Directory.EnumerateFiles(_work["kept"], ".part-*"));
        (await RunAsync("second", "-s", savepoint, "--parallelism", "3")).Exits(0).Says("goes on from checkpoint");
        _job.Check(_work, _input.Readings);
    }

    [Theory]
    [InlineData("savepoint.copied")]
    [InlineData("savepoint.exported")]
    public async Task A_crash_while_a_savepoint_is_written_loses_nothing(string point)
    {
        WriteStop("STOP JOB 'w' WITH SAVEPOINT;", files: 4);
        (await RunningProgram.RunAsync(new ProgramStart
        {
            Arguments = ["run", _work["stop.sql"], "--data", _work["first"]],
            Environment = new Dictionary<string, string> { ["SQLSTREAM_CRASH"] = point + ":1" },
        })).Exits(ProgramResult.Killed);
        (await RunAsync("first")).Exits(0);
        _job.Check(_work, _input.Readings);
    }

    [Fact]
    public async Task A_drained_job_has_closed_its_windows_over_what_it_had_read()
    {
        WriteStop("STOP JOB 'w' WITH DRAIN;", files: 4);
        (await RunningProgram.RunAsync("run", _work["stop.sql"], "--data", _work["first"], "--parallelism", "1")).Exits(0);
        var kept = Values("kept", "id").Order().ToList();
        var expected = _input.Readings.Whole.Where(reading => reading.Value < 500).Select(reading => (long)reading.Id).ToList();
        Assert.Equal(expected.Take(kept.Count), kept);
        Assert.True(kept.Count < expected.Count);
        // Between the last row kept and the next there may be rows that only the windows count.
        var counted = _input.Readings.Whole.Where(reading => reading.Value >= 100).Select(reading => reading.Id).ToList();
        Assert.InRange(Values("windows", "n").Sum(), counted.Count(id => id <= kept[^1]), counted.Count(id => id < expected[kept.Count]));
    }

    [Fact]
    public async Task An_older_savepoint_is_refused_after_the_sink_went_on()
    {
        var savepoint = await StopAsync("STOP JOB 'w' WITH SAVEPOINT;", "first", files: 4);
        (await RunAsync("first")).Exits(0);
        var before = _work.Lines("kept");
        var result = await RunAsync("second", "-s", savepoint);
        result.Exits(3);
        Assert.Matches("""
            ^job [0-9a-f]{32} \(w\) goes on from checkpoint \d+, epoch \d+
            (( |w: ).*\n)*job [0-9a-f]{32} \(w\) failed
            ERROR SS003: sink "(kept|windows|readings)" is ahead of the checkpoint
            DETAIL: The sink holds output up to epoch \d+, the checkpoint ends at epoch \d+: going on would write rows again.
            HINT: Restore from the newest checkpoint. Otherwise --sinks skip-to-marker drops the rows that the sink has while they come again, and --sinks fork writes them again under a new identity.
            $
            """.ReplaceLineEndings("\n"), result.Error);
        Assert.Equal(before, _work.Lines("kept"));
    }

    [Fact]
    public async Task A_finished_run_is_said_to_be_finished_and_nothing_is_read_or_written()
    {
        _work.Write("input/one.json", "{\"id\":1,\"k\":\"a\",\"v\":1,\"ts\":\"2026-01-01 00:00:00\"}\n");
        _work.Write("job.sql", Name + _job.Script(_work.Path, _work["input"], Source));
        (await RunningProgram.RunAsync("run", _work["job.sql"], "--data", _work["first"])).Exits(0);
        var before = Snapshot();
        Directory.Delete(_work["input"], recursive: true);
        var again = (await RunningProgram.RunAsync("run", _work["job.sql"], "--data", _work["first"])).Exits(0);
        Assert.Matches(@"^finished at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, nothing to do; --restore none runs it again\n$", again.Error);
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public async Task An_unfinished_run_is_given_up_only_when_that_is_said()
    {
        await StopAsync("STOP JOB 'w';", "first", files: 4);
        (await RunAsync("first", "--restore", "none")).FailsWith(1, $"""
            ERROR 55006: data directory "{_work["first"]}" holds a run that is not finished
            HINT: Run the same script to go on with it, or add --discard-unfinished to give it up.
            """);
        foreach (var table in new[] { "kept", "windows", "rejected" })
            Directory.Delete(_work[table], recursive: true);
        (await RunAsync("first", "--restore", "none", "--discard-unfinished")).Exits(0).Says("started");
        _job.Check(_work, _input.Readings);
    }

    [Fact]
    public async Task A_finished_run_is_repeated_on_request_as_another_one()
    {
        _work.Write("input/one.json", "{\"id\":1,\"k\":\"a\",\"v\":1,\"ts\":\"2026-01-01 00:00:00\"}\n");
        _work.Write("job.sql", Name + _job.Script(_work.Path, _work["input"], Source));
        string[] command = ["run", _work["job.sql"], "--data", _work["first"], "--restore", "none"];
        var first = (await RunningProgram.RunAsync(command)).Exits(0);
        var second = (await RunningProgram.RunAsync(command)).Exits(0);
        Assert.Matches(@"^job [0-9a-f]{32} \(w\) started\n$", second.Error);
        Assert.NotEqual(first.Error, second.Error);
        Assert.Equal(["{\"id\":1,\"k\":\"a\"}", "{\"id\":1,\"k\":\"a\"}"], _work.Lines("kept"));
    }

    string Script(string options = "") => _job.Script(_work.Path, _work["input"], Source + options);

    Task<ProgramResult> RunAsync(string data, params string[] options)
    {
        _input.Link(_work["input"]);
        return RunningProgram.RunAsync(["run", _work["job.sql"], "--data", _work[data], .. options]);
    }

    // The directory is watched: however late the statements are executed, the job is still there.
    void WriteStop(string stop, int files)
    {
        _input.Link(_work["input"], files);
        _work.Write("stop.sql", $"""
            {Name}SET 'execution.checkpointing.savepoint-dir' = '{_work["savepoints"]}';
            {Script(", 'source.monitor-interval' = '10 ms'")}
            CHECKPOINT;
            CHECKPOINT;
            {stop}

            """);
    }

    /// <summary>Runs the job over some of the files until a statement stops it; returns the newest savepoint.</summary>
    async Task<string> StopAsync(string stop, string data, int files)
    {
        WriteStop(stop, files);
        (await RunningProgram.RunAsync("run", _work["stop.sql"], "--data", _work[data], "--parallelism", "2")).Exits(0);
        return Directory.Exists(_work["savepoints"])
            ? Directory.EnumerateDirectories(_work["savepoints"]).Order(StringComparer.Ordinal).Last()
            : "";
    }

    IEnumerable<long> Values(string table, string column) => _work.Lines(table).Select(line =>
    {
        using var row = JsonDocument.Parse(line);
        return row.RootElement.GetProperty(column).GetInt64();
    });

    // The lease is taken to look; everything else is as it was.
    IReadOnlyList<(string Path, long Bytes, DateTime Written)> Snapshot() =>
        [.. new DirectoryInfo(_work.Path).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Where(file => file.Name is not ("lease.json" or "lease.lock") && !file.FullName.StartsWith(_work["input"], StringComparison.Ordinal))
            .Select(file => (file.FullName, file.Length, file.LastWriteTimeUtc))
            .Order()];
}
