using SqlStream.Core.Diagnostics;
using SqlStream.Execution;
using SqlStream.Goldens;
using SqlStream.State.Checkpoints;
using SqlStream.Testing;
using SqlStream.Testing.Simulation;

namespace SqlStream.Simulation.Tests;

/// <summary>A job from its first row to its last, on one thread, with all faults and orders of events drawn from a seed; then
/// the comparison with what it must have given.</summary>
sealed class SimRun
{
    const int StepsMax = 300_000;
    static readonly TimeSpan _timeMax = TimeSpan.FromHours(2);

    readonly int _seed;
    readonly Random _random;
    readonly List<string> _lives = [];
    readonly Dictionary<string, List<string>> _expected = [];
    bool _isRewound;
    bool _mustStop;
    bool _stopWanted;

    public SimRun(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        Query = SimQuery.All[seed % SimQuery.All.Count];
        MaxParallelism = new[] { 4, 7, 16, 128 }[_random.Next(4)];
        Disk = new SimFileStore(seed);
        Workload = new SimWorkload(seed, new SimClock().Now);
        Faults = DrawFaults();
        foreach (var (sink, rows) in Query.Expected(Workload.AllEvents, Workload.AllChanges))
        {
            _expected.Add(sink, [.. rows.Order(StringComparer.Ordinal)]);
            Targets.Add(sink, new SimTarget(sink));
        }
    }

    public SimQuery Query { get; }

    public int MaxParallelism { get; }

    public SimFileStore Disk { get; }

    public SimWorkload Workload { get; }

    public SimFaults Faults { get; }

    public Dictionary<string, SimTarget> Targets { get; } = [];

    /// <summary>What each life of the process came to, a line each.</summary>
    public IReadOnlyList<string> Lives => _lives;

    /// <summary>Runs to the end; <see cref="SimulationFailure"/> if anything is not as it must be.</summary>
    public void Run()
    {
        try
        {
            Live();
            Compare();
        }
        catch (SimulationFailure e)
        {
            throw new SimulationFailure(
                $"seed {_seed} (run it alone with SQLSTREAM_SEED={_seed}), query '{Query}': {e.Message}\n  " +
                $"{string.Join("\n  ", _lives)}\n  faults: {string.Join(", ", Faults.Happened)}", e.InnerException);
        }
    }

    /// <summary>The newest checkpoint; now and then, as the run's last trial, an older one or none, which only a sink that is not
    /// ahead of it may accept.</summary>
    public RestorePoint? ChooseRestore(CheckpointStore store, Random random)
    {
        var latest = store.Latest();
        if (latest is { IsValid: false })
            throw new SimulationFailure($"checkpoint {latest.CheckpointId} is broken after a crash: {latest.Problem}");
        if (_isRewound)
        {
            var older = store.List().Where(info => info.CheckpointId != latest?.CheckpointId).ToList();
            var choice = random.Next(older.Count + 1);
            latest = choice == older.Count ? null : older[choice];
            _mustStop = Targets.Values.Any(target => (target.Marker?.Epoch.Value ?? 0) > (latest?.Manifest!.Epoch ?? 0));
        }
        return latest is null ? null : new RestorePoint(store.Folder, latest.Manifest!, IsSavepoint: false);
    }

    SimFaults DrawFaults()
    {
        var faults = new SimFaults(_random);
        // Each run has its own kinds of trouble, so that one kind does not hide the others.
        foreach (var (kind, permille) in _kinds)
        {
            if (_random.Next(3) == 0)
                faults.With(kind, permille);
        }
        return faults;
    }

    static readonly (string Kind, int Permille)[] _kinds =
    [
        ("store.write", 60), ("store.publish-unsure", 60), ("store.list", 20), ("store.slow", 60), ("backend.prepare", 20), ("backend.commit", 40),
        ("source.read", 10), ("source.find", 30), ("sink.fence", 300), ("sink.marker", 300), ("sink.before", 200), ("sink.after", 200), ("sink.part", 300),
    ];

    void Live()
    {
        var crashes = _random.Next(5);
        var clock = new SimClock();
        for (var life = 1; ; life++)
        {
            var isLast = life > crashes;
            _isRewound = isLast && life > 1 && _random.Next(2) == 0;
            _stopWanted = false;
            Faults.Left = 0;
            using var process = new SimProcess(this, _random, clock, life);
            Faults.Left = _isRewound ? 0 : isLast ? _random.Next(3) : _random.Next(12);
            if (!isLast)
                PlanCrash(process);
            process.Job.Start();
            RunToEnd(process, stopsAt: isLast ? 0 : _random.Next(3) == 0 ? process.Scheduler.Steps + _random.Next(2000) : 0);
            _lives.Add($"life {life}: {(process.Scheduler.IsAlive ? "" : "crashed, ")}{process.Describe()}");
            if (IsComplete(process))
                return;
            Disk.Restart();
            clock = new SimClock(clock.Now + TimeSpan.FromSeconds(_random.Next(100)));
        }
    }

