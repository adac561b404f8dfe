using System.Globalization;
using Npgsql;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;

namespace SqlStream.Connectors.Postgres;

/// <summary>The rows that say what the sinks of jobs have delivered: one for each job and sink, changed in the transaction that delivers.</summary>
sealed class PostgresMarkers(PostgresOptions options, string table, ShipperContext context)
{
    const int Lane = 0;
    const string UniqueViolation = "23505";
    const string Where = "WHERE job = $1 AND sink = $2 AND lane = $3";

    readonly string _name = options.Epochs.Sql;
    bool _exists;

    string Definition => $"""
        CREATE TABLE IF NOT EXISTS {_name} (job text NOT NULL, sink text NOT NULL, lane integer NOT NULL, epoch bigint, segment integer, frame bigint, whole boolean, digest text,
        rows bigint, crc bigint, incarnation bigint NOT NULL, updated_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (job, sink, lane))
        """.ReplaceLineEndings(" ");

    /// <summary>Writes that an incarnation owns the sink, unless a newer one does. Waits for a transaction of an older one, since that holds the row.</summary>
    public void Fence(PostgresSession session, long incarnation, CancellationToken cancellation)
    {
        EnsureTable(session, cancellation);
        session.Execute("BEGIN; SET LOCAL lock_timeout = '5s'", cancellation);
        try
        {
            session.Execute(
                $"""
                INSERT INTO {_name} AS e (job, sink, lane, incarnation) VALUES ($1, $2, $3, $4)
                ON CONFLICT (job, sink, lane) DO UPDATE SET incarnation = EXCLUDED.incarnation, updated_at = now() WHERE e.incarnation < EXCLUDED.incarnation
                """,
                cancellation, context.JobId, context.SinkId, Lane, incarnation);
        }
        catch (ExternalException e) when (e.SqlState == "55P03")
        {
            throw PostgresErrors.HeldBack(table);
        }
        session.Execute("COMMIT", cancellation);
        Own(session, incarnation, isLocked: false, cancellation);
    }

    /// <summary>The marker; null if nothing was ever delivered.</summary>
    public SinkMarker? Read(PostgresSession session, long incarnation, CancellationToken cancellation)
    {
        EnsureTable(session, cancellation);
        return Own(session, incarnation, isLocked: false, cancellation);
    }

    /// <summary>The same, and nobody else may change it before the transaction ends.</summary>
    public SinkMarker? Lock(PostgresSession session, long incarnation, CancellationToken cancellation) => Own(session, incarnation, isLocked: true, cancellation);

    /// <summary>Changes the marker.</summary>
    public void Write(PostgresSession session, SinkMarker marker, CancellationToken cancellation)
    {
        var changed = session.Execute(
            $"UPDATE {_name} SET epoch = $4, segment = $5, frame = $6, whole = $7, digest = $8, rows = $9, crc = $10, updated_at = now() {Where} AND incarnation = $11",
            cancellation,
            context.JobId, context.SinkId, Lane, marker.Epoch.Value, marker.Position.Segment, marker.Position.Frame, marker.IsWholeEpoch, marker.Digest,
            Optional(marker.Tally?.Rows), Optional(marker.Tally?.Crc32c), marker.Incarnation);
        // The row is locked and was there.
        Check.That(changed == 1);
    }

    // A NULL must have a type.
    static NpgsqlParameter Optional(long? value) => new() { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint, Value = value is { } known ? known : DBNull.Value };

    SinkMarker? Own(PostgresSession session, long incarnation, bool isLocked, CancellationToken cancellation)
    {
        var found = session.Query(
            $"SELECT incarnation, epoch, segment, frame, whole, digest, rows, crc FROM {_name} {Where}{(isLocked ? " FOR UPDATE" : "")}",
            row => (Incarnation: row.GetInt64(0), Marker: row.IsDBNull(1) ? null : Marker(row)),
            cancellation, context.JobId, context.SinkId, Lane);
        if (found is not [var own])
            throw PostgresErrors.MarkerLost(table, options.Epochs);
        return own.Incarnation == incarnation ? own.Marker : throw (own.Incarnation > incarnation ? PostgresErrors.TakenOver(table, own.Incarnation) : FencedAnew());
    }

    // A server that has lost its last transactions does not know who owns the sink now.
    ExternalException FencedAnew() => new(
        string.Create(CultureInfo.InvariantCulture, $"sink \"{table}\" has lost what this process wrote last"), Retry.Now, SqlState.SinkStateMismatch);

    static SinkMarker Marker(NpgsqlDataReader row) => new(
        new Epoch(row.GetInt64(1)), new SinkPosition(row.GetInt32(2), row.GetInt64(3)), row.GetBoolean(4), row.GetInt64(0), row.GetString(5))
    {
        Tally = row.IsDBNull(6) ? null : new SinkTally(row.GetInt64(6), (uint)row.GetInt64(7)),
    };

    void EnsureTable(PostgresSession session, CancellationToken cancellation)
    {
        if (_exists)
            return;
        if (!session.Query("SELECT to_regclass($1) IS NOT NULL", row => row.GetBoolean(0), cancellation, _name)[0])
        {
            try
            {
                session.Execute(Definition, cancellation);
            }
            catch (PostgresException e) when (e.SqlState == UniqueViolation)
            {
                // Another job has made it in this moment.
            }
            catch (SqlException e) when (e.SqlState == SqlState.InsufficientPrivilege)
            {
                throw PostgresErrors.EpochsNotCreated(options.Epochs, e.Message, Definition);
            }
        }
        _exists = true;
    }
}
