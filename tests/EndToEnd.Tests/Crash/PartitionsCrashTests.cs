using System.Text.Json;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Crash;

/// <summary>A projection that lets each row be traced, into more partitions than there are files open at once.</summary>
sealed record PartitionsJob() : CrashJob("partitions")
{
    public override string Script(string directory, string input, string source) => Readings(directory, input, source) + $$"""
        CREATE TABLE kept (id BIGINT, k STRING) PARTITIONED BY (k)
        WITH ('connector' = 'filesystem', 'path' = '{{directory}}/kept', 'format' = 'json', 'sink.rolling-policy.file-size' = '1 kb',
              'sink.partition-commit.policy.kind' = 'success-file');
        INSERT INTO kept SELECT id, k FROM readings WHERE v < 500;
        """;

    public override void Check(ICrashOutput output, CrashReadings readings)
    {
        var work = (WorkDirectory)output;
        CheckRejected(output, readings);
        var expected = readings.Whole.Where(reading => reading.Value < 500).Select(reading => (reading.Id, reading.Key)).ToList();
        ShouldBeOnce("kept rows", expected, work.VisibleFiles("kept").SelectMany(Rows));
        Assert.All(
            expected.Select(row => row.Key).Distinct(),
            key => Assert.True(File.Exists(work[$"kept/k={key}/_SUCCESS"]), $"partition {key} was not declared complete"));
    }

    static IEnumerable<(int Id, string Key)> Rows(string file) => File.ReadLines(file).Select(line =>
    {
        using var row = JsonDocument.Parse(line);
        return (row.RootElement.GetProperty("id").GetInt32(), Path.GetFileName(Path.GetDirectoryName(file))![2..]);
    });
}

/// <summary>Several files in progress at once, ended by SIGKILL.</summary>
public sealed class PartitionsCrashTests(CrashInput input) : IClassFixture<CrashInput>
{
    public static TheoryData<string> Cases =>
    [
        "file.appended:2", "file.synced:3, then file.cut:1", "file.synced:4, then file.cut:30, then file.recovered:1", "file.marker-written:2",
        "file.renamed:7, then file.renamed:1", "file.succeeded:1", "file.succeeded:40, then file.succeeded:3", "file.roll-written:1, then file.renamed:20",
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Rows_come_exactly_once_into_their_partitions_across(string crashes)
    {
        using var run = new CrashRun(new PartitionsJob(), input.Readings, input.Path);
        await run.CheckAsync(new CrashCase("rocksdb", [.. crashes.Split(", then ").Select(Parse)]));
    }

    static Crash Parse(string crash)
    {
        var parts = crash.Split(':');
        return new Crash(parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), IsCertain: false);
    }
}
