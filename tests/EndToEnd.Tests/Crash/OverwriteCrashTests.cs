using System.Text.Json;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Crash;

/// <summary>INSERT OVERWRITE of a table from itself, ended by SIGKILL: the old rows or the new ones are there after each crash, and the new ones,
/// once, when the script has been run again.</summary>
public sealed class OverwriteCrashTests : IDisposable
{
    const int Rows = 3000;
    const int Added = 1_000_000;

    readonly WorkDirectory _work = new();

    public static TheoryData<string> Crashes =>
    [
        "file.appended:1", "file.marker-written:1", "checkpoint.published:2", "ship.before-finish:1", "file.roll-written:1", "file.renamed:1",
        "file.renamed:3", "file.succeeded:1", "file.removed:1", "run.recorded:2",
        "file.removed:1, then file.removed:1", "file.roll-written:1, then file.renamed:2", "ship.before-finish:1, then recover.finished:1",
        "file.renamed:1, then file.recovered:1, then file.removed:1",
    ];

    public void Dispose() => _work.Dispose();

    [Theory]
    [MemberData(nameof(Crashes))]
    public async Task Old_or_new_rows_are_there_after(string crashes)
    {
        Fill();
        foreach (var crash in crashes.Split(", then "))
        {
            var result = await RunningProgram.RunAsync(Start(crash));
            // How often a point is passed depends on time: the run may have come to its end.
            if (result.ExitCode != 0)
                result.Exits(ProgramResult.Killed);
            var (old, @new) = (Ids().Where(id => id < Added).ToList(), Ids().Where(id => id >= Added).ToList());
            Assert.True(old.Count == Rows || @new.Count == Rows, $"{old.Count} old and {@new.Count} new rows after {crash}");
            Assert.Equal(Ids().Count, Ids().Distinct().Count());
        }

        (await RunningProgram.RunAsync(Start(null))).Exits(0);

        Assert.Equal(Enumerable.Range(Added, Rows), Ids().Order());
        Assert.All(Enumerable.Range(0, 3), part => Assert.True(File.Exists(_work[$"t/part={part}/_SUCCESS"])));
    }

    void Fill()
    {
        for (var file = 0; file < 6; file++)
        {
            // Two spellings of the same partitions.
            var directory = file < 3 ? $"part={file}" : $"part=0{file - 3}";
            _work.Write($"t/{directory}/old-{file}.json", string.Concat(Enumerable.Range(0, Rows).Where(id => id % 6 == file).Select(id => $"{{\"id\":{id}}}\n")));
        }
        _work.Write("job.sql", $"""
            CREATE TABLE t (id BIGINT, part INT) PARTITIONED BY (part) WITH ('connector' = 'filesystem', 'path' = '{_work["t"]}', 'format' = 'json',
                'source.split-size' = '1 kb', 'sink.rolling-policy.file-size' = '2 kb', 'sink.partition-commit.policy.kind' = 'success-file');
            INSERT OVERWRITE t SELECT id + {Added}, part FROM t;
            """);
    }

    List<int> Ids() =>
        [.. _work.VisibleFiles("t").SelectMany(File.ReadLines).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetInt32())];

    ProgramStart Start(string? crash) => new()
    {
        Arguments =
        [
            "run", _work["job.sql"], "--data", _work["data"], "--parallelism", "2", "--set", "execution.checkpointing.interval=10 ms",
        ],
        Environment = crash is null ? new Dictionary<string, string>() : new() { ["SQLSTREAM_CRASH"] = crash },
    };
}
