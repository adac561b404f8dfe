using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Execution.Exchange;
using SqlStream.Execution.Graph;
using SqlStream.Execution.Recovery;
using SqlStream.Execution.Runtime;
using SqlStream.Execution.Sinks;
using SqlStream.Planner.Physical;
using SqlStream.State;
using SqlStream.State.Checkpoints;

namespace SqlStream.Execution;

/// <summary>One incarnation of a job's dataflow, from a checkpoint (or nothing) to its end: opens the state, wires the subtasks, decides
/// when an epoch begins, and takes everything down again. Epochs, checkpoints, splits and delivery have a class each.</summary>
sealed class JobAttempt : MailboxActor, ISubtaskEvents, IEpochEvents, ICheckpointEvents, IDeliveryEvents
{

    readonly JobOptions _options;
    readonly JobServices _services;
    readonly IAttemptEvents _events;
    readonly CheckpointStore? _store;
    readonly RestorePoint? _restore;
    readonly RestorePlan? _recovery;
    readonly PhysicalPlan _plan;
    readonly JobGraph _graph;
    readonly IReadOnlyDictionary<PhysicalNode, string> _operatorIds;
    readonly long _incarnation;
    readonly IReadOnlyList<Channel> _results;
    readonly OutputDelivery _delivery;
    readonly EpochWishes _wishes = new();
    readonly SourceProgressReports _progress;
    readonly EpochPolicy _policy;
    readonly List<Subtask> _subtasks = [];
    readonly List<Channel> _channels = [];
    readonly List<SplitSource> _sources = [];
    readonly HashSet<Subtask> _stopped = [];
    readonly long _createdAt;
    volatile Subtask[] _wired = [];
    IStateBackend? _backend;
    JobState? _state;
    EpochCoordinator? _epochs;
    CheckpointCoordinator? _checkpoints;
    CheckpointTriggers? _triggers;
    ITimer? _timer;
    bool _migrated;
    int _endedSubtasks;
    int _haltedSubtasks;
    bool _finalEpochStarted;
    bool _finalCheckpointDone;
    bool _stopping;
    bool _over;
    AttemptOutcome _outcome;
    Exception? _error;

    public JobAttempt(
        PhysicalPlan plan, IReadOnlyDictionary<PhysicalNode, string> operatorIds, JobOptions options, JobServices services, CheckpointStore? store,
        RestorePoint? restore, long incarnation, IReadOnlyList<Channel> results, IAttemptEvents events) : base(services.Scheduler, services.Edge)
    {
        _plan = plan;
        _operatorIds = operatorIds;
        _options = options;
        _services = services;
        _store = store;
        _restore = restore;
        _recovery = restore is null ? null : RestorePlan.Of(plan, restore.Manifest, operatorIds);
        _incarnation = incarnation;
        _results = results;
        _events = events;
        _createdAt = services.Clock.GetTimestamp();
        _graph = JobGraphBuilder.Build(plan, options.Parallelism);
        _policy = new EpochPolicy(services.Clock);
        _delivery = new OutputDelivery(this, options, services, this);
        _progress = new SourceProgressReports(this, services.Edge, events.OnNotice);
    }

    public override string Name => $"job {_options.Name}";

    /// <summary>The counters of all operators; empty before the start.</summary>
    public IReadOnlyList<OperatorMetricsEntry> Metrics => _state?.AllMetrics ?? [];

    /// <summary>How the subtasks spent their time. Any thread.</summary>
    public IReadOnlyList<TaskReading> Tasks
    {
        get
        {
            var lived = _services.Clock.GetElapsedTime(_createdAt);
            return [.. _wired.Select(subtask => new TaskReading(subtask.Vertex, subtask.Index, lived, subtask.BusyTime, subtask.BackPressuredTime, subtask.Bytes.In, subtask.Bytes.Out))];
        }
    }

    /// <summary>What the sinks have still to be given. Any thread.</summary>
    public IReadOnlyList<SinkReading> Sinks => _delivery.Readings;

    /// <summary>Checkpoints on their way.</summary>
    public int CheckpointsInProgress => _checkpoints?.InProgress ?? 0;

