using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Planner.Physical;
using SqlStream.State.Checkpoints;

namespace SqlStream.Execution.Operators;

/// <summary>A split handed to a scan, with the position from which to read.</summary>
/// <param name="Split">The split.</param>
/// <param name="Restored">Where an earlier run was, or null.</param>
sealed record AssignSplit(SourceSplit Split, ManifestSplit? Restored);

/// <summary>What one look for splits gave a subtask. One message: what is read of the first split already knows of the last.</summary>
/// <param name="Splits">The splits.</param>
/// <param name="Done">No more will ever come.</param>
/// <param name="Finished">Splits with a watermark up to that were read to the end before the restore; null if there are none.</param>
sealed record AssignSplits(IReadOnlyList<AssignSplit> Splits, bool Done, EventTime? Finished = null);

/// <summary>Splits were found and will be assigned once everybody downstream knows that the watermark is held back.</summary>
sealed record SplitsComing;

/// <summary>Reads the splits that the coordinator assigns, in the order of their ids, up to a number at once, and keeps their positions.</summary>
/// <remarks>A checkpoint holds for every split that is not read to the end the position behind the last batch emitted before the barrier;
/// of the others it holds the number and the greatest watermark, so that it does not grow with what was read. Rows that cannot be
/// decoded follow the source's policy; dead letters go into an output log of their own, sealed by the same barriers.</remarks>
sealed class ScanOperator : SourceOperator, IBadRowHandler
{
    readonly OperatorContext _context;
    readonly ISource _source;
    readonly string _table;
    readonly ISplitOpener _opener;
    readonly SplitWatermarks _watermarks;
    readonly TimeSpan _idleTimeout;
    readonly Action<EventTime?> _splitsChanged;
    readonly Action<TimeSpan> _wakeAfter;
    readonly TimeProvider _clock;
    readonly DeadLetters? _deadLetters;
    readonly SplitAlignment? _alignment;
    readonly bool _tellsProgress;
    readonly List<(SourceSplit Split, string? Position)> _ended = [];
    readonly HashSet<SplitState> _splits = [];
    readonly SortedDictionary<string, SplitState> _waiting = new(StringComparer.Ordinal);
    readonly List<SplitState> _open = [];
    bool _noMoreSplits;
    bool _changed;
    long _finished;
    double _sharesRead;
    int _next;

    public ScanOperator(
        OperatorContext context, PhysicalScan scan, IEdgeScheduler edge, Action wake,
        Action<TimeSpan> wakeAfter, SplitWatermarks watermarks, TimeSpan idleTimeout, Action<EventTime?> splitsChanged, DeadLetters? deadLetters,
        SplitAlignment? alignment = null)
    {
        _context = context;
        _table = scan.TableName;
        _source = scan.Source;
        _watermarks = watermarks;
        _idleTimeout = idleTimeout;
        _splitsChanged = splitsChanged;
        _wakeAfter = wakeAfter;
        _clock = context.Session.Clock;
        _deadLetters = deadLetters;
        _alignment = alignment;
        _opener = _source.CreateOpener(new SplitReaderContext
        {
            ReadColumns = scan.ReadColumns,
            ReadFields = scan.ReadFields,
            Filter = scan.Filter,
            Predicate = scan.Pushed?.Predicate,
            RowsMax = scan.RowsMax,
            Pool = context.Pool,
            BatchRows = context.BatchRows,
            Edge = edge,
            Clock = _clock,
            Place = (context.Subtask, context.Parallelism),
            BadRows = this,
            Wake = wake,
            TellTrouble = context.Metrics.SetTrouble,
        });
        _tellsProgress = _source.TellsProgress;
    }

    public override string Name => "Scan";

