using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.State.Checkpoints;
using SqlStream.Testing;
using SqlStream.Testing.Simulation;

namespace SqlStream.Execution.Tests.Jobs;

/// <summary>A filter job over ten rows, on one thread under a virtual clock, whose outside fails as a test wants.</summary>
sealed class JobRig : IDisposable
{
    const string Script = """
        CREATE TABLE events (id BIGINT) WITH ('connector' = 'sim');
        CREATE TABLE plain (id BIGINT) WITH ('connector' = 'sim');
        INSERT INTO plain SELECT id FROM events;
        """;

    readonly TemporaryDirectory _directory = new();
    readonly Random _random = new(1);

    public JobRig(RestartStrategy restart, TimeSpan? foundAt = null, Func<IFileStore, IFileStore>? wrap = null, RestorePoint? restore = null, SimFileStore? disk = null,
        Func<JobOptions, JobOptions>? configure = null, IReadOnlyList<SimSplit>? splits = null)
    {
        Clock = new SimClock();
        Scheduler = new SimScheduler(_random, Clock) { TimePercent = 0, YieldPercent = 0 };
        Faults = new SimFaults(_random);
        Disk = disk ?? new SimFileStore(1);
        var split = new SimSplit(foundAt ?? TimeSpan.Zero, [.. Enumerable.Range(0, 10).Select(i => (RowKind.Insert, new object?[] { (long)i }))]);
        var never = new SimSplit(TimeSpan.MaxValue, []);
        var tables = new Dictionary<string, SimTable> { ["events"] = new(splits ?? (foundAt is null ? [split] : [split, never])) };
        var connector = new SimConnector(tables, new Dictionary<string, SimTarget> { ["plain"] = Target }, _random, Scheduler, Clock, Faults);
        var session = new SessionContext(TimeZoneInfo.Utc, Clock, new Random(1));
        var files = new SimProcessFiles(Disk, Scheduler, Clock, Faults, TimeSpan.FromMinutes(1));
        Store = new CheckpointStore(wrap is null ? files : wrap(files), "job", Clock);
        var options = new JobOptions
        {
            JobId = "00000000000000000000000000000001",
            Name = "filter",
            StateBackend = "memory",
            Restart = restart,
            WorkingDirectory = _directory.Path,
            CheckpointTimeout = TimeSpan.FromSeconds(30),
        };
        var services = new JobServices
        {
            Scheduler = Scheduler,
            Edge = Scheduler,
            StateWriters = Scheduler,
            Clock = Clock,
            Pool = new ColumnPool(poison: true),
            Session = session,
            Guards = true,
        };
        Job = new Job(TestPlanner.Plan(Script, connector, session), configure?.Invoke(options) ?? options, services, Store, restore, 1);
        Job.Notice += Notices.Add;
    }

    public SimClock Clock { get; }

    public SimScheduler Scheduler { get; }

    public SimFaults Faults { get; }

    public SimFileStore Disk { get; }

    public SimTarget Target { get; } = new("plain");

    public CheckpointStore Store { get; }

    public Job Job { get; }

    public List<string> Notices { get; } = [];

    /// <summary>Pauses that the job announced before restarts.</summary>
    public IEnumerable<string> Pauses =>
        Notices.Where(notice => notice.StartsWith("restarting in ", StringComparison.Ordinal)).Select(notice => notice["restarting in ".Length..notice.IndexOf(':', StringComparison.Ordinal)]);

    public static IReadOnlyList<string> AllRows => [.. Enumerable.Range(0, 10).Select(i => $"+ {i}")];

    public void RunUntil(Func<bool> condition)
    {
        for (var steps = 0; !condition(); steps++)
        {
            Assert.True(Scheduler.Step(), "nothing is left to do");
            Assert.True(steps < 100_000, "no end in sight: " + Scheduler.Waiting);
        }
    }

    /// <summary>Lets time pass.</summary>
    public void RunFor(TimeSpan time)
    {
        var end = Clock.Now + time;
        RunUntil(() => Clock.Now >= end);
    }

    public void RunToEnd() => RunUntil(() => Job.Status is not (JobStatus.Created or JobStatus.Running or JobStatus.Restarting));

    public void Dispose() => _directory.Dispose();
}