    /// <summary>Bytes of state in memory, and those of them that are not committed.</summary>
    public (long Used, long Dirty)? StateBytes => _state?.Memory is { } memory ? (memory.UsedBytes, memory.DirtyBytes) : null;

    /// <summary>Rows of output that are in the checkpoint and not delivered, by table.</summary>
    public IReadOnlyList<(string Table, long Rows, string? Trouble)> Undelivered => _delivery.Undelivered;

    /// <summary>Rows of epochs up to one that are not delivered. Any thread.</summary>
    public long UndeliveredUpTo(Epoch epoch) => _delivery.RowsUpTo(epoch);

    /// <summary>Opens the state (on an edge thread, since it may copy files) and starts.</summary>
    public void Start() => RunOnEdge("start", Open, Wire);

    /// <summary>Asks for a checkpoint; it is taken as soon as no other is on its way.</summary>
    public void Request(CheckpointRequest request) => Post(() => AddRequest(request));

    /// <summary>Ends the attempt without a checkpoint.</summary>
    public void Cancel() => Post(() => TearDown(AttemptOutcome.Canceled, null));

    /// <summary>Ends waiting for the delivery of output after a stop: what is not delivered is in the checkpoint.</summary>
    public void GiveUpShipping() => Post(() =>
    {
        if (_finalCheckpointDone)
            TearDown(_stopping ? AttemptOutcome.Stopped : AttemptOutcome.Canceled, null);
    });

    bool ResumesFinished => _restore is { Manifest.Trigger: CheckpointContents.FinalTrigger };

    Epoch RestoredEpoch => new(_restore?.Manifest.Epoch ?? 0);

    // An epoch's number is never given to other output of the same sink.
    Epoch LastEpoch => _delivery.Newest > RestoredEpoch ? _delivery.Newest : RestoredEpoch;

    void ISubtaskEvents.OnSealed(Subtask subtask, SubtaskSeal seal) => Post(() =>
    {
        if (!IsEnding)
            _epochs!.TakeSeal(seal);
    });

    void ISubtaskEvents.OnEnded(Subtask subtask) => Post(() =>
    {
        _endedSubtasks++;
        CheckAllEnded();
    });

    void ISubtaskEvents.OnHalted(Subtask subtask) => Post(() =>
    {
        _haltedSubtasks++;
        CheckAllEnded();
    });

    void ISubtaskEvents.OnStopped(Subtask subtask) => Post(() =>
    {
        if (_stopped.Add(subtask))
            CheckTornDown();
    });

    void ISubtaskEvents.OnFailed(Subtask subtask, Exception error) => Post(() => Fail(error));

    // Other sinks may still need what the sources give.
    void ISubtaskEvents.OnFulfilled(Subtask subtask)
    {
        if (_plan.Roots.Count == 1)
            Post(DrainSources);
    }

    void ISubtaskEvents.OnSinkTrouble(string table, ExternalException error) => Post(() => _events.OnSinkTrouble(table, error));

    void ISubtaskEvents.OnDirtyLimit(Subtask subtask) => Post(WantEpoch);

    EpochDecision IEpochEvents.OnAllSealed(EpochRound round)
    {
        _delivery.Add(round);
        _progress.Sealed(round);
        if (Mutant.Is(Mutant.DropStateOfFailedCheckpoint) && _checkpoints is { Failures: > 0 })
            round.DropPrepared();
        var splitsFound = false;
        foreach (var source in _sources)
            splitsFound |= source.TakeChanged();
        return _policy.Decide(
            changed: splitsFound || round.Seals.Any(seal => seal.Changed),
            timeProgressed: round.Seals.Any(seal => seal.TimeProgressed),
            isForced: round.IsForced,
            isBehind: _checkpoints is { IsBehind: true },
            canCheckpoint: _checkpoints is { IsFull: false } && (round.IsForced || (TakesCheckpoints && _checkpoints.PauseLeft <= TimeSpan.Zero)));
    }

