using System.Globalization;
using SqlStream.Core.Connect;
using SqlStream.Core.Time;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Sinks;

/// <summary>Finds out, before a job runs on from a checkpoint, which of its sinks do not fit it, and does what the user chose for them
/// (<c>execution.state-recovery.sinks</c>). Without a choice this is left to the shippers, which stop the job.</summary>
/// <remarks>Blocking; a failure of the outside is one of the attempt, which is tried again.</remarks>
sealed class SinkReconciler
{
    readonly List<string> _notices = [];
    readonly JobOptions _options;
    readonly JobServices _services;
    readonly Epoch _restored;
    readonly long _incarnation;

    /// <param name="options">The job's settings.</param>
    /// <param name="services">What jobs share.</param>
    /// <param name="restored">The epoch of the checkpoint.</param>
    /// <param name="incarnation">Number of the attempt.</param>
    public SinkReconciler(JobOptions options, JobServices services, Epoch restored, long incarnation)
    {
        _options = options;
        _services = services;
        _restored = restored;
        _incarnation = incarnation;
        Newest = restored;
    }

    /// <summary>The newest epoch that a sink has, or that of the checkpoint: the next ones must be later.</summary>
    public Epoch Newest { get; private set; }

    /// <summary>What was done, for people.</summary>
    public IReadOnlyList<string> Notices => _notices;

    /// <summary>Compares what a sink holds with the checkpoint.</summary>
    public void Reconcile(SinkBacklog backlog, PhysicalSink? plan, ISink sink, CancellationToken cancellation)
    {
        using var shipper = sink.CreateShipper(new ShipperContext(_options.JobId, backlog.TargetId, _services.Clock));
        shipper.Fence(_incarnation, cancellation);
        var marker = shipper.ReadMarker(cancellation);
        if (Fits(backlog, marker))
            return;
        if (_options.Sinks == SinkRecovery.Fork)
            Fork(backlog, plan, marker, shipper, cancellation);
        else if (marker is not null && marker.Epoch > _restored)
            Skip(backlog, marker);
    }

    bool Fits(SinkBacklog backlog, SinkMarker? marker) => marker is null
        ? backlog.Committed is null
        : marker.Epoch <= _restored && (backlog.Committed is not { } committed || marker.Epoch >= committed);

    void Fork(SinkBacklog backlog, PhysicalSink? plan, SinkMarker? marker, ISinkShipper shipper, CancellationToken cancellation)
    {
        // Its new name does not fit either: the shipper says so.
        if (backlog.Fork == _options.ForkId)
            return;
        if (plan is { Mode.Overwrites: true })
            throw ExecutionErrors.CannotFork(backlog.Table);
        // What is delivered under the old name and hidden would never be seen: nobody goes on with it.
        if (marker is not null)
        {
            shipper.Finish(cancellation);
            if (marker.Epoch > Newest)
                Newest = marker.Epoch;
        }
        var says = marker is null
            ? "it has lost its marker"
            : string.Create(CultureInfo.InvariantCulture, $"it holds output up to epoch {marker.Epoch}, the checkpoint ends at epoch {_restored}");
        _notices.Add($"sink \"{backlog.Table}\" is forked: {says}; ROWS THAT IT HAS MAY COME AGAIN, under the identity \"{backlog.SinkId}~{_options.ForkId}\"");
        backlog.Fork = _options.ForkId;
        backlog.Committed = null;
    }

    void Skip(SinkBacklog backlog, SinkMarker marker)
    {
        if (marker.Tally is not { } target)
        {
            throw ExecutionErrors.CannotSkip(backlog.Table, marker.IsWholeEpoch
                ? "Its marker does not say how many rows it has: several subtasks wrote them, or they are ordered by partitions."
                : "Its marker stands within an epoch.");
        }
        if (backlog.Tally is not { } tally)
            throw ExecutionErrors.CannotSkip(backlog.Table, "The checkpoint does not say how many rows it was given: several subtasks wrote them.");
        if (target.Rows < tally.Rows || (target.Rows == tally.Rows && target != tally))
            throw ExecutionErrors.OtherRowsCameAgain(backlog.Table, target.Rows);
        if (target.Rows > tally.Rows)
        {
            backlog.SkipTo = target;
            _notices.Add(string.Create(CultureInfo.InvariantCulture,
                $"sink \"{backlog.Table}\" is ahead: the next {target.Rows - tally.Rows} of its rows, which it has, are dropped when they come again"));
        }
        if (marker.Epoch > Newest)
            Newest = marker.Epoch;
    }
}
