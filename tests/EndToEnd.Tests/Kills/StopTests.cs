using System.Text.RegularExpressions;
using SqlStream.EndToEnd.Tests.Crash;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Kills;

/// <summary>SIGTERM, once and twice, and a process that is held up while another wants its place.</summary>
public sealed class StopTests : IDisposable
{
    const int SigInt = 2;
    const int SigTerm = 15;
    const int SigContinue = 18;
    const int SigStop = 19;
    const int Files = 8;

    readonly WorkDirectory _work = new();
    readonly CrashReadings _readings = new(8_000);

    public StopTests()
    {
        Directory.CreateDirectory(_work["input"]);
        _work.Write("job.sql", $$"""
            SET 'execution.checkpointing.interval' = '20 ms';
            CREATE TABLE readings (id BIGINT, k STRING)
            WITH ('connector' = 'filesystem', 'path' = '{{_work["input"]}}', 'format' = 'json', 'source.monitor-interval' = '20 ms', 'bad-data' = 'skip');
            CREATE TABLE copies (id BIGINT, k STRING)
            WITH ('connector' = 'filesystem', 'path' = '{{_work["copies"]}}', 'format' = 'csv', 'sink.rolling-policy.rollover-interval' = '50 ms');
            INSERT INTO copies SELECT id, k FROM readings;
            """);
    }

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData(SigTerm)]
    [InlineData(SigInt)]
    public async Task A_stop_in_the_middle_is_answered_with_a_checkpoint_and_running_again_goes_on_from_it(int signal)
    {
        string checkpoint;
        using (var program = Start())
        {
            await FeedAsync(program, 0, Files / 2);
            Put(Files / 2);
            program.Signal(signal);
            var stopped = (await program.EndAsync()).Exits(0).Says("stopping with a final checkpoint\n");
            var said = Regex.Match(stopped.Error, @"^job ([0-9a-f]{32}) \(insert-into_copies\) stopped at (checkpoint \d+, epoch \d+)$", RegexOptions.Multiline);
            Assert.True(said.Success, stopped.Error);
            checkpoint = $"job {said.Groups[1].Value} (insert-into_copies) goes on from {said.Groups[2].Value}\n";
        }
        using (var program = Start())
        {
            await program.UntilItSaysAsync(checkpoint);
            await FeedAsync(program, (Files / 2) + 1, Files);
            program.Signal(signal);
            (await program.EndAsync()).Exits(0);
        }
        Assert.Equal(Expected(Files), _work.Lines("copies").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_checkpoint_that_failed_is_taken_again_though_nothing_has_changed_since()
    {
        using var program = Start(crash: "checkpoint.before-manifest:1:throw");
        await FeedAsync(program, 0, 1);
        Assert.Contains("no checkpoint (interval): crash point checkpoint.before-manifest", program.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_whose_checkpoint_fails_says_so_and_running_again_loses_nothing()
    {
        var script = File.ReadAllText(_work["job.sql"]);
        // The first checkpoint is that of the stop.
        _work.Write("job.sql", script.Replace("'20 ms';", "'1 h';", StringComparison.Ordinal));
        using (var program = Start(crash: "checkpoint.before-manifest:1:throw"))
        {
            Put(0);
            await program.UntilItSaysAsync("(insert-into_copies) started");
            program.Signal(SigTerm);
            (await program.EndAsync()).Exits(4).Says(
                "stopped without its final checkpoint: crash point checkpoint.before-manifest; the same command goes on from where it began\n");
        }
        _work.Write("job.sql", script);
        await FinishAsync(1);
    }

    [Theory]
    [InlineData(SigTerm)]
    [InlineData(SigInt)]
    public async Task A_second_stop_ends_the_program_at_once_and_loses_nothing(int signal)
    {
        // The delivery of the first output never returns, as on a file server that does not answer.
        using (var program = Start(crash: "ship.before:1:hang"))
        {
            Put(0);
            await program.UntilAsync(() => HasUndelivered(0), "a checkpoint held output that is not delivered");
            program.Signal(signal);
            await program.UntilItSaysAsync("stopping with a final checkpoint");
            program.Signal(signal);
            (await program.EndAsync()).Exits(128 + signal);
        }
        await FinishAsync(1);
    }

    [Fact]
    public async Task What_is_not_delivered_within_the_stop_timeout_is_said_and_delivered_by_the_next_run()
    {
        using (var program = Start())
        {
            await FeedAsync(program, 0, 1);
            var lockFile = Directory.EnumerateFiles(_work["copies/.sqlstream"], "*.lock").Single();
            using var hold = new FileStream(lockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            Put(1);
            await program.UntilAsync(() => HasUndelivered(1), "a checkpoint held output that is not delivered");
            program.Signal(SigTerm);
            (await program.EndAsync()).Exits(0).Says(
                $"file \"{lockFile}\" is in use by another process",
                $"{Whole(1)} rows for copies are in the checkpoint and not delivered: file \"{lockFile}\" is in use by another process\n");
        }
        await FinishAsync(2);
    }

    [FactIfMount]
    public async Task A_stop_whose_final_checkpoint_does_not_fit_says_so_and_the_next_run_goes_on_from_the_one_before()
    {
        using var disk = new SmallDisk(16);
        var data = Path.Combine(disk.Path, "data");
        string foreign;
        using (var program = Start(data: data))
        {
            await FeedAsync(program, 0, 2);
            foreign = disk.Fill();
            Put(2);
            await program.UntilItSaysAsync("no space left");
            program.Signal(SigTerm);
            (await program.EndAsync()).Exits(4).Says("stopping with a final checkpoint\n", "(insert-into_copies) stopped without its final checkpoint: ", ": no space left on device; the same command goes on from checkpoint ");
        }
        File.Delete(foreign);
        await FinishAsync(3, data);
    }

    [Fact]
    public async Task A_process_that_sleeps_keeps_its_directory_and_goes_on_when_it_wakes()
    {
        using var program = Start();
        await FeedAsync(program, 0, 2);
        program.Signal(SigStop);
        (await RunningProgram.RunAsync("run", _work["job.sql"], "--data", _work["data"])).FailsWith(1, $"""
            ERROR 55006: data directory "{_work["data"]}" is in use by process {program.Id}
            HINT: Stop that process, or use another --data directory.
            """);
        program.Signal(SigContinue);
        await FeedAsync(program, 2, Files);
        program.Signal(SigTerm);
        (await program.EndAsync()).Exits(0);
        Assert.Equal(Expected(Files), _work.Lines("copies").Order(StringComparer.Ordinal));
    }

    async Task FinishAsync(int files, string? data = null)
    {
        using var program = Start(data: data);
        await program.UntilAsync(() => Count() == Expected(files).Count(), "everything was delivered");
        program.Signal(SigTerm);
        (await program.EndAsync()).Exits(0);
        Assert.Equal(Expected(files), _work.Lines("copies").Order(StringComparer.Ordinal));
    }

    bool HasUndelivered(int file) => Directory.Exists(_work["data/checkpoints"])
        && Directory.EnumerateFiles(_work["data/checkpoints"], "manifest.json", SearchOption.AllDirectories)
            .Where(File.Exists)
            .Select(File.ReadAllText)
            // All files have as many whole rows: the name of this one tells its checkpoint from those before.
            .Any(manifest => manifest.Contains("\"rows\": " + Whole(file), StringComparison.Ordinal)
                && manifest.Contains(CrashReadings.Name(file), StringComparison.Ordinal));

    async Task FeedAsync(RunningProgram program, int from, int to)
    {
        for (var file = from; file < to; file++)
            Put(file);
        var rows = Expected(to).Count();
        await program.UntilAsync(() => Count() == rows, $"{rows} rows were delivered");
    }

    int Count()
    {
        try
        {
            return _work.Lines("copies").Count;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    void Put(int file) => File.Move(_work.Write("next", _readings.Text(file, Files)), Path.Combine(_work["input"], CrashReadings.Name(file)));

    IEnumerable<string> Expected(int files) => _readings.Whole
        .Where(reading => reading.Id < 8_000 / Files * files)
        .Select(reading => $"{reading.Id},{reading.Key}")
        .Order(StringComparer.Ordinal);

    int Whole(int file) => Expected(file + 1).Count() - Expected(file).Count();

    RunningProgram Start(string? crash = null, string? data = null) => RunningProgram.Start(new ProgramStart
    {
        // A shell in the background starts its commands with SIGINT ignored, and they hand that down.
        Prefix = ["env", "--default-signal=INT"],
        Arguments = ["run", _work["job.sql"], "--data", data ?? _work["data"], "--stop-timeout", "2500 ms"],
        Environment = crash is null ? new Dictionary<string, string>() : new() { ["SQLSTREAM_CRASH"] = crash },
    });
}
