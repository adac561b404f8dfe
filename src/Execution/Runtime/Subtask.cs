using System.Collections.Concurrent;
using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Execution.Exchange;
using SqlStream.Execution.Guards;
using SqlStream.Execution.Messages;
using SqlStream.Execution.Operators;
using SqlStream.Planner.Physical;
using SqlStream.State;

namespace SqlStream.Execution.Runtime;

/// <summary>One parallel instance of a task: an actor that reads its inputs (or polls its source), runs its chain of operators,
/// and sends to its outputs.</summary>
/// <remarks>A turn is at most four batches or 5 ms. Control messages (commit notices, barriers to inject, splits) come through the
/// mailbox and are taken at the start of every turn and between batches.</remarks>
sealed class Subtask : Actor, IDisposable
{
    const int BatchesPerTurn = 4;
    static readonly TimeSpan _turnMax = TimeSpan.FromMilliseconds(5);

    readonly ConcurrentQueue<ControlMessage> _mailbox = new();
    readonly Queue<SourceControl> _heldControls = new();
    readonly ISubtaskEvents _events;
    readonly TimeProvider _clock;
    readonly InputGate? _gate;
    readonly ChainLink[] _links;
    readonly ChainLink[] _clockWatchers;
    readonly OutputRouter _output;
    readonly SourceOperator? _source;
    readonly SubtaskMemory? _memory;
    readonly CheckpointTriggers? _triggers;
    SubtaskSeal? _sealing;
    long _rowsReported;
    long _growthReported;
    long _dirtyAtSeal;
    Epoch _sealed;
    Epoch _announced;
    Epoch _over;
    bool _sourceDone;
    bool _endQueued;
    bool _barrierQueued;
    int _sinceDirtyCheck;
    bool _askedForEpoch;
    volatile bool _stopped;
    bool _disposed;
    long _busyTicks;
    long _blockedTicks;
    long _blockedSince;

    public Subtask(
        IScheduler scheduler, TimeProvider clock, ISubtaskEvents events, int vertex, string vertexName, int index, InputGate? gate,
        IReadOnlyList<Operator> operators, OutputRouter output, SubtaskMemory? memory, IReadOnlyList<PhysicalNode>? guarded = null,
        CheckpointTriggers? triggers = null) : base(scheduler)
    {
        _clock = clock;
        _events = events;
        Vertex = vertex;
        Index = index;
        Name = $"{vertexName}[{index}]";
        _gate = gate;
        _output = output;
        _memory = memory;
        _triggers = triggers;
        _links = new ChainLink[operators.Count];
        for (var i = operators.Count - 1; i >= 0; i--)
        {
            var next = i + 1 < operators.Count ? _links[i + 1] : null;
            IOutput target = next is null ? output : next;
            var guard = guarded is null ? null : new EdgeGuard($"{operators[i].Name} of {Name}", guarded[i], target);
            _links[i] = new ChainLink(operators[i]) { Next = next, Output = guard ?? target, Guard = guard };
        }
        _clockWatchers = Array.FindAll(_links, static link => link.Operator.WatchesClock);
        _source = operators.Count > 0 ? operators[0] as SourceOperator : null;
    }

    public override string Name { get; }

    /// <summary>Number of the task.</summary>
    public int Vertex { get; }

    /// <summary>Number of the subtask.</summary>
    public int Index { get; }

    /// <summary>Everything has been read and emitted.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Time spent in turns.</summary>
    public TimeSpan BusyTime => _clock.GetElapsedTime(0, Interlocked.Read(ref _busyTicks));

    /// <summary>Time without output credit, or with too many changes that are not committed.</summary>
    public TimeSpan BackPressuredTime => _clock.GetElapsedTime(0, Interlocked.Read(ref _blockedTicks));

    /// <summary>Bytes that came from other tasks, in and out of this one. Any thread.</summary>
    public (long In, long Out) Bytes => (_gate?.BytesTaken ?? 0, _output.BytesSent);

    /// <summary>The operators, in the order of the chain.</summary>
    public IEnumerable<Operator> Operators => _links.Select(link => link.Operator);

    /// <summary>Sends a control message. Any thread.</summary>
    public void Post(ControlMessage message)
    {
        _mailbox.Enqueue(message);
        Schedule();
    }

