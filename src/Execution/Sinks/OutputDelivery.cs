using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Execution.Graph;
using SqlStream.Execution.Runtime;
using SqlStream.Planner.Physical;
using SqlStream.State.Checkpoints;

namespace SqlStream.Execution.Sinks;

/// <summary>What becomes of the output of an attempt. Called on the attempt's turns.</summary>
interface IDeliveryEvents
{
    /// <summary>An epoch has been delivered, or a shipper has nothing left to do.</summary>
    void OnDelivered();

    /// <summary>A sink cannot be reached at the moment.</summary>
    void OnSinkTrouble(string table, ExternalException error);

    /// <summary>A shipper has ended.</summary>
    void OnShipperStopped();

    /// <summary>Delivery failed for good.</summary>
    void OnShipperFailed(Exception error);
}

/// <summary>The sinks of an attempt: what waits for delivery, and the shippers that deliver it once its checkpoint is durable.</summary>
sealed class OutputDelivery(MailboxActor loop, JobOptions options, JobServices services, IDeliveryEvents events) : IShipperEvents
{
    // Turns change the backlogs, and only they; others may look meanwhile.
    readonly Lock _lock = new();
    readonly SortedDictionary<string, SinkBacklog> _sinks = new(StringComparer.Ordinal);
    readonly Dictionary<string, Shipper> _shippers = [];
    readonly Dictionary<string, long> _enqueued = [];
    readonly HashSet<string> _finished = [];
    int _live;

    /// <summary>Everything that was written is in the sinks.</summary>
    public bool IsDelivered => _sinks.Values.All(sink => sink.IsEmpty);

    /// <summary>Every shipper has published the last of its output.</summary>
    public bool IsFinished => _finished.Count == _shippers.Count;

    /// <summary>Some shipper has not ended, after the end has begun.</summary>
    public bool IsLive => _live > 0;

    /// <summary>Rows that are not known to be delivered.</summary>
    public long Rows => _sinks.Values.Sum(sink => sink.Rows);

    /// <summary>Rows that are not delivered by table, with the reason if there is one. Any thread.</summary>
    public IReadOnlyList<(string Table, long Rows, string? Trouble)> Undelivered
    {
        get
        {
            lock (_lock)
                return [.. _sinks.Values.Where(sink => !sink.IsEmpty).Select(sink => (sink.Table, sink.Rows, _shippers.GetValueOrDefault(sink.SinkId)?.Trouble))];
        }
    }

    /// <summary>What each sink has still to be given. Any thread.</summary>
    public IReadOnlyList<SinkReading> Readings
    {
        get
        {
            lock (_lock)
                return [.. _sinks.Values.Select(sink => new SinkReading(sink.SinkId, sink.Table, sink.Rows, sink.Epochs))];
        }
    }

    /// <summary>Rows of epochs up to one that are not delivered. Any thread.</summary>
    public long RowsUpTo(Epoch epoch)
    {
        lock (_lock)
            return _sinks.Values.Sum(sink => sink.RowsUpTo(epoch));
    }

    string Directory => Path.Combine(options.WorkingDirectory, "output");

    /// <summary>The newest epoch that the checkpoint or a sink has: the next ones must be later.</summary>
    public Epoch Newest { get; private set; }

    /// <summary>What became of sinks that did not fit the checkpoint, for people.</summary>
    public IReadOnlyList<string> Notices { get; private set; } = [];

    /// <summary>Empties the directory of the output log, fetches what a checkpoint holds undelivered for the sinks of a plan, and sees to those that
    /// do not fit it. Blocking; before everything else.</summary>
    public void Open(PhysicalPlan plan, RestorePoint? restore, long incarnation, CancellationToken cancellation)
    {
        if (System.IO.Directory.Exists(Directory))
            System.IO.Directory.Delete(Directory, recursive: true);
        if (restore is null)
            return;
        var files = restore.Manifest.Files.ToDictionary(file => file.Name);
        var known = Sinks(plan).Select(sink => sink.SinkId).ToHashSet();
        foreach (var sink in restore.Manifest.Sinks.Where(sink => known.Contains(sink.SinkId)))
        {
            var backlog = Restore(restore, sink, files, cancellation);
            lock (_lock)
                _sinks[sink.SinkId] = backlog;
        }
        Newest = new Epoch(restore.Manifest.Epoch);
        if (options.Sinks == SinkRecovery.Resume)
            return;
        var reconciler = new SinkReconciler(options, services, Newest, incarnation);
        foreach (var (sinkId, _, sink) in Sinks(plan))
        {
            if (_sinks.TryGetValue(sinkId, out var backlog))
                reconciler.Reconcile(backlog, plan.Nodes().OfType<PhysicalSink>().FirstOrDefault(node => node.SinkId == sinkId), sink, cancellation);
        }
        (Newest, Notices) = (reconciler.Newest, reconciler.Notices);
    }

