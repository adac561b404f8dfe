using SqlStream.Core.Connect;
using SqlStream.Core.Time;
using SqlStream.Execution.Operators;
using SqlStream.Execution.Runtime;
using SqlStream.Planner.Physical;
using SqlStream.State;
using SqlStream.State.Checkpoints;

namespace SqlStream.Execution;

/// <summary>Finds the splits of one scan and gives each to a subtask. Runs on the coordinator's turns; looking for splits runs on an edge thread.</summary>
/// <remarks>Splits found while rows are already flowing are announced first, and assigned after an epoch: a subtask that was idle must hold
/// back the watermark everywhere downstream before another one reads what was found with it, or its rows would be late.
/// The enumerator's state is saved at the moment an epoch is injected. Every split found until then has been sent to its
/// subtask before the barrier, so a checkpoint holds a position for exactly the splits that its enumerator state knows.</remarks>
sealed class SplitSource : IDisposable
{
    readonly ISplitEnumerator _enumerator;
    readonly TimeProvider _clock;
    readonly Action<Action<CancellationToken>, Action> _runOnEdge;
    readonly Action<Action> _post;
    readonly Action<Action> _afterNextEpoch;
    readonly bool _announces;
    int _next;
    bool _flows;
    bool _changed;
    bool _disposed;
    string _state;

    public SplitSource(
        string operatorId, PhysicalScan scan, IReadOnlyList<Subtask> subtasks, ManifestSource? restored, TimeProvider clock,
        Action<Action<CancellationToken>, Action> runOnEdge, Action<Action> post, Action<Action> afterNextEpoch, bool announces)
    {
        OperatorId = operatorId;
        Scan = scan;
        Subtasks = subtasks;
        _clock = clock;
        _runOnEdge = runOnEdge;
        _post = post;
        _afterNextEpoch = afterNextEpoch;
        _announces = announces;
        _enumerator = scan.Source.CreateEnumerator(new SourceContext(clock, subtasks.Count), restored?.Enumerator);
        _state = _enumerator.SaveState();
        Unassigned = restored?.Splits ?? [];
        FinishedBefore = restored?.FinishedSplits ?? 0;
        FinishedWatermark = restored?.FinishedWatermarkMicros is { } micros ? new EventTime(micros) : EventTime.MinusInfinity;
    }

    /// <summary>Identity of the scan.</summary>
    public string OperatorId { get; }

    /// <summary>The scan.</summary>
    public PhysicalScan Scan { get; }

    /// <summary>Its subtasks.</summary>
    public IReadOnlyList<Subtask> Subtasks { get; }

    /// <summary>The splits of the checkpoint that no subtask has been given yet: the next checkpoint holds them as they are.</summary>
    public IReadOnlyList<ManifestSplit> Unassigned { get; private set; }

    /// <summary>Number of splits that were read to the end before the checkpoint. No subtask hears of them.</summary>
    public long FinishedBefore { get; }

    /// <summary>The greatest watermark of those splits; minus infinity if there are none.</summary>
    public EventTime FinishedWatermark { get; }

    /// <summary>Begins to look for splits; those of the checkpoint are handed out together with the first ones found, so that the watermark
    /// is known not to run ahead of any.</summary>
    public void Start() => Discover();

    /// <summary>The enumerator's state as of the splits handed out so far.</summary>
    public string SaveState() => _state;

    /// <summary>True, once, if splits have been handed out since the last call.</summary>
    public bool TakeChanged()
    {
        var changed = _changed;
        _changed = false;
        return changed;
    }

    public void Dispose() => _disposed = true;

    void Discover()
    {
        IReadOnlyList<SourceSplit> splits = [];
        var done = false;
        var state = _state;
        _runOnEdge(
            cancellation =>
            {
                (splits, done) = _enumerator.Discover(cancellation);
                // The enumerator knows those that are left out: they are not found again, whatever a later script filters.
                if (Scan.Splits is { } filter)
                    splits = [.. splits.Where(split => filter.Keeps(column => Scan.Source.SplitValue(split, column)))];
                state = _enumerator.SaveState();
            },
            () => Discovered(splits, done, state));
    }

    void Discovered(IReadOnlyList<SourceSplit> splits, bool done, string state)
    {
        var readers = Math.Min(splits.Count, Subtasks.Count);
        if (!_flows || !_announces || Subtasks.Count == 1 || readers == 0 || Mutant.Is(Mutant.AssignUnannounced))
        {
            Assign(splits, done, state);
            return;
        }
        for (var i = 0; i < readers; i++)
            Subtasks[(_next + i) % Subtasks.Count].Post(new SourceControl(new SplitsComing()));
        _afterNextEpoch(() =>
        {
            if (!_disposed)
                Assign(splits, done, state);
        });
    }

    void Assign(IReadOnlyList<SourceSplit> splits, bool done, string state)
    {
        _flows = true;
        var assigned = Subtasks.Select(_ => new List<AssignSplit>()).ToList();
        foreach (var split in Unassigned.Select(known => new AssignSplit(new SourceSplit(known.Id), known)).Concat(splits.Select(split => new AssignSplit(split, null))))
        {
            assigned[_next].Add(split);
            _next = (_next + 1) % Subtasks.Count;
        }
        Unassigned = [];
        _changed |= splits.Count > 0;
        _state = state;
        for (var i = 0; i < Subtasks.Count; i++)
            Subtasks[i].Post(new SourceControl(new AssignSplits(assigned[i], done, FinishedWatermark)));
        if (done)
            return;
        _clock.After(_enumerator.Interval, () => _post(() =>
        {
            if (!_disposed)
                Discover();
        }));
    }
}
