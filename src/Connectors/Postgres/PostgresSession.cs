using System.Data;
using Npgsql;

namespace SqlStream.Connectors.Postgres;

/// <summary>A connection, with failures told as the engine knows them. One thread at a time; blocks.</summary>
sealed class PostgresSession : IDisposable
{
    // A session whose process is gone without a word must not hold its locks for ever, and what is committed must be on the server's disk.
    const string Settings = """
        SELECT set_config('idle_in_transaction_session_timeout', '60000', false), set_config('tcp_keepalives_idle', '20', false),
            set_config('tcp_keepalives_interval', '10', false), set_config('tcp_keepalives_count', '3', false),
            set_config('application_name', 'sqlstream ' || $1, false), set_config('client_min_messages', 'warning', false), set_config('DateStyle', 'ISO', false), set_config('TimeZone', 'UTC', false),
            set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)
        """;

    readonly NpgsqlConnection _connection;
    readonly PostgresAddress _address;
    readonly string _what;
    readonly bool _tellsRefusals;

    PostgresSession(NpgsqlConnection connection, PostgresAddress address, string what, bool tellsRefusals)
    {
        (_connection, _address, _what, _tellsRefusals) = (connection, address, what, tellsRefusals);
    }

    /// <summary>Connects.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="what">What for, for messages and for the server's list of sessions.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <param name="tellsRefusals">That rows are refused is told as the server's exception, not as an error.</param>
    public static PostgresSession Open(PostgresAddress address, string what, CancellationToken cancellation, bool tellsRefusals = false)
    {
        cancellation.ThrowIfCancellationRequested();
        var connection = address.Create();
        var session = new PostgresSession(connection, address, what, tellsRefusals);
        try
        {
            session.Call(
                () =>
                {
                    connection.Open();
                    return true;
                },
                cancellation);
            // What a server shows of a session ends after 63 bytes.
            session.Execute(Settings, cancellation, what.Length > 50 ? what[..50] : what);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The connection, for what has no method here.</summary>
    public NpgsqlConnection Connection => _connection;

    /// <summary>Runs statements; gives how many rows they changed.</summary>
    public int Execute(string sql, CancellationToken cancellation, params ReadOnlySpan<object?> parameters)
    {
        using var command = Command(sql, parameters);
        using var canceller = new Canceller(command, cancellation);
        return Call(command.ExecuteNonQuery, cancellation);
    }

    /// <summary>Runs a query and reads all its rows.</summary>
    public List<T> Query<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation, params ReadOnlySpan<object?> parameters) => Read(
        sql,
        CommandBehavior.Default,
        reader =>
        {
            var rows = new List<T>();
            while (reader.Read())
                rows.Add(read(reader));
            return rows;
        },
        cancellation,
        parameters);

    /// <summary>Runs a query and has what comes read.</summary>
    public T Read<T>(string sql, CommandBehavior behavior, Func<NpgsqlDataReader, T> read, CancellationToken cancellation, params ReadOnlySpan<object?> parameters)
    {
        using var command = Command(sql, parameters);
        using var canceller = new Canceller(command, cancellation);
        return Call(
            () =>
            {
                using var reader = command.ExecuteReader(behavior);
                return read(reader);
            },
            cancellation);
    }

    /// <summary>Runs what uses the connection, with failures told as the engine knows them.</summary>
    public T Call<T>(Func<T> call, CancellationToken cancellation = default)
    {
        try
        {
            return call();
        }
        catch (PostgresException e) when (_tellsRefusals && PostgresErrors.IsAboutRows(e))
        {
            throw;
        }
        catch (Exception e)
        {
            cancellation.ThrowIfCancellationRequested();
            var translated = PostgresErrors.Translate(e, _address, _what);
            if (ReferenceEquals(translated, e))
                throw;
            throw translated;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _connection.Dispose();
        }
        catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException or OperationCanceledException)
        {
            // It is gone in any case.
        }
    }

    NpgsqlCommand Command(string sql, ReadOnlySpan<object?> parameters)
    {
        var command = new NpgsqlCommand(sql, _connection);
        foreach (var parameter in parameters)
            command.Parameters.Add((parameter as NpgsqlParameter)?.Clone() ?? new NpgsqlParameter { Value = parameter ?? DBNull.Value });
        return command;
    }

    /// <summary>Cancels a command on the server when it is no longer wanted, as long as it runs.</summary>
    sealed class Canceller : IDisposable
    {
        readonly NpgsqlCommand _command;
        readonly CancellationTokenRegistration _registration;
        readonly Lock _lock = new();
        bool _ended;

        public Canceller(NpgsqlCommand command, CancellationToken cancellation)
        {
            _command = command;
            // Who cancels does not wait until the server has heard of it.
            _registration = cancellation.Register(static canceller => ThreadPool.UnsafeQueueUserWorkItem(static canceller => canceller.Cancel(), (Canceller)canceller!, preferLocal: false), this);
        }

        // The command goes after this: nobody may be at it then.
        public void Dispose()
        {
            _registration.Dispose();
            lock (_lock)
                _ended = true;
        }

        void Cancel()
        {
            lock (_lock)
            {
                if (_ended)
                    return;
                try
                {
                    _command.Cancel();
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    // It has ended, or its connection breaks in this moment, under the hands of the driver: then there is nothing to cancel, and the command tells why.
                }
            }
        }
    }
}
