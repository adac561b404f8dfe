using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Execution;
using SqlStream.State;
using SqlStream.State.Checkpoints;
using SqlStream.Testing;
using SqlStream.Testing.Simulation;

namespace SqlStream.Simulation.Tests;

/// <summary>One life of the process that runs the job: everything in it is gone when it dies.</summary>
sealed class SimProcess : IDisposable
{
    readonly TemporaryDirectory _directory = new();
    readonly List<string> _notices = [];

    public SimProcess(SimRun run, Random random, SimClock clock, int life)
    {
        Clock = clock;
        Scheduler = new SimScheduler(random, clock)
        {
            ActorWeight = 1 + random.Next(8),
            TimePercent = 1 + random.Next(12),
            YieldPercent = random.Next(60),
        };
        var slowness = TimeSpan.FromMilliseconds(random.Next(20_000));
        Files = new SimProcessFiles(run.Disk, Scheduler, clock, run.Faults, slowness);
        Store = new CheckpointStore(Files, "job", clock);
        Pool = new ColumnPool(poison: true);
        var session = new SessionContext(TimeZoneInfo.Utc, clock, new Random(1));
        var connector = new SimConnector(run.Workload.Tables, run.Targets, random, Scheduler, clock, run.Faults);
        Options = new JobOptions
        {
            JobId = "5150000000000000000000000000abcd",
            Name = "simulation",
            Parallelism = 1 + random.Next(Math.Min(4, run.MaxParallelism)),
            MaxParallelism = run.MaxParallelism,
            BatchRows = Pick(random, 1, 3, 20, 100),
            ChannelCapacity = Pick(random, 1, 2, 8),
            CheckpointInterval = TimeSpan.FromMilliseconds(Pick(random, 20, 200, 1000, 3000)),
            CheckpointMinPause = TimeSpan.FromMilliseconds(Pick(random, 0, 0, 500)),
            CheckpointTimeout = TimeSpan.FromMilliseconds(Pick(random, 2000, 10_000, 60_000)),
            CheckpointsRetained = 1 + random.Next(3),
            StateBackend = "memory",
            MemoryBudgetBytes = Pick(random, 100_000, 64 << 20),
            WorkingDirectory = _directory.Path,
        };
        var services = new JobServices
        {
            Scheduler = Scheduler,
            Edge = Scheduler,
            StateWriters = Scheduler,
            Clock = clock,
            Pool = Pool,
            Session = session,
            Guards = true,
            OpenState = (name, options, restore, cancellation) =>
                new SimBackend(StateBackends.Open(name, options, restore, cancellation), Scheduler, run.Faults),
        };
        Restore = run.ChooseRestore(Store, random);
        Job = new Job(TestPlanner.Plan(run.Query.Script, connector, session), Options, services, Store, Restore, life);
        Job.Notice += _notices.Add;
    }

    public SimClock Clock { get; }

    public SimScheduler Scheduler { get; }

    public SimProcessFiles Files { get; }

    public CheckpointStore Store { get; }

    public ColumnPool Pool { get; }

    public JobOptions Options { get; }

    public RestorePoint? Restore { get; }

    public Job Job { get; }

    public bool IsOver => Job.Status is JobStatus.Finished or JobStatus.Failed or JobStatus.Canceled or JobStatus.Suspended;

    public string Describe() =>
        $"{Job.Status} after {Scheduler.Steps} steps at {Clock.Now}, from epoch {Restore?.Manifest.Epoch ?? 0}, parallelism {Options.Parallelism}, batches of {Options.BatchRows}, " +
        $"capacity {Options.ChannelCapacity}, interval {Options.CheckpointInterval.TotalMilliseconds} ms, {Job.Checkpoints.Count} checkpoints, {Job.Restarts} restarts, {Job.Reason ?? "no trouble"}; " +
        $"last notices [{string.Join(" | ", _notices.TakeLast(3))}]";

    // What a dead process leaves in its working directory belongs to nobody.
    public void Dispose() => _directory.Dispose();

    static int Pick(Random random, params int[] values) => values[random.Next(values.Length)];
}