    void IEpochEvents.OnCommitted(EpochRound round)
    {
        if (Mutant.Is(Mutant.ShipBeforeCheckpoint))
            _delivery.EnqueueDurable(round.Epoch);
        if (_checkpoints is not null && TakesCheckpoints)
            _events.OnBehind();
        if (round.Snapshot is not null)
            _checkpoints!.Start(round);
        else if (_checkpoints is null)
            _delivery.EnqueueDurable(round.Epoch);
        else
            _checkpoints.FallBehind();
    }

    void IEpochEvents.OnEpochOver(EpochRound round)
    {
        // A job without a store (a query for a client) ends as soon as everything has been read.
        if (_store is null && round.IsFinal)
        {
            _finalCheckpointDone = true;
            CheckFinished();
            return;
        }
        CheckAllEnded();
        StartEpoch();
    }

    void ICheckpointEvents.OnPublished(EpochRound round, CheckpointResult result)
    {
        _events.OnCheckpoint(result, _checkpoints!.IsBehind);
        if (IsEnding)
            return;
        _progress.Published(round);
        CrashPoint.Hit("checkpoint.noted");
        _delivery.EnqueueDurable(round.Epoch);
        if (round.IsFinal || round.Stop == StopKind.Stop)
        {
            _finalCheckpointDone = true;
            if (round.IsFinal)
                _delivery.Finish();
            CheckFinished();
        }
        StartEpoch();
    }

    void ICheckpointEvents.OnFailed(EpochRound round, Exception error)
    {
        if (IsEnding)
            return;
        _events.OnCheckpointFailed(CheckpointContents.Trigger(round), error);
        if (error is EngineBugException || _checkpoints!.Failures > _options.TolerableFailedCheckpoints || round.Stop is not null)
        {
            Fail(error);
            return;
        }
        // The last epoch of a job has no later one that would try again by itself.
        if (round.IsFinal)
            _services.Clock.After(TimeSpan.FromSeconds(1), () => Post(WantEpoch));
        else
            StartEpoch();
    }

    void IDeliveryEvents.OnDelivered() => CheckFinished();

    void IDeliveryEvents.OnSinkTrouble(string table, ExternalException error) => _events.OnSinkTrouble(table, error);

    void IDeliveryEvents.OnShipperStopped() => CheckTornDown();

    void IDeliveryEvents.OnShipperFailed(Exception error) => Fail(error);

    protected override void Fail(Exception error) => TearDown(AttemptOutcome.Failed, error);

    protected override void OnWorkBack() => CheckTornDown();

    void Open(CancellationToken cancellation)
    {
        if (_recovery is { Impossible: { Count: > 0 } impossible })
            throw ExecutionErrors.StateNotUsable(impossible);
        var restore = _restore is null
            ? null
            : new StateRestore(_restore.Manifest, (directory, token) => _restore.Folder.RestoreFiles(_restore.Manifest, directory, token));
        CrashPoint.Hit("recover.opening");
        _backend = _services.OpenState(
            _options.StateBackend,
            new StateBackendOptions { WorkingDirectory = Path.Combine(_options.WorkingDirectory, "state"), MemoryBudgetBytes = BlockCacheBytes, Time = _services.Clock },
            restore,
            cancellation);
        if (_recovery is not null && StateMigrator.IsNeeded(_recovery))
        {
            StateMigrator.Run(_recovery, _backend, cancellation);
            _migrated = true;
        }
        if (!ResumesFinished)
        {
            foreach (var sink in _plan.Nodes().OfType<PhysicalSink>())
                sink.Sink.Prepare(cancellation);
        }
        _delivery.Open(_plan, _restore, _incarnation, cancellation);
        CrashPoint.Hit("recover.opened");
    }

    long BlockCacheBytes => _options.MemoryBudgetBytes / 8;

    // Without an interval epochs are committed for want of memory, and checkpointed only where somebody asked for it.
    bool TakesCheckpoints => _options.CheckpointInterval > TimeSpan.Zero || _triggers is not null;

