using SqlStream.EndToEnd.Tests.Crash;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.BadInput;

/// <summary>An input file that changes while a job reads it, or between two runs.</summary>
public sealed class ChangedInputTests : IDisposable
{
    const int SigTerm = 15;

    readonly WorkDirectory _work = new();
    readonly CrashReadings _readings = new(100_000);

    public ChangedInputTests()
    {
        _readings.Write(_work["input"], 1);
        _work.Write("job.sql", $"""
            SET 'execution.checkpointing.interval' = '20 ms';
            CREATE TABLE readings (id BIGINT, k STRING)
            WITH ('connector' = 'filesystem', 'path' = '{_work["input"]}', 'format' = 'json', 'bad-data' = 'skip');
            CREATE TABLE copies (id BIGINT, k STRING)
            WITH ('connector' = 'filesystem', 'path' = '{_work["copies"]}', 'format' = 'csv', 'sink.rolling-policy.file-size' = '10 kb');
            -- Slow enough for a job that is in the middle for some time.
            INSERT INTO copies SELECT id, k FROM readings WHERE REVERSE(REPEAT(k, 3000)) <> 'k';
            """);
    }

    string Input => _work["input/readings-0000.json"];

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task A_file_that_was_replaced_between_two_runs_is_named()
    {
        await StopInTheMiddleAsync();
        var content = File.ReadAllBytes(Input);
        content.AsSpan(0, 100).Fill((byte)'z');
        File.Delete(Input);
        File.WriteAllBytes(Input, content);
        var result = await RunAsync();
        result.Exits(3).Says($"failed\nERROR 22000: file \"{Input}\" was replaced: its content before byte ", " is not what was read\n" +
            "HINT: Restore the file, or start the job without its checkpoint.\n");
    }

    [Fact]
    public async Task A_file_that_was_truncated_between_two_runs_is_named()
    {
        await StopInTheMiddleAsync();
        File.WriteAllBytes(Input, File.ReadAllBytes(Input)[..1000]);
        var result = await RunAsync();
        result.Exits(3).Says($"failed\nERROR 22000: file \"{Input}\" was truncated: it has 1000 bytes where there were at least ",
            "HINT: Restore the file, or start the job without its checkpoint.\n");
    }

    [Fact]
    public async Task A_file_that_was_deleted_between_two_runs_is_named()
    {
        await StopInTheMiddleAsync();
        File.Delete(Input);
        (await RunAsync()).Exits(3).Says($"failed\nERROR 58P01: file or directory \"{Input}\" does not exist\nHINT: Check the option 'path'.\n");
    }

    [Fact]
    public async Task A_file_that_is_truncated_under_a_running_job_is_named()
    {
        using var program = Start();
        await program.UntilAsync(() => _work.VisibleFiles("copies").Count > 0, "it delivered something");
        using (var file = new FileStream(Input, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(1000);
        (await program.EndAsync()).Exits(3).Says($"failed\nERROR 22000: file \"{Input}\" was truncated: it has 1000 bytes where there were at least ");
    }

    [Fact]
    public async Task A_file_that_is_as_it_was_goes_on_after_all_that()
    {
        await StopInTheMiddleAsync();
        File.Move(Input, _work["away"]);
        (await RunAsync()).Exits(3);
        File.Move(_work["away"], Input);
        (await RunAsync()).Exits(0);
        Assert.Equal(
            _readings.Whole.Select(reading => $"{reading.Id},{reading.Key}").Order(StringComparer.Ordinal),
            _work.Lines("copies").Order(StringComparer.Ordinal));
    }

    async Task StopInTheMiddleAsync()
    {
        using var program = Start();
        await program.UntilAsync(() => _work.VisibleFiles("copies").Count > 0, "it delivered something");
        program.Signal(SigTerm);
        (await program.EndAsync()).Exits(0).Says("stopped at checkpoint");
    }

    // One file is read to its end before the next: with one subtask most of it is still to come when the first rows are delivered.
    string[] Arguments => ["run", _work["job.sql"], "--data", _work["data"], "--parallelism", "1"];

    RunningProgram Start() => RunningProgram.Start(Arguments);

    Task<ProgramResult> RunAsync() => RunningProgram.RunAsync(Arguments);
}