    /// <summary>Sends a watermark down the chain from behind an operator. Mailbox thread only.</summary>
    public void SendFrom(Operator op, StreamMessage message)
    {
        // A source that stops has said its last word.
        if (_endQueued && ReferenceEquals(op, _source))
            return;
        foreach (var link in _links)
        {
            if (!ReferenceEquals(link.Operator, op))
                continue;
            Forward(link, message);
            return;
        }
    }

    /// <summary>Nothing more that comes will have an effect. Mailbox thread only.</summary>
    public void ReportFulfilled() => _events.OnFulfilled(this);

    /// <summary>Rows wait because a sink cannot be reached. Mailbox thread only.</summary>
    public void ReportTrouble(string table, ExternalException error) => _events.OnSinkTrouble(table, error);

    /// <summary>No further turn does anything. Any thread.</summary>
    public void Stop() => _stopped = true;

    /// <summary>Releases what operators and queues hold; only after all turns have ended.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (var link in _links)
        {
            link.Clear();
            link.Operator.Dispose();
        }
    }

    protected override bool RunTurn()
    {
        if (_stopped)
        {
            _events.OnStopped(this);
            return false;
        }
        var start = _clock.GetTimestamp();
        EndBlocked(start);
        try
        {
            return RunSteps(start);
        }
#pragma warning disable CA1031 // Every failure of an operator becomes a failure of the job.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _stopped = true;
            _events.OnFailed(this, e);
            return false;
        }
        finally
        {
            Interlocked.Add(ref _busyTicks, _clock.GetTimestamp() - start);
        }
    }

    bool RunSteps(long start)
    {
        var batches = 0;
        while (true)
        {
            TakeMail();
            ReportGrowth();
            var takesRows = _links.Length == 0 || _links[^1].Operator.Serve();
            if (HasEnded)
                return false;
            if (!takesRows || !_output.HasCredit())
            {
                // Barriers and watermarks need no credit, but data that is queued before them does.
                _blockedSince = start;
                return false;
            }
            if (StepChain(out var waits))
                continue;
            if (waits)
                return false;
            if (TakeTime())
                continue;
            if (batches == BatchesPerTurn || _clock.GetElapsedTime(start) > _turnMax)
                return true;
            if (_memory is not null && _sealed > _over && _memory.MustWait(DirtyBytes()))
            {
                // The end of the epoch is on its way whatever this subtask does: it has sealed, and so its producers have.
                _blockedSince = start;
                return false;
            }
            if (TakeInput())
                batches++;
            else if (!Release())
                return false;
        }
    }

    // What gathers is not waited with any longer, from the first operator on: those behind it gather what it gives.
    bool Release()
    {
        foreach (var link in _links)
        {
            if (link.Release())
                return true;
        }
        return false;
    }

    // What waits for the outside holds back everything before it in the chain.
    bool StepChain(out bool waits)
    {
        waits = false;
        for (var i = _links.Length - 1; i >= 0; i--)
        {
            var link = _links[i];
            if (!link.HasWork)
                continue;
            waits = link.Operator.HasPending && !link.Operator.TryProceed();
            if (waits)
                return false;
            if (link.Step(drainBatches: 1) is { } passed)
                Pass(link, passed);
            return true;
        }
        return false;
    }

    // True if something waits in the chain then.
    bool TakeTime()
    {
        if (_clockWatchers.Length == 0)
            return false;
        foreach (var link in _clockWatchers)
            link.Operator.OnClock();
        return Array.Exists(_links, static link => link.HasWork);
    }

    bool TakeInput()
    {
        if (_gate is not null)
        {
            if (!_gate.TryTake(out var message))
                return false;
            if (message.Kind == MessageKind.Watermark && _links is [var first, ..] && first.Operator.WatchedInput is { } watched)
                first.Operator.OnInputWatermark(_gate.WatermarkOf(watched));
            Deliver(message);
            if (_gate.TakePendingEnd())
                Deliver(StreamMessage.End);
            return true;
        }
        if (_sourceDone)
            return false;
        switch (_source!.Poll(_links[0].Output))
        {
            case PollResult.Progress:
                ReportRows();
                AskForEpoch();
                return true;
            case PollResult.Waiting:
                return false;
            default:
                QueueEnd(StreamMessage.End);
                return true;
        }
    }

    void Deliver(StreamMessage message)
    {
        if (message.Kind == MessageKind.End)
        {
            // The end counts as watermark plus infinity, so that what waits for time is emitted.
            Deliver(StreamMessage.AtWatermark(EventTime.PlusInfinity));
        }
        if (_links.Length == 0)
        {
            if (message.Kind == MessageKind.Data)
                _output.Emit(message.Batch!);
            else
                LeaveChain(message);
            return;
        }
        _links[0].Enqueue(message);
        if (message.Kind == MessageKind.Data)
            AskForEpoch();
    }

    void Pass(ChainLink link, StreamMessage message)
    {
        if (message.Kind == MessageKind.Barrier)
        {
            _sealing ??= new SubtaskSeal(message.Epoch, Vertex, Index);
            if (Mutant.Is(Mutant.SealBehindBarrier) && ReferenceEquals(link, _links[0]))
                ReadBeyondBarrier(link);
            link.Operator.OnBarrier(message.Epoch, _sealing);
            if (ReferenceEquals(link.Operator, _source))
                SourceSealed();
        }
        Forward(link, message);
    }

    void ReadBeyondBarrier(ChainLink link)
    {
        if (_gate is null || !_gate.TryTake(out var message))
            return;
        if (message.Kind == MessageKind.Data)
            link.Operator.OnData(message.Input, message.Batch!, link.Output);
        else
            Deliver(message);
    }

    void Forward(ChainLink link, StreamMessage message)
    {
        link.Guard?.Check(message);
        if (link.Next is { } next)
            next.Enqueue(message);
        else
            LeaveChain(message);
    }

    void LeaveChain(StreamMessage message)
    {
        switch (message.Kind)
        {
            case MessageKind.Barrier:
                var seal = _sealing ?? new SubtaskSeal(message.Epoch, Vertex, Index);
                _sealing = null;
                _sealed = message.Epoch;
                ForgetGrowth();
                _askedForEpoch = false;
                // The seal is complete before anybody downstream can see the barrier.
                _events.OnSealed(this, seal);
                _output.Broadcast(message);
                break;
            case MessageKind.End:
                _output.Broadcast(message);
                HasEnded = true;
                if (_announced > _sealed)
                    SealEnded(_announced);
                _events.OnEnded(this);
                break;
            case MessageKind.Halt:
                _output.Broadcast(message);
                HasEnded = true;
                _events.OnHalted(this);
                break;
            // Each consumer finds out by itself that all its inputs have ended: one that has not may be idle, and would be passed over.
            case MessageKind.Watermark when message.Watermark == EventTime.PlusInfinity:
                break;
            default:
                _output.Broadcast(message);
                break;
        }
    }

    void TakeMail()
    {
        while (_mailbox.TryDequeue(out var message))
        {
            switch (message)
            {
                case EpochStarted started:
                    OnEpochStarted(started.Epoch);
                    break;
                case EpochCommitted committed:
                    foreach (var link in _links)
                        link.Operator.OnCommitted(committed.Epoch);
                    break;
                case EpochOver over:
                    _over = over.Epoch;
                    break;
                case HaltSource:
                    if (_source is not null && !HasEnded && !_endQueued)
                        QueueEnd(StreamMessage.Halt);
                    break;
                case DrainSource:
                    if (_source is not null && !HasEnded && !_endQueued)
                        QueueEnd(StreamMessage.End);
                    break;
                case SourceControl control when _barrierQueued && !Mutant.Is(Mutant.TakeSplitsBehindBarrier):
                    _heldControls.Enqueue(control);
                    break;
                case SourceControl control:
                    _source!.OnControl(control.Message);
                    break;
                default:
                    throw new UnreachableException($"control message {message.GetType().Name} has no case");
            }
        }
    }

    // Sources put the barrier into their stream; everybody else waits for it, unless everything has ended: then nothing can
    // change any more, and the epoch is sealed at once.
    void OnEpochStarted(Epoch epoch)
    {
        Check.That(epoch > _announced);
        _announced = epoch;
        foreach (var link in _links)
            link.Operator.OnAnnounced(epoch);
        if (HasEnded)
            SealEnded(epoch);
        else if (_source is not null && !_endQueued)
            QueueBarrier(epoch);
    }

    // A split that comes behind the barrier must not get into its checkpoint: the enumerator's state there does not know of it.
    void QueueBarrier(Epoch epoch)
    {
        _barrierQueued = true;
        _links[0].Enqueue(StreamMessage.AtBarrier(epoch));
    }

    void SourceSealed()
    {
        _barrierQueued = false;
        while (_heldControls.TryDequeue(out var control))
            _source!.OnControl(control.Message);
    }

    void QueueEnd(StreamMessage end)
    {
        _sourceDone = true;
        _endQueued = true;
        if (end.Kind == MessageKind.End)
            _links[0].Enqueue(StreamMessage.AtWatermark(EventTime.PlusInfinity));
        _links[0].Enqueue(end);
    }

    void SealEnded(Epoch epoch)
    {
        var seal = new SubtaskSeal(epoch, Vertex, Index);
        foreach (var link in _links)
            link.Operator.OnBarrier(epoch, seal);
        _sealed = epoch;
        _events.OnSealed(this, seal);
    }

    void ReportRows()
    {
        if (_triggers is null)
            return;
        var rows = _source!.RowsRead;
        _triggers.AddRows(rows - _rowsReported);
        _rowsReported = rows;
    }

    // What was handed over at the last barrier counts as dirty until it is committed, and not as growth.
    void ReportGrowth()
    {
        if (_triggers is not { WatchesState: true })
            return;
        var dirty = DirtyBytes();
        _dirtyAtSeal = Math.Min(_dirtyAtSeal, dirty);
        var growth = dirty - _dirtyAtSeal;
        if (growth == _growthReported)
            return;
        _triggers.AddStateBytes(growth - _growthReported);
        _growthReported = growth;
    }

    void ForgetGrowth()
    {
        if (_triggers is not { WatchesState: true })
            return;
        _triggers.AddStateBytes(-_growthReported);
        _growthReported = 0;
        _dirtyAtSeal = DirtyBytes();
    }

    long DirtyBytes()
    {
        var dirty = 0L;
        foreach (var link in _links)
            dirty += link.Operator.DirtyBytes;
        return dirty;
    }

    void AskForEpoch()
    {
        if (_askedForEpoch || _memory is null)
            return;
        if (!_memory.IsEpochDue)
        {
            // What is sealed already needs no further epoch.
            if (++_sinceDirtyCheck < 16 || _sealed > _over)
                return;
            _sinceDirtyCheck = 0;
            if (!_memory.IsEpochDueFor(DirtyBytes()))
                return;
        }
        _askedForEpoch = true;
        _events.OnDirtyLimit(this);
    }

    void EndBlocked(long now)
    {
        if (_blockedSince == 0)
            return;
        Interlocked.Add(ref _blockedTicks, now - _blockedSince);
        _blockedSince = 0;
    }
}