    void PlanCrash(SimProcess process)
    {
        // Short lives, long ones, and some that end in the middle of a file operation.
        process.Scheduler.KillAtStep = 1 + _random.Next(_random.Next(2) == 0 ? 300 : 4000);
        if (_random.Next(3) == 0)
            Disk.CrashAtStep = Disk.Steps + 1 + _random.Next(300);
    }

    void RunToEnd(SimProcess process, int stopsAt)
    {
        var end = process.Clock.Now + _timeMax;
        while (process.Scheduler.IsAlive && !process.IsOver)
        {
            var steps = process.Scheduler.Steps;
            if (stopsAt > 0 && steps >= stopsAt)
            {
                stopsAt = 0;
                _stopWanted = true;
                Observe(process.Job.StopAsync(StopKind.Stop, null));
            }
            else if (_random.Next(1000) == 0)
            {
                Observe(process.Job.CheckpointAsync());
            }
            if (!process.Scheduler.Step() && process.Scheduler.IsAlive)
                throw Hung(process, "nothing is left to do");
            if (steps > StepsMax || process.Clock.Now > end)
                throw Hung(process, "no end in sight");
        }
    }

    SimulationFailure Hung(SimProcess process, string what)
    {
        _lives.Add(process.Describe());
        var markers = string.Join(", ", Targets.Select(target => $"{target.Key}: {target.Value.Rows.Count} rows, marker {target.Value.Marker?.Epoch.ToString() ?? "none"}"));
        return new SimulationFailure($"the job hangs: {what}; waiting: {process.Scheduler.Waiting}; sinks: {markers}");
    }

    // A failed request is nothing to worry about: the job may have ended before.
    static void Observe(Task task) => task.ContinueWith(static done => _ = done.Exception, TaskScheduler.Default);

    bool IsComplete(SimProcess process)
    {
        foreach (var target in Targets.Values)
        {
            if (target.Violations.Count > 0)
                throw new SimulationFailure(string.Join("; ", target.Violations));
        }
        if (!process.Scheduler.IsAlive)
            return false;
        if (process.Pool.Outstanding != 0)
            throw new SimulationFailure($"{process.Pool.Outstanding} column buffers were not returned");
        switch (process.Job.Status)
        {
            case JobStatus.Suspended:
                return false;
            case JobStatus.Finished when !_mustStop:
                return true;
            // A stop that fails ends the job where its last checkpoint is: it goes on from there.
            case JobStatus.Failed when _stopWanted && process.Job.Error is ExternalException:
                return false;
            case JobStatus.Failed when _mustStop && process.Job.Error!.Message.Contains("is ahead of the checkpoint", StringComparison.Ordinal):
                return true;
            default:
                throw new SimulationFailure($"the job ended as {process.Job.Status}: {process.Job.Error}", process.Job.Error);
        }
    }

    void Compare()
    {
        foreach (var (sink, expected) in _expected)
        {
            var delivered = Targets[sink].Rows;
            IReadOnlyList<string> rows;
            try
            {
                rows = [.. BatchText.Fold(delivered).Select(row => row[2..])];
            }
            catch (FormatException e)
            {
                throw new SimulationFailure($"sink {sink}: {e.Message}", e);
            }
            // A job that was refused has delivered a part, but nothing twice. What a part of the updates folds to is not known here.
            if (!_mustStop || sink != "groups")
                CompareBags(sink, expected, rows, mayLack: _mustStop);
        }
    }

    static void CompareBags(string sink, List<string> expected, IReadOnlyList<string> rows, bool mayLack)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in expected)
            counts[row] = counts.GetValueOrDefault(row) - 1;
        foreach (var row in rows)
            counts[row] = counts.GetValueOrDefault(row) + 1;
        var lost = counts.Where(row => row.Value < 0).SelectMany(row => Enumerable.Repeat(row.Key, -row.Value)).ToList();
        var extra = counts.Where(row => row.Value > 0).SelectMany(row => Enumerable.Repeat(row.Key, row.Value)).ToList();
        if (extra.Count > 0 || (lost.Count > 0 && !mayLack))
        {
            throw new SimulationFailure(
                $"sink {sink}: {expected.Count} rows expected, {lost.Count} lost [{string.Join(" | ", lost.Take(5))}], {extra.Count} too many [{string.Join(" | ", extra.Take(5))}]");
        }
    }
}
