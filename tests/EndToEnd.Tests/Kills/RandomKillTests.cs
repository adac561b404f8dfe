using System.Globalization;
using SqlStream.EndToEnd.Tests.Crash;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Kills;

/// <summary>kill -9 of the real process at random moments, with another parallelism after each, over a directory that grows meanwhile.</summary>
public sealed class RandomKillTests : IDisposable
{
    const int SigTerm = 15;
    const int FilesPerKill = 4;
    const int RowsPerFile = 400;

    readonly WorkDirectory _work = new();
    readonly Random _random = new(20260101);

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task Random_kills_and_other_parallelism_lose_and_repeat_nothing()
    {
        var kills = Environment.GetEnvironmentVariable("SQLSTREAM_KILLS") is { } asked
            ? int.Parse(asked, System.Globalization.CultureInfo.InvariantCulture)
            : SqlStreamProgram.IsLong ? 1_000 : 20;
        var files = (kills + 1) * FilesPerKill;
        var readings = new CrashReadings(files * RowsPerFile);
        Directory.CreateDirectory(_work["input"]);
        var job = new WindowsJob();
        _work.Write("job.sql", job.Script(_work.Path, _work["input"], "'source.monitor-interval' = '20 ms', 'source.split-size' = '16 kb'")
            .Replace("'sink.rolling-policy.file-size'", "'sink.rolling-policy.rollover-interval' = '100 ms', 'sink.rolling-policy.file-size'", StringComparison.Ordinal));
        for (var kill = 0; kill < kills; kill++)
            await KillOnceAsync(readings, kill, files);
        for (var file = kills * FilesPerKill; file < files; file++)
            Feed(readings, file, files);
        // Closes the windows of all other readings; its own stays open and is not among the expected ones.
        Put("readings-zzzz.json", $"{{\"id\":-1,\"k\":\"end\",\"v\":700,\"ts\":\"2030-01-01 00:00:00\"}}\n");
        await FinishAsync(job, readings);
    }

    // Every second kill comes after something new is durable, so that the job gets on; the others come at any time, the start included.
    async Task KillOnceAsync(CrashReadings readings, int kill, int files)
    {
        using var program = Start();
        var newest = _work.NewestCheckpoint();
        Feed(readings, kill * FilesPerKill, files);
        if (kill % 2 == 0)
            await program.UntilAsync(() => _work.NewestCheckpoint() > newest, "it took a checkpoint");
        var feedAt = Enumerable.Range(0, FilesPerKill).Select(_ => _random.Next(40)).Order().ToList();
        var killAt = 1 + _random.Next(kill % 2 == 0 ? 40 : 120);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var fed = 1;
        for (var now = 0; now < killAt; now++)
        {
            for (; fed < FilesPerKill && feedAt[fed] <= now; fed++)
                Feed(readings, (kill * FilesPerKill) + fed, files);
            await tick.WaitForNextTickAsync();
        }
        Assert.False(program.HasExited, $"the program ended by itself before kill {kill}:\n{program.Error}");
        program.KillNow();
        (await program.EndAsync()).Exits(ProgramResult.Killed);
        for (; fed < FilesPerKill; fed++)
            Feed(readings, (kill * FilesPerKill) + fed, files);
    }

    async Task FinishAsync(CrashJob job, CrashReadings readings)
    {
        using var program = Start();
        var windows = readings.Whole.Where(reading => reading.Value >= 100).Select(reading => (reading.Key, reading.Id / 1000)).Distinct().Count();
        var kept = readings.Whole.Count(reading => reading.Value < 500);
        var rejected = readings.Malformed.Count();
        await program.UntilAsync(
            () => Lines("windows") >= windows && Lines("kept") >= kept && Lines("rejected") >= rejected,
            $"it had delivered {windows} windows, {kept} kept rows and {rejected} dead letters",
            // What is to be found again grows with the kills.
            TimeSpan.FromMinutes(SqlStreamProgram.IsLong ? 10 : 1));
        program.Signal(SigTerm);
        (await program.EndAsync()).Exits(0).Says("stopping with a final checkpoint", "stopped at checkpoint");
        job.Check(_work, readings);
    }

    // A file may be given its final name between listing and reading.
    int Lines(string directory)
    {
        try
        {
            return _work.Lines(directory).Count;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    RunningProgram Start() => RunningProgram.Start(
        "run", _work["job.sql"], "--data", _work["data"],
        "--parallelism", (1 + _random.Next(4)).ToString(CultureInfo.InvariantCulture),
        "--set", "execution.checkpointing.interval=20 ms");

    void Feed(CrashReadings readings, int file, int files) => Put(CrashReadings.Name(file), readings.Text(file, files));

    // A watched directory must get whole files.
    void Put(string name, string content) => File.Move(_work.Write("." + name, content), Path.Combine(_work["input"], name));
}