    void Wire()
    {
        var memory = new StateMemory(_options.MemoryBudgetBytes, BlockCacheBytes);
        _state = new JobState(_backend!, _restore?.Manifest, _recovery?.Operators ?? [], memory);
        var factory = new OperatorFactory(_options, _services, _operatorIds, _state, _delivery);
        foreach (var notice in _delivery.Notices)
            _events.OnNotice(notice);
        if (_store is not null && (_options.CheckpointOnRows > 0 || _options.CheckpointOnStateBytes > 0))
            _triggers = new CheckpointTriggers(_options.CheckpointOnRows, _options.CheckpointOnStateBytes, trigger => Post(() => OnTrigger(trigger)));
        var stateful = _graph.Vertices.Where(vertex => vertex.Nodes.Any(node => node.State is not null)).Sum(vertex => vertex.Parallelism);
        // What leaves the tables of a job without checkpoints for a backend in memory would still be in memory.
        var isBounded = _options.CheckpointInterval > TimeSpan.Zero || _backend!.Name != StateBackends.Memory;
        var wiring = new SubtaskWiring(
            _graph, _options, _services, factory, isBounded ? new SubtaskMemory(memory, stateful) : null, _results, _triggers, this);
        wiring.Build();
        _subtasks.AddRange(wiring.Subtasks);
        _wired = [.. _subtasks];
        _channels.AddRange(wiring.Channels);
        foreach (var vertex in _graph.Vertices)
        {
            foreach (var node in vertex.Nodes)
                _state.Declare(_operatorIds[node], node, vertex.Parallelism);
        }
        _epochs = new EpochCoordinator(this, _graph, _subtasks, _state, _services.StateWriters, _migrated ? LastEpoch.Next : LastEpoch, this);
        if (_store is not null)
        {
            var contents = new CheckpointContents(_options, PlanGraph.Of(_plan, _operatorIds), _state, _sources, _delivery, _incarnation);
            _checkpoints = new CheckpointCoordinator(this, _options, _services, _store, contents, this);
            // What was migrated should not have to be migrated again.
            if (_migrated)
                _checkpoints.FallBehind();
        }
        _delivery.Start(_plan, RestoredEpoch, _incarnation);
        CreateSources();
        // A checkpoint or a stop may have been asked for while the state was being opened.
        if (_wishes.AsksToDrain)
            DrainSources();
        if (ResumesFinished)
        {
            ResumeFinished();
            return;
        }
        foreach (var subtask in _subtasks)
            subtask.Schedule();
        if (_store is not null && _options.CheckpointInterval > TimeSpan.Zero)
            _timer = _services.Clock.CreateTimer(_ => Post(OnInterval), null, _options.CheckpointInterval, _options.CheckpointInterval);
        StartEpoch();
    }

    /// <summary>The checkpoint was taken after all input had ended: nothing is left but to deliver its output.</summary>
    void ResumeFinished()
    {
        CrashPoint.Hit("recover.finished");
        _finalCheckpointDone = true;
        _endedSubtasks = _subtasks.Count;
        _delivery.Finish();
        CheckFinished();
    }

    void CreateSources()
    {
        foreach (var vertex in _graph.Vertices)
        {
            if (vertex.Nodes is not [PhysicalScan scan, ..])
                continue;
            var id = _operatorIds[scan];
            var restored = _restore?.Manifest.Sources.FirstOrDefault(source => source.OperatorId == id);
            var source = new SplitSource(
                id, scan, [.. _subtasks.Where(subtask => subtask.Vertex == vertex.Id)], restored, _services.Clock,
                (work, done) => RunOnEdge("discover " + scan.TableName, work, done), Post, AfterNextEpoch,
                _plan.Nodes().Any(node => node is PhysicalWatermarkAssigner));
            _sources.Add(source);
            if (_store is not null)
                _progress.Add(source);
            source.Start();
        }
    }

    // At the first moment that the pause after the last checkpoint allows.
    void OnInterval() => AfterPause(WantEpoch);

    void OnTrigger(string trigger) => AfterPause(() =>
    {
        _wishes.Want(trigger);
        StartEpoch();
    });

    void AfterPause(Action action)
    {
        if (IsEnding)
            return;
        if (_checkpoints!.PauseLeft is var left && left > TimeSpan.Zero)
            _services.Clock.After(left, () => Post(() => AfterPause(action)));
        else
            action();
    }

