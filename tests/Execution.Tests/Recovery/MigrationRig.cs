using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Execution.Recovery;
using SqlStream.Planner.Physical;
using SqlStream.State.Checkpoints;
using SqlStream.Testing;
using SqlStream.Testing.Simulation;

namespace SqlStream.Execution.Tests.Recovery;

/// <summary>A job in several parts: each reads some rows, stops with a checkpoint, and the next goes on from it with another script.</summary>
/// <remarks>Tables: <c>events</c>, which the parts read on, and the sinks <c>out</c> and <c>other</c>.</remarks>
sealed class MigrationRig(string backend) : IDisposable
{
    readonly TemporaryDirectory _directory = new();
    readonly SimFileStore _disk = new(1);
    readonly List<SimSplit> _splits = [];
    readonly Dictionary<string, SimTarget> _targets = new() { ["out"] = new("out"), ["other"] = new("other") };
    int _part;

    /// <summary>The manifest of the last checkpoint.</summary>
    public CheckpointManifest Manifest => new CheckpointStore(_disk, "job").Latest()!.Manifest!;

    /// <summary>What would become of the last checkpoint's state.</summary>
    public RestorePlan Look(string script) => RestorePlan.Of(Plan(script), Manifest);

    /// <summary>Runs a part and gives what it delivered to a sink.</summary>
    public IReadOnlyList<string> Run(string script, IEnumerable<object?[]> rows, StopKind stop = StopKind.Stop, string sink = "out", int parallelism = 1)
    {
        _splits.Add(new SimSplit(TimeSpan.Zero, [.. rows.Select(row => (RowKind.Insert, row))]));
        var before = _targets[sink].Rows.Count;
        var world = new World(this, [.. _splits, new SimSplit(TimeSpan.MaxValue, [])]);
        var store = new CheckpointStore(_disk, "job", world.Clock);
        var restore = store.Latest() is { } latest ? new RestorePoint(store.Folder, latest.Manifest!, IsSavepoint: false) : null;
        var options = new JobOptions
        {
            JobId = "00000000000000000000000000000001",
            Name = "job",
            StateBackend = backend,
            Parallelism = parallelism,
            MaxParallelism = 4,
            Restart = new RestartStrategy { Kind = RestartKind.None },
            WorkingDirectory = Path.Combine(_directory.Path, $"part{++_part}"),
        };
        var services = new JobServices
        {
            Scheduler = world.Scheduler,
            Edge = world.Scheduler,
            StateWriters = world.Scheduler,
            Clock = world.Clock,
            Pool = new ColumnPool(poison: true),
            Session = world.Session,
            Guards = true,
        };
        using var job = new Job(world.Plan(script), options, services, store, restore, _part);
        job.Start();
        world.RunUntil(job, () => job.Progress().RowsIn == _splits[^1].Rows.Count);
        _ = job.StopAsync(stop, null);
        world.RunUntil(job, () => job.Completion.IsCompleted);
        Assert.Equal((null, stop == StopKind.Stop ? JobStatus.Suspended : JobStatus.Finished), (job.Error, job.Status));
        return [.. _targets[sink].Rows.Skip(before)];
    }

    public void Dispose() => _directory.Dispose();

    PhysicalPlan Plan(string script) => new World(this, []).Plan(script);

    sealed class World
    {
        readonly SimConnector _connector;

        public World(MigrationRig rig, IReadOnlyList<SimSplit> splits)
        {
            var random = new Random(1);
            Clock = new SimClock();
            Scheduler = new SimScheduler(random, Clock) { TimePercent = 0, YieldPercent = 0 };
            Session = new SessionContext(TimeZoneInfo.Utc, Clock, random);
            var tables = new Dictionary<string, SimTable> { ["events"] = new(splits) };
            _connector = new SimConnector(tables, rig._targets, random, Scheduler, Clock, new SimFaults(random));
        }

        public SimClock Clock { get; }

        public SimScheduler Scheduler { get; }

        public SessionContext Session { get; }

        public PhysicalPlan Plan(string script) => TestPlanner.Plan(script, _connector, Session);

        public void RunUntil(Job job, Func<bool> condition)
        {
            for (var steps = 0; !condition(); steps++)
            {
                Assert.True(Scheduler.Step(), "nothing is left to do");
                Assert.True(job.Error is null, job.Error?.ToString());
                Assert.True(steps < 100_000, "no end in sight: " + Scheduler.Waiting);
            }
        }
    }
}
