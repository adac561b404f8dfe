using System.Globalization;
using SqlStream.EndToEnd.Tests.Crash;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Kafka;

/// <summary>A broker with the readings.</summary>
public sealed class KafkaInput : IDisposable
{
    internal const string Topic = "readings";

    int _next;

    public KafkaInput()
    {
        Broker.CreateTopicAsync(Topic, KafkaReadings.Partitions).GetAwaiter().GetResult();
        using var producer = Broker.Producer();
        KafkaReadings.Produce(producer, Topic, Readings.All);
    }

    internal BrokerProgram Broker { get; } = new();

    internal CrashReadings Readings { get; } = new(12_000);

    // Each case has topics of its own; sinks of different jobs share the commit topic.
    internal string Suffix() => "-" + Interlocked.Increment(ref _next).ToString(CultureInfo.InvariantCulture);

    public void Dispose() => Broker.Dispose();
}

/// <summary>SIGKILL at every step of a delivery to Kafka, then again during the recovery: every row arrives once.</summary>
/// <remarks>In several classes, because such jobs mostly wait: tests of one class run one after the other.</remarks>
public abstract class KafkaCrashTests(KafkaInput input)
{
    const int Parts = 3;

    static readonly string[] _points =
    [
        "lease.taken", "recover.opening", "recover.opened", "epoch.all-sealed", "checkpoint.files-verified", "checkpoint.published", "ship.fenced", "ship.marker-read", "ship.before",
        "kafka.begun", "kafka.sent", "kafka.marked", "kafka.committed", "ship.delivered", "ship.noted",
    ];

    private protected static TheoryData<string> CasesOf(int part)
    {
        var cases = new TheoryData<string>();
        for (var i = part; i < _points.Length; i += Parts)
        {
            // In a short run each point once, at its first hit or later, alone or with another crash in the recovery.
            foreach (var later in SqlStreamProgram.IsLong ? new[] { false, true } : [i % 2 == 0])
            {
                foreach (var again in SqlStreamProgram.IsLong ? new[] { false, true } : [i % 4 == 0])
                {
                    var first = $"{_points[i]}:{(later ? 4 : 1)}";
                    cases.Add(again ? $"{first}, then {_points[(i * 5 + 3) % _points.Length]}:1" : first);
                }
            }
        }
        return cases;
    }

    private protected async Task CheckAsync(string crashes)
    {
        using var work = new WorkDirectory();
        var suffix = input.Suffix();
        var job = new KafkaJob(input.Broker, suffix);
        // Small fetches make the job slow enough for several epochs.
        work.Write("job.sql", job.Script(work.Path, KafkaInput.Topic,
            "'scan.bounded.mode' = 'latest-offset', 'properties.fetch.message.max.bytes' = '2000', 'properties.queued.max.messages.kbytes' = '4'"));
        foreach (var crash in crashes.Split(", then "))
        {
            var result = await RunningProgram.RunAsync(Start(work, crash));
            if (result.ExitCode != 0)
                result.Exits(ProgramResult.Killed);
        }
        (await RunningProgram.RunAsync(Start(work, null))).Exits(0);
        job.Check(new KafkaOutput(input.Broker, suffix), input.Readings);
    }

    static ProgramStart Start(WorkDirectory work, string? crash) => new()
    {
        Arguments = ["run", work["job.sql"], "--data", work["data"], "--parallelism", "2", "--set", "execution.checkpointing.interval=20 ms"],
        Environment = crash is null ? new Dictionary<string, string>() : new() { ["SQLSTREAM_CRASH"] = crash },
    };
}

public sealed class FirstKafkaCrashTests(KafkaInput input) : KafkaCrashTests(input), IClassFixture<KafkaInput>
{
    public static TheoryData<string> Cases => CasesOf(0);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Records_arrive_exactly_once_across(string crashes) => CheckAsync(crashes);
}

public sealed class SecondKafkaCrashTests(KafkaInput input) : KafkaCrashTests(input), IClassFixture<KafkaInput>
{
    public static TheoryData<string> Cases => CasesOf(1);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Records_arrive_exactly_once_across(string crashes) => CheckAsync(crashes);
}

public sealed class ThirdKafkaCrashTests(KafkaInput input) : KafkaCrashTests(input), IClassFixture<KafkaInput>
{
    public static TheoryData<string> Cases => CasesOf(2);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Records_arrive_exactly_once_across(string crashes) => CheckAsync(crashes);
}