    /// <summary>The output log of a sink subtask.</summary>
    /// <param name="sinkId">The sink.</param>
    /// <param name="table">Its table.</param>
    /// <param name="sink">What the connector made.</param>
    /// <param name="subtask">The subtask and how many there are.</param>
    public OutputLog CreateLog(string sinkId, string table, ISink sink, (int Index, int Parallelism) subtask)
    {
        var log = new OutputLog(Directory, SinkBacklog.Safe(sinkId), subtask.Index) { Table = table, Pool = services.Pool };
        // The order of the rows of several subtasks means nothing.
        if (subtask.Parallelism > 1 || !sink.EncodesRowByRow)
            return log;
        var known = _sinks.GetValueOrDefault(sinkId);
        log.Tally = known is null ? new SinkTally(0, 0) : known.Tally;
        log.SkipTo = known?.SkipTo;
        return log;
    }

    /// <summary>Starts a shipper for each sink of the plan and hands it what was restored.</summary>
    public void Start(PhysicalPlan plan, Epoch restored, long incarnation)
    {
        foreach (var (sinkId, table, sink) in Sinks(plan))
        {
            if (!_sinks.TryGetValue(sinkId, out var backlog))
            {
                backlog = new SinkBacklog(sinkId, table);
                lock (_lock)
                    _sinks.Add(sinkId, backlog);
            }
            var shipper = new Shipper(
                sinkId, table, sink.CreateShipper(new ShipperContext(options.JobId, backlog.TargetId, services.Clock)), backlog.Committed, Newest, incarnation,
                this, services.Edge, services.Clock);
            lock (_lock)
                _shippers.Add(sinkId, shipper);
            shipper.Start();
        }
        EnqueueDurable(restored);
    }

    /// <summary>Takes the sealed output of an epoch.</summary>
    public void Add(EpochRound round)
    {
        foreach (var (sinkId, segment) in round.Seals.SelectMany(seal => seal.Segments))
        {
            var name = SinkBacklog.FileName(sinkId, segment.Epoch, segment.Subtask);
            var file = segment.Content is { } content ? new DraftFile(name, content) : new DraftFile(name, segment.Path!, segment.TotalBytes, segment.TotalCrc32c);
            lock (_lock)
                _sinks[sinkId].Add(segment, file);
        }
        NoteTallies(round);
        foreach (var (sinkId, watermark) in round.Seals.SelectMany(seal => seal.SinkWatermarks).GroupBy(entry => entry.SinkId, entry => entry.Watermark)
            .Select(sink => (sink.Key, sink.Min())))
        {
            _sinks[sinkId].Watermarks.Enqueue((round.Epoch, watermark));
        }
    }

    void NoteTallies(EpochRound round)
    {
        foreach (var sink in _sinks.Values)
        {
            // Where a sink has several subtasks now, what it was given before is no longer known either.
            sink.Tally = round.Seals.SelectMany(seal => seal.Tallies).Where(entry => entry.SinkId == sink.SinkId).Select(entry => (SinkTally?)entry.Tally).SingleOrDefault();
            if (round.IsFinal && sink.RowsToSkip > 0)
                throw ExecutionErrors.OtherRowsCameAgain(sink.Table, sink.SkipTo!.Value.Rows);
        }
    }

    /// <summary>Hands all output up to an epoch to the shippers. Each epoch goes to its shipper once, however many checkpoints hold it.</summary>
    public void EnqueueDurable(Epoch epoch)
    {
        foreach (var sink in _sinks.Values)
        {
            var sent = _enqueued.GetValueOrDefault(sink.SinkId);
            _shippers[sink.SinkId].Enqueue([.. sink.UpTo(epoch).Where(entry => entry.Epoch.Value > sent)], sink.WatermarkOf(epoch));
            _enqueued[sink.SinkId] = epoch.Value;
        }
    }