    public override void OnControl(object message)
    {
        if (message is SplitsComing)
        {
            _watermarks.AwaitsSplits = true;
        }
        else
        {
            var assigned = (AssignSplits)message;
            foreach (var split in assigned.Splits)
                Assign(split);
            if (assigned.Finished is { } finished)
                _watermarks.AddFinished(finished);
            _noMoreSplits = assigned.Done;
            _watermarks.AwaitsSplits = false;
            if (!_source.TellsWhenCaughtUp)
                NoteCaughtUp();
        }
        NotifySplits();
    }

    public override long RowsRead => _context.Metrics.RowsOut;

    public override PollResult Poll(IOutput output)
    {
        OpenWaiting();
        _alignment?.Look();
        for (var tried = 0; tried < _open.Count; tried++)
        {
            if (_next >= _open.Count)
                _next = 0;
            var split = _open[_next];
            if (_alignment is not null && _alignment.MustWait(split.Ordinal))
            {
                split.CaughtUpSince = null;
                _next++;
                continue;
            }
            var status = split.Reader!.Read(out var batch);
            switch (status)
            {
                case ReadStatus.Batch:
                    Emit(split, batch!, output);
                    _next++;
                    return PollResult.Progress;
                case ReadStatus.End:
                    Finish(split);
                    return PollResult.Progress;
                case ReadStatus.CaughtUp:
                    CaughtUp(split);
                    _next++;
                    break;
                case ReadStatus.Unreachable:
                    Unreachable(split);
                    _next++;
                    break;
                default:
                    split.CaughtUpSince = null;
                    _next++;
                    break;
            }
        }
        NoteCaughtUp();
        _alignment?.Tell();
        if (_open.Count == 0 && _waiting.Count == 0 && _noMoreSplits)
            return PollResult.Finished;
        return PollResult.Waiting;
    }

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        foreach (var split in _splits)
        {
            var watermark = _watermarks.Watermark(split.Ordinal);
            var idle = _watermarks.IsIdle(split.Ordinal);
            seal.TimeProgressed |= (watermark, idle) != split.Sealed;
            split.Sealed = (watermark, idle);
            seal.Splits.Add((_context.OperatorId, new ManifestSplit(
                split.Split.Id,
                split.Position ?? "null",
                watermark == EventTime.MinusInfinity ? null : watermark.Micros,
                idle)));
        }
        seal.FinishedSplits.Add((_context.OperatorId, _finished, _watermarks.Finished));
        foreach (var (split, position) in _ended)
            seal.EndedSplits.Add((_context.OperatorId, split, position));
        _ended.Clear();
        seal.Changed |= _changed;
        _changed = false;
        _deadLetters?.Seal(epoch, seal);
    }

    public void Handle(ReadOnlySpan<byte> raw, string position, string error)
    {
        _context.Metrics.AddBadRows(1);
        switch (_source.BadData.Kind)
        {
            case BadDataKind.Fail:
                throw ExecutionErrors.BadRow(_table, position, error);
            case BadDataKind.Skip:
                return;
            case BadDataKind.DeadLetter:
                _changed = true;
                _deadLetters!.Append(_table, position, error, raw);
                return;
            default:
                throw new EngineBugException($"bad-data policy {_source.BadData.Kind} has no case");
        }
    }

    public override void Dispose()
    {
        foreach (var split in _open)
            split.Reader?.Dispose();
        _opener.Dispose();
        _alignment?.Leave();
        _deadLetters?.Dispose();
    }

    void Assign(AssignSplit assigned)
    {
        var restored = assigned.Restored;
        var ordinal = _watermarks.Add(
            restored?.WatermarkMicros is { } micros ? new EventTime(micros) : EventTime.MinusInfinity, restored?.Idle ?? false, _source.SplitsAreInTimeOrder);
        var state = new SplitState(assigned.Split, ordinal)
        {
            Position = restored is null || restored.Position == "null" ? null : restored.Position,
            Sealed = (_watermarks.Watermark(ordinal), _watermarks.IsIdle(ordinal)),
        };
        _splits.Add(state);
        _changed |= restored is null;
        _waiting.Add(assigned.Split.Id, state);
    }

    void OpenWaiting()
    {
        while (_waiting.Count > 0 && _open.Count < _source.ConcurrentSplitsMax)
        {
            var (id, split) = _waiting.First();
            _waiting.Remove(id);
            _watermarks.Open(split.Ordinal);
            split.Reader = _opener.Open(split.Split, split.Position);
            _open.Add(split);
        }
    }

    void Emit(SplitState split, Batch batch, IOutput output)
    {
        split.Position = split.Reader!.Position;
        split.CaughtUpSince = null;
        _watermarks.SetIdle(split.Ordinal, false);
        _changed = true;
        if (batch.Rows == 0)
        {
            batch.Release();
            if (split.Reader.Watermark is { } told && told > _watermarks.Watermark(split.Ordinal))
            {
                _watermarks.Advance(split.Ordinal, told);
                NotifySplits();
            }
            return;
        }
        _context.Metrics.AddRowsIn(batch.Rows);
        _context.Metrics.AddRowsOut(batch.Rows);
        NoteShare(split, split.Reader.Share);
        output.Emit(batch.WithSplit(split.Ordinal));
    }

    void Finish(SplitState split)
    {
        if (_tellsProgress)
            _ended.Add((split.Split, split.Reader!.Position));
        var share = split.Reader!.Share;
        split.Reader.Dispose();
        _open.Remove(split);
        _splits.Remove(split);
        _finished++;
        NoteShare(split, share is null ? null : 1);
        _watermarks.Finish(split.Ordinal);
        _changed = true;
        NotifySplits();
    }

    // Splits count alike: they are ranges of about the same size, or files.
    void NoteShare(SplitState split, double? share)
    {
        _sharesRead += (share ?? 0) - split.Share;
        split.Share = share ?? 0;
        _context.Metrics.SetSplits(_sharesRead, share is null || !_noMoreSplits ? 0 : _finished + _splits.Count);
    }

    void NoteCaughtUp()
    {
        if (_context.Metrics.HasCaughtUp || _watermarks.AwaitsSplits)
            return;
        if (!_source.TellsWhenCaughtUp || (_waiting.Count == 0 && _open.TrueForAll(static split => split.CaughtUpSince is not null)))
            _context.Metrics.SetCaughtUp();
    }

    void CaughtUp(SplitState split)
    {
        var now = _clock.GetTimestamp();
        split.CaughtUpSince ??= now;
        var quiet = _clock.GetElapsedTime(split.CaughtUpSince.Value, now);
        if (_idleTimeout <= TimeSpan.Zero || _watermarks.IsIdle(split.Ordinal))
            return;
        if (quiet < _idleTimeout)
        {
            _wakeAfter(_idleTimeout - quiet);
            return;
        }
        switch (split.Reader!.ConfirmCaughtUp())
        {
            case null:
                return;
            case false:
                split.CaughtUpSince = now;
                _wakeAfter(_idleTimeout);
                return;
            default:
                _watermarks.SetIdle(split.Ordinal, true);
                NotifySplits();
                return;
        }
    }

    // What is there nobody knows: the watermark waits for it.
    void Unreachable(SplitState split)
    {
        split.CaughtUpSince = null;
        if (!_watermarks.IsIdle(split.Ordinal))
            return;
        _watermarks.SetIdle(split.Ordinal, false);
        NotifySplits();
    }

    // A subtask all of whose splits are idle or finished, or that has none, does not hold back the others.
    void NotifySplits() => _splitsChanged(_watermarks.Minimum());

    sealed class SplitState(SourceSplit split, int ordinal)
    {
        public SourceSplit Split { get; } = split;
        public int Ordinal { get; } = ordinal;
        public string? Position { get; set; }
        public ISplitReader? Reader { get; set; }
        public long? CaughtUpSince { get; set; }
        public double Share { get; set; }
        public (EventTime Watermark, bool Idle) Sealed { get; set; } = (EventTime.MinusInfinity, false);
    }
}
