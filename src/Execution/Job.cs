using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Execution.Exchange;
using SqlStream.Execution.Graph;
using SqlStream.Execution.Recovery;
using SqlStream.Planner.Physical;
using SqlStream.State.Checkpoints;

namespace SqlStream.Execution;

/// <summary>A running statement: starts the dataflow, restarts it from its last checkpoint after failures that may pass, and answers
/// for checkpoints and stops. Thread-safe.</summary>
public sealed class Job : IAttemptEvents, IDisposable
{
    const int HistoryMax = 100;
    const int AttemptBits = 16;

    readonly Lock _lock = new();
    readonly PhysicalPlan _plan;
    readonly IReadOnlyDictionary<PhysicalNode, string> _operatorIds;
    readonly JobOptions _options;
    readonly JobServices _services;
    readonly CheckpointStore? _store;
    readonly RestorePoint? _restore;
    readonly long _leaseIncarnation;
    readonly List<CheckpointResult> _checkpoints = [];
    readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly IReadOnlyList<Channel> _results;
    Action<string>? _notice;
    List<string> _early = [];
    JobAttempt? _attempt;
    CheckpointHealth? _health;
    string? _reason;
    int _attempts;
    int _restarts;
    long _completed;
    long _failed;
    TimeSpan _delay;
    long _startedAt;
    StopKind? _stopWanted;
    bool _cancelWanted;

    /// <summary>A job that has not been started.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="options">Identity and settings.</param>
    /// <param name="services">What jobs share.</param>
    /// <param name="store">Where checkpoints go; null for a query whose result goes to a client.</param>
    /// <param name="restore">Where to start from; null to start afresh.</param>
    /// <param name="leaseIncarnation">Number of the lease on the data directory.</param>
    public Job(PhysicalPlan plan, JobOptions options, JobServices services, CheckpointStore? store, RestorePoint? restore, long leaseIncarnation)
    {
        _plan = plan;
        _operatorIds = restore is null ? OperatorIds.Assign(plan) : RestorePlan.Of(plan, restore.Manifest).OperatorIds;
        _options = options;
        _services = services;
        _store = store;
        _restore = restore;
        _leaseIncarnation = leaseIncarnation;
        _delay = options.Restart.Delay;
        Graph = JobGraphBuilder.Build(plan, options.Parallelism);
        var collects = Graph.Vertices.Where(vertex => vertex.Nodes is [.., PhysicalCollect]).Sum(vertex => vertex.Parallelism);
        _results = [.. Enumerable.Range(0, collects).Select(_ => new Channel(options.ChannelCapacity))];
        Results = collects > 0 ? new QueryResults(_results, plan.Roots[0].Schema) : null;
    }

    /// <summary>Identity: 32 hexadecimal digits.</summary>
    public string Id => _options.JobId;

    /// <summary>Name.</summary>
    public string Name => _options.Name;

    /// <summary>Settings.</summary>
    public JobOptions Options => _options;

    /// <summary>The tasks.</summary>
    public JobGraph Graph { get; }

    /// <summary>The rows of a query, for its client; null for other jobs.</summary>
    public QueryResults? Results { get; }

    /// <summary>Where it is in its life.</summary>
    public JobStatus Status { get; private set; } = JobStatus.Created;

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartTime { get; private set; }

    /// <summary>Why it failed, is restarting, has no new checkpoints, or cannot deliver its output or reach its input; null if all is well.</summary>
    public string? Reason
    {
        get
        {
            lock (_lock)
                return Status == JobStatus.Running ? _health?.Text ?? _reason ?? JobProgress.Of(_attempt?.Metrics ?? []).Trouble : _reason;
        }
    }

    /// <summary>What it failed with.</summary>
    public Exception? Error { get; private set; }

    /// <summary>The tables that it reads, by their full names: those of the query that its plan has not left out.</summary>
    public IReadOnlyList<string> TablesRead => [.. _plan.Nodes().OfType<PhysicalScan>().Select(scan => scan.TableName).Distinct()];

    /// <summary>It goes on from a checkpoint or savepoint of before.</summary>
    public bool IsRestored => _restore is not null;

    /// <summary>How often it was restarted.</summary>
    public int Restarts => _restarts;

    /// <summary>Ends when the job has reached its last status; never fails.</summary>
    public Task Completion => _completion.Task;

    /// <summary>The last checkpoints, newest last.</summary>
    public IReadOnlyList<CheckpointResult> Checkpoints
    {
        get
        {
            lock (_lock)
                return [.. _checkpoints];
        }
    }

    /// <summary>Told of each checkpoint, failure of one, and change of status, as a line for people; also of what was said before anybody listened.</summary>
    public event Action<string>? Notice
    {
        add
        {
            List<string> early;
            lock (_lock)
            {
                _notice += value;
                early = _early;
                _early = [];
            }
            early.ForEach(notice => value?.Invoke(notice));
        }
        remove
        {
            lock (_lock)
                _notice -= value;
        }
    }

