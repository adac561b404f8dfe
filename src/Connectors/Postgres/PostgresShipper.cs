using Npgsql;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Postgres;

/// <summary>Delivers a sink's output to a table, each epoch in one transaction with its marker; a very large one in several.</summary>
/// <remarks>After anything but a plain success the connection is thrown away: what became of its transaction says the marker alone, which is read through a new
/// one. See docs/postgres.md and docs/mechanisms/exactly-once.md.</remarks>
sealed class PostgresShipper : ISinkShipper
{
    readonly ConnectorTable _table;
    readonly PostgresOptions _options;
    readonly PostgresMarkers _markers;
    readonly string _what;
    PostgresSession? _session;
    PostgresTarget? _target;
    long _incarnation;
    bool _isFenced;

    public PostgresShipper(ConnectorTable table, PostgresOptions options, ShipperContext context)
    {
        _table = table;
        _options = options;
        _markers = new PostgresMarkers(options, table.Name, context);
        _what = $"writing table \"{options.Table}\"";
    }

    /// <summary>Bytes of frames behind which a transaction ends and another goes on with the epoch.</summary>
    public long TransactionBytesMax { get; init; } = 128 << 20;

    /// <summary>Rows of a transaction from which on they come by MERGE.</summary>
    public long MergeRowsMin { get; init; } = 1000;

    /// <inheritdoc/>
    public long GroupBytesMax => Math.Min(16 << 20, TransactionBytesMax - 1);

    /// <inheritdoc/>
    public void Fence(long incarnation, CancellationToken cancellation)
    {
        _incarnation = incarnation;
        _isFenced = false;
        if (!PostgresMutant.Is(PostgresMutant.NoFence))
            Guard(() => EnsureFenced(cancellation));
    }

    /// <inheritdoc/>
    public SinkMarker? ReadMarker(CancellationToken cancellation) => Guard(() => _markers.Read(EnsureFenced(cancellation), _incarnation, cancellation));

    /// <inheritdoc/>
    public void Ship(IReadOnlyList<IOutputSegment> segments, SinkPosition from, SinkMarker marker, CancellationToken cancellation)
    {
        for (var position = from; position.Segment < segments.Count || position == from;)
        {
            var part = OutputPart.Read(segments, position, TransactionBytesMax, !_table.PrimaryKey.IsEmpty);
            Guard(() => ShipPart(part, marker, segments.Count, cancellation));
            position = part.To;
            if (position.Segment >= segments.Count)
                return;
        }
    }

    /// <inheritdoc/>
    public void Tick(CancellationToken cancellation)
    {
        // An epoch is visible as soon as its transaction is committed.
    }

    /// <inheritdoc/>
    public void Finish(CancellationToken cancellation)
    {
        // Nothing is hidden.
    }

    /// <inheritdoc/>
    public void Dispose() => Drop();

    // One transaction: as much as fits, and the marker.
    bool ShipPart(OutputPart part, SinkMarker whole, int segments, CancellationToken cancellation)
    {
        try
        {
            Deliver(part, whole, segments, isCareful: false, cancellation);
        }
        catch (PostgresException e)
        {
            Drop();
            if (_options.Refused == RefusedRows.Fail)
                throw PostgresErrors.RowRefused(_options.Table, RowRefusal.Of(e));
            Deliver(part, whole, segments, isCareful: true, cancellation);
        }
        return true;
    }

    void Deliver(OutputPart part, SinkMarker whole, int segments, bool isCareful, CancellationToken cancellation)
    {
        var session = EnsureFenced(cancellation);
        var target = _target ??= PostgresTarget.Open(session, _table, _options, MergeRowsMin, cancellation);
        session.Execute(isCareful ? "BEGIN; SET CONSTRAINTS ALL IMMEDIATE" : "BEGIN", cancellation);
        CrashPoint.Hit("postgres.begun");
        var delivered = _markers.Lock(session, _incarnation, cancellation);
        // A commit whose answer was lost has happened.
        if (delivered is not null && IsBehind(delivered, part.From, whole))
        {
            session.Execute("ROLLBACK", cancellation);
            return;
        }
        target.Write(part, isCareful, cancellation);
        CrashPoint.Hit("postgres.written");
        var isWhole = part.To.Segment >= segments;
        if (!PostgresMutant.Is(PostgresMutant.MarkerApart))
            _markers.Write(session, isWhole ? whole : whole with { Position = part.To, IsWholeEpoch = false }, cancellation);
        CrashPoint.Hit("postgres.marked");
        session.Execute("COMMIT", cancellation);
        CrashPoint.Hit("postgres.committed");
        if (PostgresMutant.Is(PostgresMutant.MarkerApart))
            _markers.Write(session, isWhole ? whole : whole with { Position = part.To, IsWholeEpoch = false }, cancellation);
    }

    // The table holds the part already.
    static bool IsBehind(SinkMarker delivered, SinkPosition from, SinkMarker whole) =>
        delivered.Epoch > whole.Epoch
        || (delivered.Epoch == whole.Epoch
            && (delivered.IsWholeEpoch || (delivered.Position.Segment, delivered.Position.Frame).CompareTo((from.Segment, from.Frame)) > 0));

    PostgresSession EnsureFenced(CancellationToken cancellation)
    {
        var session = _session ??= PostgresSession.Open(_options.Address, _what, cancellation, tellsRefusals: true);
        if (_isFenced)
            return session;
        _markers.Fence(session, _incarnation, cancellation);
        _isFenced = true;
        return session;
    }

    // A failure ends the connection.
    T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e)
        {
            Drop();
            // A server that has lost its newest transactions has lost the fence.
            if (e is ExternalException)
                _isFenced = false;
            throw e is PostgresException server ? PostgresErrors.RowRefused(_options.Table, RowRefusal.Of(server)) : e;
        }
    }

    void Drop()
    {
        _target = null;
        _session?.Dispose();
        _session = null;
    }
}
