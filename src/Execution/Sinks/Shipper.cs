using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.State;

namespace SqlStream.Execution.Sinks;

/// <summary>Delivers the output of one job and sink, epoch by epoch, after the checkpoint that holds it is durable.</summary>
/// <remarks>One piece of work runs on an edge thread at a time. A failure of the outside is retried with a growing pause, without
/// holding back the job or other sinks; a disagreement between marker and checkpoint stops the job with its reason.
/// The normal path and the path after a recovery are the same.</remarks>
sealed class Shipper : IDisposable
{
    static readonly TimeSpan _pauseMin = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan _pauseMax = TimeSpan.FromSeconds(10);
    static readonly TimeSpan _tick = TimeSpan.FromSeconds(1);

    readonly Lock _lock = new();
    readonly DeliveredEpochs _delivered = new();
    Queue<(Epoch Epoch, IReadOnlyList<OutputSegment> Segments)> _durable = new();
    readonly ISinkShipper _shipper;
    readonly IShipperEvents _events;
    readonly IEdgeScheduler _edge;
    readonly TimeProvider _clock;
    readonly long _incarnation;
    readonly Epoch? _committed;
    readonly Epoch _restored;
    readonly CancellationTokenSource _cancellation = new();
    readonly ITimer _timer;
    TimeSpan _pause = _pauseMin;
    EventTime _watermark = EventTime.MinusInfinity;
    EventTime _advanced = EventTime.MinusInfinity;
    SinkMarker? _marker;
    Epoch _attempted;
    bool _fenced;
    bool _markerKnown;
    bool _running;
    bool _waiting;
    bool _disposed;
    bool _failed;
    bool _finishing;
    bool _finished;

    /// <param name="sinkId">Identity of the sink.</param>
    /// <param name="table">Its table, for messages.</param>
    /// <param name="shipper">What the connector wrote.</param>
    /// <param name="committed">The last epoch that the checkpoint knows to be delivered.</param>
    /// <param name="restored">The epoch of the checkpoint that this attempt began with; zero if with none.</param>
    /// <param name="incarnation">Number of this attempt.</param>
    /// <param name="events">Who is told.</param>
    /// <param name="edge">Where blocking work runs.</param>
    /// <param name="clock">The clock.</param>
    public Shipper(
        string sinkId, string table, ISinkShipper shipper, Epoch? committed, Epoch restored, long incarnation, IShipperEvents events, IEdgeScheduler edge,
        TimeProvider clock)
    {
        SinkId = sinkId;
        Table = table;
        _shipper = shipper;
        _committed = committed;
        _restored = restored;
        _incarnation = incarnation;
        _events = events;
        _edge = edge;
        _clock = clock;
        _timer = clock.CreateTimer(_ => Wake(tick: true), null, _tick, _tick);
    }

    /// <summary>Identity of the sink.</summary>
    public string SinkId { get; }

    /// <summary>Its table.</summary>
    public string Table { get; }

    /// <summary>Why nothing is delivered at the moment, or null.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Begins: shuts out older incarnations and reads the marker.</summary>
    public void Start() => Wake(tick: false);

    /// <summary>Adds epochs whose checkpoint is durable.</summary>
    /// <param name="epochs">The epochs that have output.</param>
    /// <param name="watermark">What the input of the sink had reached with the last of the epochs that are durable; null where that is not known.</param>
    public void Enqueue(IEnumerable<(Epoch Epoch, IReadOnlyList<OutputSegment> Segments)> epochs, EventTime? watermark)
    {
        lock (_lock)
        {
            _watermark = watermark ?? _watermark;
            foreach (var epoch in epochs)
                _durable.Enqueue(epoch);
        }
        Wake(tick: false);
    }

    /// <summary>The job has finished: once everything is delivered, publish what is hidden and say so.</summary>
    public void Finish()
    {
        lock (_lock)
            _finishing = true;
        Wake(tick: false);
    }

    /// <summary>Stops; what runs is canceled.</summary>
    public void Dispose()
    {
        bool idle;
        lock (_lock)
        {
            _disposed = true;
            idle = !_running;
        }
        _timer.Dispose();
        _cancellation.Cancel();
        if (idle)
            Stopped();
    }

    void Stopped()
    {
        _shipper.Dispose();
        _events.OnShipperStopped(this);
    }

    void Wake(bool tick)
    {
        lock (_lock)
        {
            if (_disposed || _failed || _running || _waiting)
                return;
            if (tick && !_markerKnown)
                return;
            _running = true;
        }
        _edge.Run("ship " + SinkId, _ => Run(tick));
    }

