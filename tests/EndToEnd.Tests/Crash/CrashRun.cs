using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Crash;

/// <summary>Runs a job through crashes to its end and checks what it delivered.</summary>
sealed class CrashRun(CrashJob job, CrashReadings readings, string input) : IDisposable
{
    readonly WorkDirectory _work = new();

    public void Dispose() => _work.Dispose();

    public async Task CheckAsync(CrashCase crashes)
    {
        WriteScript();
        foreach (var crash in crashes.Crashes)
        {
            var result = await RunningProgram.RunAsync(Start(crashes.Backend, crash.ToString()));
            if (result.ExitCode == 0 && !crash.IsCertain)
                continue;
            Assert.Equal("", result.Exits(ProgramResult.Killed).Output);
        }
        await FinishAsync(crashes.Backend);
    }

    /// <summary>One run with a failure that the job must get over by itself.</summary>
    public async Task CheckRestartAsync(string backend, string point)
    {
        WriteScript();
        var result = await RunningProgram.RunAsync(Start(backend, point + ":throw"));
        result.Exits(0).Says($"crash point {point.Split(':')[0]}");
        job.Check(_work, readings);
    }

    async Task FinishAsync(string backend)
    {
        var end = await RunningProgram.RunAsync(Start(backend, null));
        end.Exits(0);
        job.Check(_work, readings);
    }

    void WriteScript() =>
        _work.Write("job.sql", job.Script(_work.Path, input, "'source.split-size' = '4 kb', 'scan.split-order' = 'time'"));

    ProgramStart Start(string backend, string? crash) => new()
    {
        Arguments =
        [
            "run", _work["job.sql"], "--data", _work["data"], "--parallelism", "2",
            "--set", "execution.checkpointing.interval=20 ms",
            "--set", "execution.checkpointing.num-retained=1",
            "--set", "restart-strategy.exponential-delay.initial-backoff=20 ms",
            "--set", $"state.backend.type={backend}",
        ],
        Environment = crash is null ? new Dictionary<string, string>() : new() { ["SQLSTREAM_CRASH"] = crash },
    };
}