    /// <summary>Starts.</summary>
    public void Start()
    {
        lock (_lock)
        {
            // It may have been canceled before it began.
            if (_cancelWanted)
                return;
            Check.That(Status == JobStatus.Created);
            StartTime = _services.Clock.GetUtcNow();
            _health = new CheckpointHealth(_services.Clock);
            Status = JobStatus.Running;
        }
        StartAttempt(_restore, JobStatus.Running);
    }

    /// <summary>Takes a checkpoint and waits until it is durable.</summary>
    public Task<CheckpointResult> CheckpointAsync(string trigger = "statement") => RequestAsync(new CheckpointRequest(trigger, null, null));

    /// <summary>Takes a savepoint into a directory and waits until it is durable.</summary>
    public Task<CheckpointResult> SavepointAsync(string directory) => RequestAsync(new CheckpointRequest("savepoint", directory, null));

    /// <summary>Stops with a final checkpoint, and a savepoint if a directory is given.</summary>
    public async Task<CheckpointResult?> StopAsync(StopKind kind, string? savepointDirectory)
    {
        lock (_lock)
        {
            if (Status == JobStatus.Restarting)
            {
                _stopWanted = kind;
                End(JobStatus.Suspended);
                return null;
            }
            _stopWanted = kind;
        }
        if (_store is null)
        {
            Cancel();
            await Completion.ConfigureAwait(false);
            return null;
        }
        return await RequestAsync(new CheckpointRequest(savepointDirectory is null ? "stop" : "savepoint", savepointDirectory, kind)).ConfigureAwait(false);
    }

    /// <summary>Ends without a checkpoint.</summary>
    public void Cancel()
    {
        JobAttempt? attempt;
        lock (_lock)
        {
            _cancelWanted = true;
            attempt = _attempt;
            if (attempt is null && Status is JobStatus.Restarting or JobStatus.Created)
                End(JobStatus.Canceled);
        }
        attempt?.Cancel();
    }

    /// <summary>After a stop: ends waiting for the delivery of output.</summary>
    public void GiveUpShipping()
    {
        lock (_lock)
            _attempt?.GiveUpShipping();
    }

    /// <summary>Rows of output that are in the checkpoint and not delivered, by table, with the reason if there is one.</summary>
    public IReadOnlyList<(string Table, long Rows, string? Trouble)> Undelivered
    {
        get
        {
            lock (_lock)
                return _attempt?.Undelivered ?? _lastUndelivered;
        }
    }

    /// <summary>Rows of output of a checkpoint's epoch and those before it that are not delivered.</summary>
    public long UndeliveredOf(CheckpointResult checkpoint)
    {
        lock (_lock)
            return _attempt?.UndeliveredUpTo(new Epoch(checkpoint.Epoch)) ?? _lastUndelivered.Sum(sink => sink.Rows);
    }

    IReadOnlyList<(string Table, long Rows, string? Trouble)> _lastUndelivered = [];

    /// <summary>Counters summed over subtasks, one line an operator with rows.</summary>
    public JobProgress Progress()
    {
        lock (_lock)
            return JobProgress.Of(_attempt?.Metrics ?? _lastMetrics);
    }

    /// <summary>What each operator has done so far, summed over its subtasks, in the order of the tasks.</summary>
    public IReadOnlyList<OperatorProgress> Operators()
    {
        lock (_lock)
            return OperatorProgress.Of(_attempt?.Metrics ?? _lastMetrics);
    }

    IReadOnlyList<OperatorMetricsEntry> _lastMetrics = [];