    /// <summary>No more output will come: what is held back until the end is published.</summary>
    public void Finish()
    {
        foreach (var shipper in _shippers.Values)
            shipper.Finish();
    }

    /// <summary>Ends all shippers.</summary>
    public void Stop()
    {
        foreach (var shipper in _shippers.Values)
            shipper.Dispose();
        _live = _shippers.Count;
    }

    /// <summary>The entries of the sinks in a manifest.</summary>
    public IReadOnlyList<ManifestSink> ToManifest(Epoch epoch, long incarnation) => [.. _sinks.Values.Select(sink => sink.ToManifest(epoch, incarnation))];

    /// <summary>The files of undelivered output up to an epoch.</summary>
    public IReadOnlyList<DraftFile> Files(Epoch epoch) => [.. _sinks.Values.SelectMany(sink => sink.Files(epoch))];

    void IShipperEvents.OnShipped(Shipper shipper, Epoch epoch) => loop.Post(() =>
    {
        lock (_lock)
            _sinks[shipper.SinkId].Shipped(epoch);
        CrashPoint.Hit("ship.noted");
        events.OnDelivered();
    });

    void IShipperEvents.OnFinished(Shipper shipper) => loop.Post(() =>
    {
        _finished.Add(shipper.SinkId);
        events.OnDelivered();
    });

    void IShipperEvents.OnShipperTrouble(Shipper shipper, ExternalException error) => loop.Post(() => events.OnSinkTrouble(shipper.Table, error));

    void IShipperEvents.OnShipperStopped(Shipper shipper) => loop.Post(() =>
    {
        _live--;
        events.OnShipperStopped();
    });

    void IShipperEvents.OnShipperFailed(Shipper shipper, Exception error) => loop.Post(() => events.OnShipperFailed(error));

    SinkBacklog Restore(RestorePoint restore, ManifestSink sink, Dictionary<string, ManifestFile> files, CancellationToken cancellation)
    {
        var backlog = new SinkBacklog(sink.SinkId, sink.Table)
        {
            Committed = sink.CommittedEpoch is { } epoch ? new Epoch(epoch) : null,
            Fork = sink.Fork,
            Tally = Tally(sink.Tally),
            SkipTo = Tally(sink.SkipTo),
        };
        foreach (var stored in sink.Unshipped)
        {
            var file = files[stored.File];
            var path = Path.Combine(Directory, "restored", Path.GetFileName(stored.File));
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            restore.Folder.RestoreFile(restore.Manifest, file, path, cancellation);
            var segment = OutputSegment.InFile(new Epoch(stored.Epoch), stored.Subtask, stored.Rows, stored.Bytes, stored.Crc32c, path, Tally(stored.Tally));
            // A checkpoint of the same store need not hold the segment twice; a savepoint's files belong to somebody else.
            backlog.Add(segment, restore.IsSavepoint ? new DraftFile(stored.File, path, file.Size) : new DraftFile(file));
        }
        return backlog;
    }

    static SinkTally? Tally(ManifestTally? tally) => tally is null ? null : new SinkTally(tally.Rows, tally.Crc32c);

    /// <summary>The sinks of a plan whose output is delivered exactly once, dead letters and late rows too.</summary>
    public static IEnumerable<(string SinkId, string Table, ISink Sink)> Sinks(PhysicalPlan plan)
    {
        var ids = OperatorIds.Assign(plan);
        foreach (var node in plan.Nodes())
        {
            if (node is PhysicalSink { Sink.Delivery: DeliveryGuarantee.ExactlyOnce } sink)
                yield return (sink.SinkId, sink.TableName, sink.Sink);
            else if (node is PhysicalScan { Source.DeadLetterSink: { } deadLetters } scan)
                yield return (OperatorFactory.DeadLetterSinkId(scan), scan.TableName, deadLetters);
            for (var input = 0; input < node.Children.Count; input++)
            {
                if (LateRows.Of(node, input) is { } late)
                    yield return (OperatorFactory.LateSinkId(late, ids[node], input), late.Table, late.Sink);
            }
        }
    }
}
