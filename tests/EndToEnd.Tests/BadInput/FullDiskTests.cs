using SqlStream.EndToEnd.Tests.Crash;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.BadInput;

/// <summary>A file system without room, under the data directory or under the output: said clearly, and over as soon as there is room.</summary>
public sealed class FullDiskTests : IDisposable
{
    const int SigTerm = 15;
    const int Files = 4;

    readonly WorkDirectory _work = new();
    readonly CrashReadings _readings = new(8_000);

    public void Dispose() => _work.Dispose();

    [FactIfMount]
    public async Task A_full_data_directory_holds_back_checkpoints_and_output_and_loses_nothing()
    {
        using var disk = new SmallDisk(16);
        await CheckAsync(disk, Path.Combine(disk.Path, "data"), _work["copies"], "no space left");
    }

    [FactIfMount]
    public async Task A_full_output_directory_holds_back_the_output_and_loses_nothing()
    {
        using var disk = new SmallDisk(16);
        await CheckAsync(disk, _work["data"], Path.Combine(disk.Path, "copies"), $"output of \"copies\" waits: no space left to write \"{disk.Path}/copies/");
    }

    async Task CheckAsync(SmallDisk disk, string data, string output, string complaint)
    {
        Directory.CreateDirectory(_work["input"]);
        _work.Write("job.sql", $$"""
            SET 'execution.checkpointing.interval' = '20 ms';
            SET 'restart-strategy.exponential-delay.initial-backoff' = '50 ms';
            SET 'restart-strategy.exponential-delay.max-backoff' = '200 ms';
            CREATE TABLE readings (id BIGINT, k STRING, v BIGINT)
            WITH ('connector' = 'filesystem', 'path' = '{{_work["input"]}}', 'format' = 'json', 'source.monitor-interval' = '20 ms', 'bad-data' = 'skip');
            CREATE TABLE copies (id BIGINT, n BIGINT)
            WITH ('connector' = 'filesystem', 'path' = '{{output}}', 'format' = 'changelog-json', 'sink.rolling-policy.rollover-interval' = '50 ms');
            INSERT INTO copies SELECT id, COUNT(*) FROM readings GROUP BY id;
            """);
        using var program = RunningProgram.Start("run", _work["job.sql"], "--data", data, "--parallelism", "2");
        Put(0);
        await program.UntilAsync(() => Count(output) == Expected(1).Count(), "the first file was delivered");
        var foreign = disk.Fill();
        Put(1);
        Put(2);
        await program.UntilItSaysAsync(complaint);
        Assert.Equal(Expected(1).Count(), Count(output));
        File.Delete(foreign);
        Put(3);
        await program.UntilAsync(() => Count(output) >= Expected(Files).Count(), "everything was delivered");
        program.Signal(SigTerm);
        (await program.EndAsync()).Exits(0);
        Assert.Equal(Expected(Files).Order(StringComparer.Ordinal), Lines(output).Order(StringComparer.Ordinal));
    }

    IEnumerable<string> Expected(int files) => _readings.Whole
        .Where(reading => reading.Id < 8_000 / Files * files)
        .Select(reading => $"{{\"op\":\"+I\",\"data\":{{\"id\":{reading.Id},\"n\":1}}}}");

    static IReadOnlyList<string> Lines(string output) => !Directory.Exists(output)
        ? []
        : [.. Directory.EnumerateFiles(output).Where(path => Path.GetFileName(path)[0] != '.').SelectMany(File.ReadLines)];

    static int Count(string output) => Lines(output).Count;

    void Put(int file) => File.Move(_work.Write("next", _readings.Text(file, Files)), Path.Combine(_work["input"], CrashReadings.Name(file)));
}