    /// <summary>All that is counted, as it is at this moment.</summary>
    public JobReading Read()
    {
        lock (_lock)
        {
            var state = _attempt?.StateBytes;
            return new JobReading
            {
                Operators = OperatorReading.Of(_attempt?.Metrics ?? _lastMetrics, node => _operatorIds[node]),
                Tasks = _attempt?.Tasks ?? [],
                Sinks = _attempt?.Sinks ?? [],
                Restarts = Math.Max(0, _attempts - 1),
                CheckpointsCompleted = _completed,
                CheckpointsFailed = _failed,
                CheckpointsInProgress = _attempt?.CheckpointsInProgress ?? 0,
                LastCheckpoint = _checkpoints is [.., var last] ? last : null,
                StateMemoryBytes = state?.Used,
                StateDirtyBytes = state?.Dirty,
                RunningTime = Status == JobStatus.Running ? _services.Clock.GetElapsedTime(_startedAt) : TimeSpan.Zero,
            };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Cancel();

    void IAttemptEvents.OnBehind() => _health!.Behind();

    void IAttemptEvents.OnCheckpoint(CheckpointResult result, bool isBehind)
    {
        _health!.Succeeded(isBehind);
        lock (_lock)
        {
            _completed++;
            _checkpoints.Add(result);
            if (_checkpoints.Count > HistoryMax)
                _checkpoints.RemoveAt(0);
            if (Status == JobStatus.Running)
                _reason = null;
        }
    }

    void IAttemptEvents.OnCheckpointFailed(string trigger, Exception error)
    {
        _health!.Failed(error.Message);
        lock (_lock)
            _failed++;
        Say($"no checkpoint ({trigger}): {error.Message}");
    }

    void IAttemptEvents.OnSinkTrouble(string table, ExternalException error)
    {
        var reason = $"output of \"{table}\" waits: {error.Message}";
        lock (_lock)
            _reason = reason;
        Say(reason);
    }

    void IAttemptEvents.OnOver(AttemptOutcome outcome, Exception? error)
    {
        lock (_lock)
        {
            _lastMetrics = _attempt?.Metrics ?? [];
            _lastUndelivered = _attempt?.Undelivered ?? [];
            _attempt = null;
            switch (outcome)
            {
                case AttemptOutcome.Finished:
                    End(JobStatus.Finished);
                    break;
                case AttemptOutcome.Stopped:
                    End(JobStatus.Suspended);
                    break;
                case AttemptOutcome.Canceled:
                    End(JobStatus.Canceled);
                    break;
                default:
                    Failed(error!);
                    break;
            }
        }
    }

    void IAttemptEvents.OnNotice(string notice) => Say(notice);

    void Say(string notice)
    {
        Action<string>? told;
        lock (_lock)
        {
            told = _notice;
            if (told is null && _early.Count < HistoryMax)
                _early.Add(notice);
        }
        told?.Invoke(notice);
    }

    Task<CheckpointResult> RequestAsync(CheckpointRequest request)
    {
        lock (_lock)
        {
            if (_attempt is null)
                request.Completion.TrySetException(ExecutionErrors.JobIsOver(Name));
            else
                _attempt.Request(request);
        }
        return request.Completion.Task;
    }

    void StartAttempt(RestorePoint? restore, JobStatus expected)
    {
        JobAttempt attempt;
        lock (_lock)
        {
            // It may have been stopped or canceled while the checkpoint was looked for.
            if (Status != expected)
                return;
            if (_cancelWanted)
            {
                End(JobStatus.Canceled);
                return;
            }
            _attempts++;
            _startedAt = _services.Clock.GetTimestamp();
            Status = JobStatus.Running;
            attempt = new JobAttempt(
                _plan, _operatorIds, _options, _services, _store, restore, (_leaseIncarnation << AttemptBits) + _attempts, _results, this);
            _attempt = attempt;
        }
        attempt.Start();
    }

    void Failed(Exception error)
    {
        Error = error;
        _reason = error is ExternalException { Hint: { } hint } ? $"{error.Message} ({hint})" : error.Message;
        var canRestart = error is not (SqlException or EngineBugException or ExternalException { Retry: Retry.Never });
        if (_services.Clock.GetElapsedTime(_startedAt) > _options.Restart.ResetAfter)
        {
            _delay = _options.Restart.Delay;
            _restarts = 0;
        }
        if (!canRestart || _cancelWanted || _stopWanted is not null || !StrategyAllows() || Results is not null)
        {
            End(JobStatus.Failed);
            return;
        }
        _restarts++;
        Status = JobStatus.Restarting;
        var delay = _delay;
        if (_options.Restart.Kind == RestartKind.ExponentialDelay)
            _delay = TimeSpan.FromTicks(Math.Min(_options.Restart.DelayMax.Ticks, (long)(_delay.Ticks * _options.Restart.Multiplier)));
        Say($"restarting in {delay.TotalSeconds:0.#} s: {_reason}");
        _services.Clock.After(delay, Restart);
    }

    bool StrategyAllows() => _options.Restart.Kind switch
    {
        RestartKind.None => false,
        RestartKind.FixedDelay => _restarts < _options.Restart.Attempts,
        _ => true,
    };

    void Restart() => _services.Edge.Run("restart", _ =>
    {
        RestorePoint? restore;
        try
        {
            restore = HasOwnCheckpoint && _store?.Latest() is { } latest ? new RestorePoint(_store.Folder, Usable(latest), IsSavepoint: false) : _restore;
        }
#pragma warning disable CA1031 // A store that cannot be listed is a failure of the job like any other.
        catch (Exception e)
#pragma warning restore CA1031
        {
            lock (_lock)
                Failed(e);
            return;
        }
        StartAttempt(restore, JobStatus.Restarting);
    });

    // The store may hold later checkpoints of the same job, which whoever named one to start from did not want.
    bool HasOwnCheckpoint
    {
        get
        {
            lock (_lock)
                return _restore is not { IsSavepoint: true } || _checkpoints.Count > 0;
        }
    }

    // An older checkpoint is not taken in the place of a broken one: sinks may be ahead of it.
    CheckpointManifest Usable(CheckpointInfo latest)
    {
        if (latest.IsValid)
            return latest.Manifest!;
        _store!.Load(latest.CheckpointId);
        throw ExecutionErrors.BrokenCheckpoint(latest);
    }

    void End(JobStatus status)
    {
        Status = status;
        if (status is JobStatus.Finished or JobStatus.Suspended)
            _reason = null;
        // What a query has computed to its end is still to be read; nobody waits for the rest of others.
        if (status is JobStatus.Failed or JobStatus.Canceled)
            Results?.Close();
        Results?.End(status == JobStatus.Failed ? Error : null);
        _completion.TrySetResult();
    }
}
