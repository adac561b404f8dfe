using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Postgres;

/// <summary>The state of the database that all readers of a scan see: kept by a transaction for as long as one of them lives.</summary>
/// <remarks>Thread-safe. A scan that is begun again after a failure goes on in the state of that time.</remarks>
sealed class PostgresSnapshot(PostgresOptions options)
{
    const string Begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    readonly Lock _opening = new();
    readonly Lock _lock = new();
    PostgresSession? _holder;
    string _id = "";
    int _users;

    /// <summary>A reader comes.</summary>
    public void Enter()
    {
        lock (_lock)
            _users++;
    }

    /// <summary>A reader goes; the last one ends the transaction.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (--_users == 0)
                Drop();
        }
    }

    /// <summary>A session that sees the snapshot.</summary>
    public PostgresSession Join(CancellationToken cancellation)
    {
        var id = Ensure(cancellation);
        var session = Open(cancellation);
        try
        {
            session.Execute($"{Begin}; SET TRANSACTION SNAPSHOT '{id}'", cancellation);
            return session;
        }
        catch (SqlException)
        {
            session.Dispose();
            // Its transaction has ended: what was read and what would be read now do not fit together.
            lock (_lock)
                Drop();
            throw PostgresErrors.SnapshotLost(options.Table.ToString());
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    string Ensure(CancellationToken cancellation)
    {
        // Who comes and goes does not wait for a connection.
        lock (_opening)
        {
            lock (_lock)
            {
                if (_holder is not null)
                    return _id;
            }
            var holder = Open(cancellation);
            try
            {
                holder.Execute(Begin, cancellation);
                var id = holder.Query("SELECT pg_export_snapshot()", row => row.GetString(0), cancellation)[0];
                lock (_lock)
                {
                    // All readers may have gone meanwhile.
                    if (_users == 0)
                        throw new OperationCanceledException();
                    (_holder, _id) = (holder, id);
                }
                return id;
            }
            catch
            {
                holder.Dispose();
                throw;
            }
        }
    }

    PostgresSession Open(CancellationToken cancellation)
    {
        var session = PostgresSession.Open(options.Address, $"reading table \"{options.Table}\"", cancellation);
        // It may wait for long until somebody takes its rows, but not for a lock. Rows of a query come in the same order each time.
        session.Execute(
            """
            SELECT set_config('idle_in_transaction_session_timeout', '0', false), set_config('lock_timeout', '30000', false), set_config('synchronize_seqscans', 'off', false),
                set_config('max_parallel_workers_per_gather', '0', false)
            """,
            cancellation);
        return session;
    }

    void Drop()
    {
        _holder?.Dispose();
        _holder = null;
    }
}