/// <summary>What subtasks tell the job. Called on worker threads.</summary>
interface ISubtaskEvents
{
    void OnSealed(Subtask subtask, SubtaskSeal seal);

    void OnEnded(Subtask subtask);

    void OnHalted(Subtask subtask);

    void OnStopped(Subtask subtask);

    void OnFailed(Subtask subtask, Exception error);

    void OnDirtyLimit(Subtask subtask);

    void OnSinkTrouble(string table, ExternalException error);

    void OnFulfilled(Subtask subtask);
}

/// <summary>What comes through a subtask's mailbox.</summary>
abstract record ControlMessage;

/// <summary>An epoch begins: sources put its barrier into their stream.</summary>
sealed record EpochStarted(Epoch Epoch) : ControlMessage;

/// <summary>An epoch's changes are in the backend.</summary>
sealed record EpochCommitted(Epoch Epoch) : ControlMessage;

/// <summary>An epoch is over: what was handed over with it, if anything, is in the backend, and the subtask was told so.</summary>
sealed record EpochOver(Epoch Epoch) : ControlMessage;

/// <summary>The source stops here; everything downstream halts without an end.</summary>
sealed record HaltSource : ControlMessage;

/// <summary>The source stops here as if it were exhausted.</summary>
sealed record DrainSource : ControlMessage;

/// <summary>A message for the source operator.</summary>
sealed record SourceControl(object Message) : ControlMessage;