    void AddRequest(CheckpointRequest request)
    {
        if (IsEnding || _stopping)
        {
            request.Completion.TrySetException(ExecutionErrors.JobIsOver(_options.Name));
            return;
        }
        if (_store is null)
        {
            request.Completion.TrySetException(ExecutionErrors.NoCheckpoints(_options.Name));
            return;
        }
        _wishes.Add(request);
        if (request.Stop == StopKind.Drain)
        {
            DrainSources();
            return;
        }
        WantEpoch();
    }

    void DrainSources()
    {
        foreach (var subtask in _subtasks)
            subtask.Post(new DrainSource());
    }

    void WantEpoch()
    {
        _wishes.Want();
        StartEpoch();
    }

    // The barrier of the next epoch passes everything that was posted to the sources before.
    void AfterNextEpoch(Action follower)
    {
        _wishes.Follow(follower);
        StartEpoch();
    }

    void StartEpoch()
    {
        if (!_wishes.IsWanted || IsEnding || _epochs is not { IsIdle: true } || _finalCheckpointDone)
            return;
        // One epoch may be committed beside a checkpoint that is still uploading, but a wish for a checkpoint waits until it can begin.
        if ((_wishes.HasRequests || _finalEpochStarted) && _checkpoints is { IsFull: true })
            return;
        var trigger = _wishes.Trigger ?? "interval";
        var (requests, followers) = _wishes.Take(isFinal: _finalEpochStarted);
        _triggers?.Reset();
        var round = new EpochRound(_epochs.Next, _subtasks.Count, _sources.Sum(source => source.Subtasks.Count) + ValuesSubtasks, requests)
        {
            IsFinal = _finalEpochStarted,
            Trigger = trigger,
            Enumerators = _sources.ToDictionary(source => source.OperatorId, source => source.SaveState()),
            UnassignedSplits = _sources.ToDictionary(source => source.OperatorId, source => source.Unassigned),
            StartTimestamp = _services.Clock.GetTimestamp(),
            Time = _services.Clock.GetUtcNow(),
            Stop = requests.Select(request => request.Stop).FirstOrDefault(kind => kind is not null),
            Followers = followers,
        };
        _epochs.Inject(round);
        if (round.Stop == StopKind.Stop)
        {
            _stopping = true;
            foreach (var subtask in _subtasks)
                subtask.Post(new HaltSource());
        }
    }

    int ValuesSubtasks => _graph.Vertices.Count(vertex => vertex.Nodes is [PhysicalValues, ..]);

    void CheckAllEnded()
    {
        if (IsEnding || _endedSubtasks + _haltedSubtasks < _subtasks.Count || _finalEpochStarted || _haltedSubtasks > 0)
            return;
        if (!_epochs!.IsIdle)
            return;
        _finalEpochStarted = true;
        WantEpoch();
    }

    void CheckFinished()
    {
        if (!_finalCheckpointDone || IsEnding || !_delivery.IsDelivered)
            return;
        if (_haltedSubtasks > 0 || _stopping)
            TearDown(AttemptOutcome.Stopped, null);
        else if (_delivery.IsFinished)
            TearDown(AttemptOutcome.Finished, null);
        else if (_store is null)
            _delivery.Finish();
    }

    void TearDown(AttemptOutcome outcome, Exception? error)
    {
        if (IsEnding)
            return;
        BeginEnd();
        _outcome = outcome;
        _error = error;
        _timer?.Dispose();
        foreach (var source in _sources)
            source.Dispose();
        _delivery.Stop();
        var reason = error ?? ExecutionErrors.JobIsOver(_options.Name);
        _wishes.Refuse(reason);
        _epochs?.Refuse(reason);
        foreach (var subtask in _subtasks)
        {
            subtask.Stop();
            subtask.Schedule();
        }
        CheckTornDown();
    }

    void CheckTornDown()
    {
        if (!IsEnding || _over || _stopped.Count < _subtasks.Count || HasWorkOutside || _delivery.IsLive)
            return;
        _over = true;
        foreach (var channel in _channels)
            channel.Close();
        foreach (var subtask in _subtasks)
            subtask.Dispose();
        _epochs?.Release();
        _progress.Dispose();
        _backend?.Dispose();
        CompleteEnd();
        _events.OnOver(_outcome, _error);
    }
}
