using System.Text.RegularExpressions;
using SqlStream.EndToEnd.Tests.Rig;
using SqlStream.State;

namespace SqlStream.EndToEnd.Tests.Crash;

public sealed partial class CrashPointTests(CrashInput input) : IClassFixture<CrashInput>
{
    /// <summary>Points of protocols that other tests crash: savepoints, success files, INSERT OVERWRITE, Kafka, PostgreSQL, a server.</summary>
    static readonly string[] _elsewhere =
    [
        "savepoint.copied", "savepoint.exported", "file.succeeded", "file.removed", "kafka.begun", "kafka.committed", "kafka.marked", "kafka.sent",
        "job.before-record", "job.recorded", "postgres.begun", "postgres.committed", "postgres.copied", "postgres.marked", "postgres.written",
    ];

    /// <summary>Failures that a job gets over by itself, at a first and at a later hit.</summary>
    public static TheoryData<string> Failures =>
    [
        "recover.opened:1", "epoch.all-sealed:3", "state.sst-written:4", "epoch.committed:2", "checkpoint.before-manifest:2", "checkpoint.noted:2",
        "ship.fenced:1", "ship.before:3", "ship.noted:2", "file.synced:3", "file.marker-written:2", "file.renamed:2", "ship.before-finish:1",
    ];

    [Fact]
    public void Every_crash_point_of_the_sources_is_crashed()
    {
        var constants = typeof(CrashPoints).GetFields().Where(field => field.IsLiteral).ToDictionary(field => field.Name, field => (string)field.GetRawConstantValue()!);
        var points = Directory.EnumerateFiles(Path.Combine(SqlStreamProgram.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => HitCall().Matches(File.ReadAllText(file)))
            .Select(call => call.Groups["text"].Success ? call.Groups["text"].Value : constants[call.Groups["constant"].Value])
            .ToHashSet();
        Assert.Equal(points.Order(StringComparer.Ordinal), CrashCases.Points.Concat(_elsewhere).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_job_gets_over_a_failure_at(string point)
    {
        using var run = new CrashRun(new WindowsJob(), input.Readings, input.Path);
        await run.CheckRestartAsync("rocksdb", point);
    }

    [GeneratedRegex("""CrashPoint\.Hit\(("(?<text>[^"]+)"|CrashPoints\.(?<constant>\w+))\)""")]
    private static partial Regex HitCall();
}