    void Run(bool tick)
    {
        try
        {
            Work(tick);
        }
        catch (OperationCanceledException)
        {
            // The job ends; what is not delivered is in the checkpoint.
        }
        catch (ExternalException e) when (e.Retry != Retry.Never)
        {
            RetryLater(e);
            return;
        }
#pragma warning disable CA1031 // Every failure of a shipper becomes a failure of the job.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failed = true;
            _events.OnShipperFailed(this, e);
        }
        End(again: false);
    }

    void Work(bool tick)
    {
        var cancellation = _cancellation.Token;
        if (!_fenced)
        {
            _shipper.Fence(_incarnation, cancellation);
            CrashPoint.Hit("ship.fenced");
            _fenced = true;
        }
        if (!_markerKnown)
        {
            _marker = _shipper.ReadMarker(cancellation);
            CrashPoint.Hit("ship.marker-read");
            if (!Mutant.Is(Mutant.SkipMarkerCheck))
                CheckMarker();
            DeliverLostAgain();
            _markerKnown = true;
        }
        while (Next() is { Count: > 0 } epochs)
        {
            Ship(epochs, cancellation);
            _pause = _pauseMin;
            foreach (var (epoch, segments) in epochs)
            {
                lock (_lock)
                    _durable.Dequeue();
                _delivered.Add(epoch, segments);
                _events.OnShipped(this, epoch);
            }
        }
        Trouble = null;
        Advance();
        if (tick)
            _shipper.Tick(cancellation);
        bool finish;
        lock (_lock)
            finish = _finishing && !_finished && _durable.Count == 0;
        if (finish)
        {
            CrashPoint.Hit("ship.before-finish");
            _shipper.Finish(cancellation);
            _finished = true;
            _events.OnFinished(this);
        }
    }

    void Ship(IReadOnlyList<(Epoch Epoch, IReadOnlyList<OutputSegment> Segments)> epochs, CancellationToken cancellation)
    {
        var (epoch, segments) = epochs[^1];
        var digest = SegmentDigest.Of(segments);
        var from = SinkPosition.Start;
        if (_marker is { } known && known.Epoch >= epoch && !Mutant.Is(Mutant.IgnoreMarker))
        {
            // An earlier attempt delivered this epoch, or a part of it, and ended before it could say so.
            if (known.Epoch > epoch)
                return;
            if (known.Digest != digest)
                throw ExecutionErrors.DigestDiffers(Table, epoch);
            if (known.IsWholeEpoch)
                return;
            from = known.Position;
        }
        var marker = new SinkMarker(epoch, new SinkPosition(segments.Count, 0), true, _incarnation, digest) { Tally = segments is [var only] ? only.Tally : null };
        CrashPoint.Hit("ship.before");
        _attempted = epoch;
        _shipper.Ship(epochs.Count == 1 ? segments : [.. epochs.SelectMany(one => one.Segments)], from, marker, cancellation);
        CrashPoint.Hit("ship.delivered");
        _marker = marker;
    }

    void Advance()
    {
        EventTime watermark;
        lock (_lock)
            watermark = _durable.Count == 0 ? _watermark : _advanced;
        if (watermark > _advanced)
            _shipper.Advance(watermark);
        _advanced = watermark;
    }

    // The checkpoint says what must at least have been delivered, and every epoch that the sink holds must come from it or from before.
    void CheckMarker()
    {
        if (_marker is null)
        {
            if (_committed is { } noted)
                throw ExecutionErrors.MarkerMissing(Table, noted);
            return;
        }
        if (_committed is { } committed && _marker.Epoch < committed)
            throw ExecutionErrors.MarkerBehind(Table, _marker.Epoch, committed);
        // Epochs that this attempt has made durable meanwhile say nothing of what an earlier one delivered.
        if (_marker.Epoch > _restored && _marker.Epoch > _attempted)
            throw ExecutionErrors.SinkAhead(Table, _marker.Epoch, _restored);
    }

    // What this attempt has delivered and the target does not have any more is put before what waits.
    void DeliverLostAgain()
    {
        if (_delivered.Newest is not { } newest || (_marker is { } marker && (marker.Epoch > newest || (marker.Epoch == newest && marker.IsWholeEpoch))))
            return;
        var lost = _delivered.TakeBehind(_marker)
            ?? throw (_marker is null ? ExecutionErrors.MarkerMissing(Table, newest) : ExecutionErrors.MarkerBehind(Table, _marker.Epoch, newest));
        lock (_lock)
            _durable = new Queue<(Epoch Epoch, IReadOnlyList<OutputSegment> Segments)>(lost.Concat(_durable));
    }

    // The next epoch; with those behind it where the sink takes several in one step and has nothing of them yet.
    List<(Epoch Epoch, IReadOnlyList<OutputSegment> Segments)> Next()
    {
        var epochs = new List<(Epoch Epoch, IReadOnlyList<OutputSegment> Segments)>();
        var bytes = 0L;
        lock (_lock)
        {
            foreach (var next in _durable)
            {
                bytes += next.Segments.Sum(segment => segment.Bytes);
                if (epochs.Count > 0 && (bytes > _shipper.GroupBytesMax || _marker?.Epoch >= epochs[0].Epoch))
                    break;
                epochs.Add(next);
            }
        }
        return epochs;
    }

    void RetryLater(ExternalException error)
    {
        Trouble = error.Message;
        // What failed may have happened all the same, or in part: only the marker knows.
        if (!Mutant.Is(Mutant.TrustFailedDelivery))
            _markerKnown = false;
        _events.OnShipperTrouble(this, error);
        var pause = error.Retry == Retry.Now ? _pauseMin : _pause;
        _pause = TimeSpan.FromTicks(Math.Min(_pauseMax.Ticks, _pause.Ticks * 2));
        lock (_lock)
        {
            _waiting = true;
        }
        End(again: false);
        _clock.After(pause, () =>
        {
            lock (_lock)
                _waiting = false;
            Wake(tick: false);
        });
    }

    void End(bool again)
    {
        bool dispose;
        lock (_lock)
        {
            _running = false;
            dispose = _disposed;
            again |= !_waiting && !_failed && (_durable.Count > 0 || (_finishing && !_finished));
        }
        if (dispose)
            Stopped();
        else if (again)
            Wake(tick: false);
    }
}

/// <summary>What a shipper tells its job. Called on edge threads.</summary>
interface IShipperEvents
{
    void OnShipped(Shipper shipper, Epoch epoch);

    void OnFinished(Shipper shipper);

    /// <summary>The shipper has been disposed of and nothing of it runs any more.</summary>
    void OnShipperStopped(Shipper shipper);

    void OnShipperTrouble(Shipper shipper, ExternalException error);

    void OnShipperFailed(Shipper shipper, Exception error);
}
