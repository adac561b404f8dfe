using System.Collections.Concurrent;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Execution.Exchange;
using SqlStream.Execution.Graph;
using SqlStream.Execution.Runtime;
using SqlStream.Execution.Sinks;
using SqlStream.Planner.Physical;
using SqlStream.State;
using SqlStream.State.Checkpoints;

namespace SqlStream.Execution;

/// <summary>What an attempt tells its job. Called on the attempt's turns.</summary>
interface IAttemptEvents
{
    /// <summary>A checkpoint is durable.</summary>
    void OnCheckpoint(CheckpointResult result);

    /// <summary>A checkpoint failed; the job goes on.</summary>
    void OnCheckpointFailed(string trigger, Exception error);

    /// <summary>Output cannot be delivered at the moment; the job goes on.</summary>
    void OnSinkTrouble(string table, ExternalException error);

    /// <summary>The attempt is over and has released everything.</summary>
    void OnOver(AttemptOutcome outcome, Exception? error);
}

/// <summary>How an attempt ended.</summary>
enum AttemptOutcome
{
    /// <summary>All input has been read, everything is delivered.</summary>
    Finished,

    /// <summary>Stopped with a final checkpoint.</summary>
    Stopped,

    /// <summary>Canceled without one.</summary>
    Canceled,

    /// <summary>Something failed.</summary>
    Failed,
}

