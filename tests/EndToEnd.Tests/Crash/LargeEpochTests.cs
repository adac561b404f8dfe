using System.Text.Json;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Crash;

/// <summary>Output of an epoch that is too large for memory is in the checkpoint like any other.</summary>
public sealed class LargeEpochTests(CrashInput input) : IClassFixture<CrashInput>
{
    [Theory]
    [InlineData("ship.before:1")]
    [InlineData("checkpoint.published:1")]
    public async Task A_large_epoch_is_delivered_after_a_crash(string crash)
    {
        using var work = new WorkDirectory();
        // One epoch of about 30 MB: the log of a subtask keeps 8 MB in memory.
        work.Write("job.sql", $"""
            CREATE TABLE readings (id BIGINT, k STRING) WITH ('connector' = 'filesystem', 'path' = '{input.Path}', 'format' = 'json', 'bad-data' = 'skip');
            CREATE TABLE copies (id BIGINT, text STRING) WITH ('connector' = 'filesystem', 'path' = '{work["copies"]}', 'format' = 'json');
            INSERT INTO copies SELECT id, REPEAT(k, 250) FROM readings;
            """);
        (await RunningProgram.RunAsync(Start(work, crash))).Exits(ProgramResult.Killed);
        Assert.Empty(work.Lines("copies"));
        (await RunningProgram.RunAsync(Start(work, null))).Exits(0);
        Assert.Equal(input.Readings.Whole.Select(reading => (long)reading.Id), work.Lines("copies").Select(Id).Order());
    }

    static long Id(string line)
    {
        using var row = JsonDocument.Parse(line);
        return row.RootElement.GetProperty("id").GetInt64();
    }

    static ProgramStart Start(WorkDirectory work, string? crash) => new()
    {
        Arguments = ["run", work["job.sql"], "--data", work["data"], "--parallelism", "1", "--set", "execution.checkpointing.interval=1 h"],
        Environment = crash is null ? new Dictionary<string, string>() : new() { ["SQLSTREAM_CRASH"] = crash },
    };
}