/// <summary>One incarnation of a job's dataflow, from a checkpoint (or nothing) to its end: wires the subtasks, coordinates epochs
/// and checkpoints, and hands output to the shippers.</summary>
/// <remarks>An actor: everything that happens comes through its mailbox, so its state needs no locks.</remarks>
#pragma warning disable CA1001 // Disposed when the attempt is over, on its own turn.
sealed class JobAttempt : Actor, ISubtaskEvents, IShipperEvents
#pragma warning restore CA1001
{
    readonly ConcurrentQueue<Action> _mailbox = new();
    readonly ConcurrentBag<ChangeSet> _changeSets = [];
    readonly JobOptions _options;
    readonly JobServices _services;
    readonly IAttemptEvents _events;
    readonly CheckpointStore? _store;
    readonly RestorePoint? _restore;
    readonly PhysicalPlan _plan;
    readonly JobGraph _graph;
    readonly IReadOnlyDictionary<PhysicalNode, string> _operatorIds;
    readonly long _incarnation;
    readonly List<Subtask> _subtasks = [];
    readonly List<Channel> _channels = [];
    readonly List<SplitSource> _sources = [];
    readonly SortedDictionary<string, SinkBacklog> _sinks = new(StringComparer.Ordinal);
    readonly Dictionary<string, Shipper> _shippers = [];
    readonly CancellationTokenSource _cancellation = new();
    readonly List<CheckpointRequest> _requests = [];
    readonly List<Action> _followers = [];
    readonly HashSet<Subtask> _stopped = [];
    readonly HashSet<string> _finishedShippers = [];
    readonly Dictionary<string, long> _enqueued = [];
    readonly IReadOnlyList<Channel> _results;
    IStateBackend? _backend;
    JobState? _state;
    readonly EpochMachine _epochs;
    EpochRound? _round;
    RunningCheckpoint? _checkpoint;
    ITimer? _timer;
    long _lastDurableEpoch;
    long _lastCheckpointEnd;
    int _failedCheckpoints;
    int _edgeWork;
    int _endedSubtasks;
    int _haltedSubtasks;
    int _liveShippers;
    bool _epochWanted;
    bool _uncheckpointed;
    bool _finalEpochStarted;
    bool _finalCheckpointDone;
    bool _stopping;
    bool _tearingDown;
    bool _over;
    AttemptOutcome _outcome;
    Exception? _error;

    public JobAttempt(
        PhysicalPlan plan, IReadOnlyDictionary<PhysicalNode, string> operatorIds, JobOptions options, JobServices services, CheckpointStore? store,
        RestorePoint? restore, long incarnation, IReadOnlyList<Channel> results, IAttemptEvents events) : base(services.Scheduler)
    {
        _plan = plan;
        _operatorIds = operatorIds;
        _options = options;
        _services = services;
        _store = store;
        _restore = restore;
        _incarnation = incarnation;
        _results = results;
        _events = events;
        _graph = JobGraphBuilder.Build(plan, options.Parallelism);
        _epochs = new EpochMachine(new Epoch(restore?.Manifest.Epoch ?? 0));
        _lastDurableEpoch = restore?.Manifest.Epoch ?? 0;
    }

    public override string Name => $"job {_options.Name}";

    /// <summary>The newest epoch whose checkpoint is durable.</summary>
    public Epoch LastDurableEpoch => new(Interlocked.Read(ref _lastDurableEpoch));

    /// <summary>The counters of all operators; empty before the start.</summary>
    public IReadOnlyList<OperatorMetricsEntry> Metrics => _state?.AllMetrics ?? [];

    /// <summary>Opens the state (on an edge thread, since it may copy files) and starts.</summary>
    public void Start() => RunOnEdge("start", Open, () => Guarded(Wire));

    /// <summary>Asks for a checkpoint; it is taken as soon as no other is on its way.</summary>
    public void Request(CheckpointRequest request) => Post(() => AddRequest(request));

    /// <summary>Ends the attempt without a checkpoint.</summary>
    public void Cancel() => Post(() => TearDown(AttemptOutcome.Canceled, null));

    public void OnSealed(Subtask subtask, SubtaskSeal seal) => Post(() => TakeSeal(seal));

    public void OnEnded(Subtask subtask) => Post(() =>
    {
        _endedSubtasks++;
        CheckAllEnded();
    });

    public void OnHalted(Subtask subtask) => Post(() =>
    {
        _haltedSubtasks++;
        CheckAllEnded();
    });

    public void OnStopped(Subtask subtask) => Post(() =>
    {
        if (_stopped.Add(subtask))
            CheckTornDown();
    });

    public void OnFailed(Subtask subtask, Exception error) => Post(() => TearDown(AttemptOutcome.Failed, error));

    public void OnDirtyLimit(Subtask subtask) => Post(() => WantEpoch());

    public void OnShipped(Shipper shipper, Epoch epoch) => Post(() =>
    {
        _sinks[shipper.SinkId].Shipped(epoch);
        CrashPoint.Hit("ship.noted");
        CheckFinished();
    });

    public void OnFinished(Shipper shipper) => Post(() =>
    {
        _finishedShippers.Add(shipper.SinkId);
        CheckFinished();
    });

    public void OnShipperTrouble(Shipper shipper, ExternalException error) => Post(() => _events.OnSinkTrouble(shipper.Table, error));

    public void OnShipperStopped(Shipper shipper) => Post(() =>
    {
        _liveShippers--;
        CheckTornDown();
    });

    public void OnShipperFailed(Shipper shipper, Exception error) => Post(() => TearDown(AttemptOutcome.Failed, error));

    protected override bool RunTurn()
    {
        for (var i = 0; i < 256; i++)
        {
            if (!_mailbox.TryDequeue(out var action))
                return false;
            Guarded(action);
        }
        return true;
    }

    void Guarded(Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // Every failure of the coordinator becomes a failure of the job.
        catch (Exception e)
#pragma warning restore CA1031
        {
            TearDown(AttemptOutcome.Failed, e);
        }
    }

    void Post(Action action)
    {
        _mailbox.Enqueue(action);
        Schedule();
    }

    void RunOnEdge(string name, Action<CancellationToken> work, Action done) => RunOn(_services.Edge, name, work, done);

    void RunOn(IEdgeScheduler scheduler, string name, Action<CancellationToken> work, Action done)
    {
        _edgeWork++;
        scheduler.Run(name, _ =>
        {
            Exception? error = null;
            try
            {
                _cancellation.Token.ThrowIfCancellationRequested();
                work(_cancellation.Token);
            }
#pragma warning disable CA1031 // The failure is handed to the coordinator.
            catch (Exception e)
#pragma warning restore CA1031
            {
                error = e;
            }
            Post(() =>
            {
                _edgeWork--;
                if (_tearingDown)
                    CheckTornDown();
                else if (error is not null)
                    TearDown(AttemptOutcome.Failed, error);
                else
                    done();
            });
        });
    }

    void Open(CancellationToken cancellation)
    {
        if (Directory.Exists(OutputDirectory))
            Directory.Delete(OutputDirectory, recursive: true);
        var restore = _restore is null
            ? null
            : new StateRestore(_restore.Manifest, (directory, token) => _restore.Folder.RestoreFiles(_restore.Manifest, directory, token));
        CrashPoint.Hit("recover.opening");
        _backend = _services.OpenState(
            _options.StateBackend,
            new StateBackendOptions { WorkingDirectory = Path.Combine(_options.WorkingDirectory, "state"), MemoryBudgetBytes = BlockCacheBytes, Time = _services.Clock },
            restore,
            cancellation);
        if (_restore is not null)
            RestoreSinks(_restore, cancellation);
        CrashPoint.Hit("recover.opened");
    }

    long BlockCacheBytes => _options.MemoryBudgetBytes / 8;

    string OutputDirectory => Path.Combine(_options.WorkingDirectory, "output");

    void RestoreSinks(RestorePoint restore, CancellationToken cancellation)
    {
        var files = restore.Manifest.Files.ToDictionary(file => file.Name);
        foreach (var sink in restore.Manifest.Sinks)
        {
            var backlog = new SinkBacklog(sink.SinkId, sink.Table) { Committed = sink.CommittedEpoch is { } epoch ? new Epoch(epoch) : null };
            foreach (var stored in sink.Unshipped)
            {
                var file = files[stored.File];
                var path = Path.Combine(OutputDirectory, "restored", Path.GetFileName(stored.File));
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                restore.Folder.RestoreFile(restore.Manifest, file, path, cancellation);
                var segment = OutputSegment.InFile(new Epoch(stored.Epoch), stored.Subtask, stored.Rows, stored.Bytes, stored.Crc32c, path);
                // A checkpoint of the same store need not hold the segment twice; a savepoint's files belong to somebody else.
                backlog.Add(segment, restore.IsSavepoint ? new DraftFile(stored.File, path, file.Size) : new DraftFile(file));
            }
            _sinks[sink.SinkId] = backlog;
        }
    }

    void Wire()
    {
        var memory = new StateMemory(_options.MemoryBudgetBytes, BlockCacheBytes);
        _state = new JobState(_backend!, _restore?.Manifest, memory);
        var factory = new OperatorFactory(_options, _services, _operatorIds, _state);
        var stateful = _graph.Vertices.Where(vertex => vertex.Nodes.Any(node => node.State is not null)).Sum(vertex => vertex.Parallelism);
        // What leaves the tables of a job without checkpoints for a backend in memory would still be in memory.
        var isBounded = _options.CheckpointInterval > TimeSpan.Zero || _backend!.Name != StateBackends.Memory;
        var wiring = new SubtaskWiring(_graph, _options, _services, factory, isBounded ? new SubtaskMemory(memory, stateful) : null, _results, this);
        wiring.Build();
        _subtasks.AddRange(wiring.Subtasks);
        _channels.AddRange(wiring.Channels);
        foreach (var vertex in _graph.Vertices)
        {
            foreach (var node in vertex.Nodes)
                _state.Declare(_operatorIds[node], node, vertex.Parallelism);
        }
        CreateShippers();
        CreateSources();
        // A checkpoint or a stop may have been asked for while the state was being opened.
        if (_requests.Any(request => request.Stop == StopKind.Drain))
            DrainSources();
        if (_restore is { Manifest.Trigger: FinalTrigger })
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

    const string FinalTrigger = "end of input";

    /// <summary>The checkpoint was taken after all input had ended: nothing is left but to deliver its output.</summary>
    void ResumeFinished()
    {
        CrashPoint.Hit("recover.finished");
        _finalCheckpointDone = true;
        _endedSubtasks = _subtasks.Count;
        foreach (var shipper in _shippers.Values)
            shipper.Finish();
        CheckFinished();
    }

    void CreateShippers()
    {
        foreach (var (sinkId, table, sink) in Sinks())
        {
            if (!_sinks.TryGetValue(sinkId, out var backlog))
                _sinks.Add(sinkId, backlog = new SinkBacklog(sinkId, table));
            var shipper = new Shipper(
                sinkId, table, sink.CreateShipper(new ShipperContext(_options.JobId, sinkId, _services.Clock)), backlog.Committed,
                new Epoch(_restore?.Manifest.Epoch ?? 0), _incarnation, this, _services.Edge, _services.Clock);
            _shippers.Add(sinkId, shipper);
            shipper.Start();
        }
        EnqueueDurable(LastDurableEpoch);
    }

    IEnumerable<(string SinkId, string Table, ISink Sink)> Sinks()
    {
        foreach (var node in _plan.Nodes())
        {
            if (node is PhysicalSink { Sink.Delivery: DeliveryGuarantee.ExactlyOnce } sink)
                yield return (sink.SinkId, sink.TableName, sink.Sink);
            else if (node is PhysicalScan { Source.DeadLetterSink: { } deadLetters } scan)
                yield return (OperatorFactory.DeadLetterSinkId(scan), scan.TableName, deadLetters);
        }
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
            source.Start();
        }
    }

    void OnInterval()
    {
        var now = _services.Clock.GetTimestamp();
        if (_options.CheckpointMinPause > TimeSpan.Zero && _services.Clock.GetElapsedTime(_lastCheckpointEnd, now) < _options.CheckpointMinPause)
            return;
        WantEpoch();
    }

    void AddRequest(CheckpointRequest request)
    {
        if (_tearingDown || _stopping)
        {
            request.Completion.TrySetException(ExecutionErrors.JobIsOver(_options.Name));
            return;
        }
        if (_store is null)
        {
            request.Completion.TrySetException(ExecutionErrors.NoCheckpoints(_options.Name));
            return;
        }
        _requests.Add(request);
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
        _epochWanted = true;
        StartEpoch();
    }

    // The barrier of the next epoch passes everything that was posted to the sources before.
    void AfterNextEpoch(Action follower)
    {
        _followers.Add(follower);
        WantEpoch();
    }

    void StartEpoch()
    {
        if (!_epochWanted || _tearingDown || _epochs.Phase != EpochPhase.Idle || _subtasks.Count == 0 || _finalCheckpointDone)
            return;
        // One epoch may be committed beside a checkpoint that is still uploading, but a wish for a checkpoint waits until it can begin.
        if ((_requests.Count > 0 || _finalEpochStarted) && _checkpoint is not null)
            return;
        _epochWanted = false;
        // Who asked to drain waits for the epoch that follows the end of all input.
        var requests = _requests.Where(request => request.Stop != StopKind.Drain || _finalEpochStarted).ToList();
        _requests.RemoveAll(requests.Contains);
        var stop = requests.Select(request => request.Stop).FirstOrDefault(kind => kind is not null);
        _epochs.Apply(EpochEvent.Inject);
        _round = new EpochRound(_epochs.Current, _subtasks.Count, _sources.Sum(source => source.Subtasks.Count) + ValuesSubtasks, requests)
        {
            IsFinal = _finalEpochStarted,
            Enumerators = _sources.ToDictionary(source => source.OperatorId, source => source.SaveState()),
            UnassignedSplits = _sources.ToDictionary(source => source.OperatorId, source => source.Unassigned),
            StartTimestamp = _services.Clock.GetTimestamp(),
            Time = _services.Clock.GetUtcNow(),
            Stop = stop,
            Followers = [.. _followers],
        };
        _followers.Clear();
        if (_round.SourceSubtasks == 0)
            _epochs.Apply(EpochEvent.SourcesSealed);
        foreach (var subtask in _subtasks)
            subtask.Post(new EpochStarted(_epochs.Current));
        CrashPoint.Hit("epoch.injected");
        if (stop == StopKind.Stop)
        {
            _stopping = true;
            foreach (var subtask in _subtasks)
                subtask.Post(new HaltSource());
        }
    }

    int ValuesSubtasks => _graph.Vertices.Count(vertex => vertex.Nodes is [PhysicalValues, ..]);

    void TakeSeal(SubtaskSeal seal)
    {
        if (_tearingDown)
            return;
        var round = _round!;
        Check.That(seal.Epoch == round.Epoch);
        CrashPoint.Hit("epoch.sealed");
        round.Seals.Add(seal);
        if (_graph.Vertices[seal.Vertex - 1].Edges.Count == 0 && --round.SourceSubtasks == 0 && _epochs.Phase == EpochPhase.Injecting)
            _epochs.Apply(EpochEvent.SourcesSealed);
        if (seal.Tables.Count > 0)
        {
            round.Preparing++;
            RunOn(_services.StateWriters, "prepare", _ => Prepare(round, seal), () =>
            {
                round.Preparing--;
                CheckSealed(round);
            });
        }
        CheckSealed(round);
    }

    void Prepare(EpochRound round, SubtaskSeal seal)
    {
        if (!_changeSets.TryTake(out var changes))
            changes = new ChangeSet();
        foreach (var table in seal.Tables)
            table.WriteTo(changes);
        var prepared = _backend!.Prepare(round.Epoch, changes);
        changes.Clear();
        _changeSets.Add(changes);
        lock (round.Prepared)
            round.Prepared.Add(prepared);
    }

    void CheckSealed(EpochRound round)
    {
        if (round.Seals.Count < round.Subtasks || round.Preparing > 0 || _epochs.Phase != EpochPhase.Sealing)
            return;
        _epochs.Apply(EpochEvent.AllSealed);
        CrashPoint.Hit("epoch.all-sealed");
        foreach (var (sinkId, segment) in round.Seals.SelectMany(seal => seal.Segments))
        {
            var name = SinkBacklog.FileName(sinkId, segment.Epoch, segment.Subtask);
            _sinks[sinkId].Add(segment, segment.Content is { } content ? new DraftFile(name, content) : new DraftFile(name, segment.Path!, segment.TotalBytes));
        }
        var changed = round.Seals.Any(seal => seal.Changed);
        // What was committed while a checkpoint was on its way, or one that failed, still waits for a checkpoint of its own.
        var isWaiting = _uncheckpointed && _checkpoint is null;
        if (!changed && !isWaiting && !round.IsForced && !_sources.Any(source => source.TakeChanged()))
        {
            // Nothing but time has passed: neither commit nor checkpoint.
            EndEpoch();
            return;
        }
        RunOn(_services.StateWriters, "commit", _ => Commit(round), () => Committed(round));
    }

    void Commit(EpochRound round)
    {
        CrashPoint.Hit("epoch.before-commit");
        if (Mutant.Is(Mutant.DropStateOfFailedCheckpoint) && _failedCheckpoints > 0)
            round.DropPrepared();
        _backend!.Commit(round.Epoch, round.Prepared);
        CrashPoint.Hit("epoch.committed");
        // The snapshot lies between the commits of this epoch and the next, since only then the database holds exactly this epoch.
        // Without an interval epochs are committed for want of memory, and checkpointed only where somebody asked for it.
        if (_store is not null && _checkpoint is null && (_options.CheckpointInterval > TimeSpan.Zero || round.IsForced))
            round.Snapshot = _backend.Snapshot();
    }

    void Committed(EpochRound round)
    {
        foreach (var subtask in _subtasks)
            subtask.Post(new EpochCommitted(round.Epoch));
        if (Mutant.Is(Mutant.ShipBeforeCheckpoint))
            EnqueueDurable(round.Epoch);
        if (round.Snapshot is not null)
            StartCheckpoint(round);
        else if (_store is null)
            ShipWithoutCheckpoint(round);
        else
            _uncheckpointed = true;
        EndEpoch();
    }

    void EndEpoch()
    {
        if (_epochs.Phase == EpochPhase.Committing)
            _epochs.Apply(EpochEvent.Committed);
        var round = _round!;
        _round = null;
        foreach (var subtask in _subtasks)
            subtask.Post(new EpochOver(round.Epoch));
        foreach (var follower in round.Followers)
            follower();
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

    void ShipWithoutCheckpoint(EpochRound round)
    {
        Interlocked.Exchange(ref _lastDurableEpoch, round.Epoch.Value);
        EnqueueDurable(round.Epoch);
    }

    void StartCheckpoint(EpochRound round)
    {
        var checkpoint = new RunningCheckpoint(round);
        _checkpoint = checkpoint;
        _uncheckpointed = false;
        checkpoint.Apply(CheckpointEvent.Snapshotted);
        var draft = Draft(round);
        _edgeWork++;
        _services.Edge.Run("checkpoint", _ =>
        {
            Exception? error = null;
            CheckpointInfo? info = null;
            string? savepointPath = null;
            try
            {
                using var timeout = new CancellationTokenSource(_options.CheckpointTimeout, _services.Clock);
                using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _cancellation.Token);
                info = _store!.Publish(draft with { CheckpointId = _store.NextCheckpointId() }, linked.Token);
                savepointPath = ExportSavepoints(round, info, linked.Token);
                _store.Retain(_options.CheckpointsRetained, []);
            }
            catch (OperationCanceledException) when (!_cancellation.IsCancellationRequested)
            {
                error = ExecutionErrors.CheckpointTimedOut(_options.CheckpointTimeout);
            }
#pragma warning disable CA1031 // A checkpoint may fail for any reason; the job goes on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                error = e;
            }
            finally
            {
                round.Snapshot!.Dispose();
            }
            Post(() =>
            {
                _edgeWork--;
                if (info is not null)
                    Published(checkpoint, info, savepointPath, error);
                else
                    CheckpointFailed(checkpoint, error!);
                CheckTornDown();
            });
        });
    }

    string? ExportSavepoints(EpochRound round, CheckpointInfo info, CancellationToken cancellation)
    {
        string? path = null;
        foreach (var request in round.Requests)
        {
            if (request.SavepointDirectory is not { } directory)
                continue;
            var name = $"savepoint-{_options.JobId[..6]}-{info.CheckpointId:x12}";
            _store!.ExportSavepoint(info.Manifest!, new LocalFileStore(directory), name, cancellation);
            CrashPoint.Hit("savepoint.exported");
            path = Path.Combine(Path.GetFullPath(directory), name);
        }
        return path;
    }

    CheckpointDraft Draft(EpochRound round)
    {
        var state = round.Seals.OrderBy(seal => seal.Subtask).SelectMany(seal => seal.OperatorState).ToLookup(entry => entry.OperatorId, entry => entry.State);
        var splits = round.Seals.SelectMany(seal => seal.Splits).ToLookup(entry => entry.OperatorId, entry => entry.Split);
        return new CheckpointDraft
        {
            // Finding a free number asks the store, which may take long or fail: that is done with the writing.
            CheckpointId = 0,
            Epoch = round.Epoch,
            Time = round.Time,
            StartTimestamp = round.StartTimestamp,
            Trigger = round.IsFinal ? FinalTrigger : round.Requests.Count > 0 ? round.Requests[0].Trigger : "interval",
            EngineVersion = typeof(JobAttempt).Assembly.GetName().Version!.ToString(3),
            JobId = _options.JobId,
            JobName = _options.Name,
            Sql = _options.Sql,
            Plan = _options.PlanText,
            MaxParallelism = _options.MaxParallelism,
            Parallelism = _options.Parallelism,
            Operators = _state!.ToManifest(state),
            Sources = [.. _sources.Select(source => new ManifestSource(
                source.OperatorId, source.Scan.TableName, [.. splits[source.OperatorId].Concat(round.UnassignedSplits[source.OperatorId]).OrderBy(split => split.Id, StringComparer.Ordinal)], round.Enumerators[source.OperatorId]))],
            Sinks = [.. _sinks.Values.Select(sink => sink.ToManifest(round.Epoch, _incarnation))],
            State = round.Snapshot!,
            Segments = [.. _sinks.Values.SelectMany(sink => sink.Files(round.Epoch))],
        };
    }

    void Published(RunningCheckpoint checkpoint, CheckpointInfo info, string? savepointPath, Exception? laterError)
    {
        var round = checkpoint.Round;
        checkpoint.Apply(CheckpointEvent.Published);
        _checkpoint = null;
        _failedCheckpoints = 0;
        _lastCheckpointEnd = _services.Clock.GetTimestamp();
        Interlocked.Exchange(ref _lastDurableEpoch, round.Epoch.Value);
        var manifest = info.Manifest!;
        var result = new CheckpointResult(
            info.CheckpointId, manifest.Epoch, savepointPath ?? info.Path, manifest.Trigger, manifest.TimeUtc, manifest.BytesWritten, manifest.BytesTotal,
            TimeSpan.FromMilliseconds(manifest.DurationMs), _sinks.Values.Sum(sink => sink.Rows));
        _events.OnCheckpoint(result);
        foreach (var request in round.Requests)
        {
            if (request.SavepointDirectory is not null && savepointPath is null)
                request.Completion.TrySetException(laterError!);
            else
                request.Completion.TrySetResult(result);
        }
        if (_tearingDown)
            return;
        CrashPoint.Hit("checkpoint.noted");
        EnqueueDurable(round.Epoch);
        checkpoint.Apply(CheckpointEvent.Notified);
        if (round.IsFinal || round.Stop == StopKind.Stop)
        {
            _finalCheckpointDone = true;
            if (round.IsFinal)
            {
                foreach (var shipper in _shippers.Values)
                    shipper.Finish();
            }
            CheckFinished();
        }
        StartEpoch();
    }

    // Each epoch goes to its shipper once, however many checkpoints hold it.
    void EnqueueDurable(Epoch epoch)
    {
        foreach (var sink in _sinks.Values)
        {
            var sent = _enqueued.GetValueOrDefault(sink.SinkId);
            _shippers[sink.SinkId].Enqueue([.. sink.UpTo(epoch).Where(entry => entry.Epoch.Value > sent)]);
            _enqueued[sink.SinkId] = epoch.Value;
        }
    }

    void CheckpointFailed(RunningCheckpoint checkpoint, Exception error)
    {
        checkpoint.Apply(CheckpointEvent.Error);
        _checkpoint = null;
        _uncheckpointed = true;
        _failedCheckpoints++;
        foreach (var request in checkpoint.Round.Requests)
            request.Completion.TrySetException(error);
        if (_tearingDown)
            return;
        _events.OnCheckpointFailed(checkpoint.Round.Requests.Count > 0 ? checkpoint.Round.Requests[0].Trigger : "interval", error);
        if (error is EngineBugException || _failedCheckpoints > _options.TolerableFailedCheckpoints || checkpoint.Round.Stop is not null)
        {
            TearDown(AttemptOutcome.Failed, error);
            return;
        }
        // The last epoch of a job has no later one that would try again by itself.
        if (checkpoint.Round.IsFinal)
            _services.Clock.After(TimeSpan.FromSeconds(1), () => Post(WantEpoch));
        else
            StartEpoch();
    }

    void CheckAllEnded()
    {
        if (_tearingDown || _endedSubtasks + _haltedSubtasks < _subtasks.Count || _finalEpochStarted || _haltedSubtasks > 0)
            return;
        if (_epochs.Phase != EpochPhase.Idle || _subtasks.Count == 0)
            return;
        _finalEpochStarted = true;
        WantEpoch();
    }

    void CheckFinished()
    {
        if (!_finalCheckpointDone || _tearingDown)
            return;
        if (_haltedSubtasks == 0 && !_stopping)
        {
            if (_sinks.Values.All(sink => sink.IsEmpty) && (_finishedShippers.Count == _shippers.Count || _store is null && FinishNow()))
                TearDown(AttemptOutcome.Finished, null);
            return;
        }
        if (_sinks.Values.All(sink => sink.IsEmpty))
            TearDown(AttemptOutcome.Stopped, null);
    }

    bool FinishNow()
    {
        if (_finishedShippers.Count == _shippers.Count)
            return true;
        foreach (var shipper in _shippers.Values)
            shipper.Finish();
        return false;
    }

    /// <summary>Ends waiting for the delivery of output after a stop: what is not delivered is in the checkpoint.</summary>
    public void GiveUpShipping() => Post(() =>
    {
        if (_finalCheckpointDone)
            TearDown(_stopping ? AttemptOutcome.Stopped : AttemptOutcome.Canceled, null);
    });

    /// <summary>Rows of output that are in the checkpoint and not delivered, by table.</summary>
    public IReadOnlyList<(string Table, long Rows, string? Trouble)> Undelivered =>
        [.. _sinks.Values.Where(sink => !sink.IsEmpty).Select(sink => (sink.Table, sink.Rows, _shippers.GetValueOrDefault(sink.SinkId)?.Trouble))];

    void TearDown(AttemptOutcome outcome, Exception? error)
    {
        if (_tearingDown)
            return;
        _tearingDown = true;
        _outcome = outcome;
        _error = error;
        _timer?.Dispose();
        _cancellation.Cancel();
        foreach (var source in _sources)
            source.Dispose();
        foreach (var shipper in _shippers.Values)
            shipper.Dispose();
        _liveShippers = _shippers.Count;
        foreach (var request in _requests.Concat(_round?.Requests ?? []))
            request.Completion.TrySetException(error ?? ExecutionErrors.JobIsOver(_options.Name));
        foreach (var subtask in _subtasks)
        {
            subtask.Stop();
            subtask.Schedule();
        }
        CheckTornDown();
    }

    void CheckTornDown()
    {
        if (!_tearingDown || _over || _stopped.Count < _subtasks.Count || _edgeWork > 0 || _liveShippers > 0)
            return;
        _over = true;
        foreach (var channel in _channels)
            channel.Close();
        foreach (var subtask in _subtasks)
            subtask.Dispose();
        _round?.DropPrepared();
        _round?.Snapshot?.Dispose();
        _backend?.Dispose();
        _cancellation.Dispose();
        _events.OnOver(_outcome, _error);
    }
}
