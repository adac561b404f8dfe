using SqlStream.Core.Diagnostics;
using SqlStream.Engine;
using SqlStream.Engine.Jobs;
using SqlStream.Engine.Sessions;

namespace SqlStream.Server.Sessions;

/// <summary>The sessions of a server: opened, found, closed when nobody uses them, and there again after a restart. Thread-safe.</summary>
sealed class SessionTable : IAsyncDisposable
{
    static readonly TimeSpan _tick = TimeSpan.FromSeconds(5);

    readonly Lock _lock = new();
    readonly Dictionary<string, ServedSession> _sessions = [];
    readonly SemaphoreSlim _catalogTurn = new(1);
    readonly SqlStreamEngine _engine;
    readonly ServerOptions _options;
    readonly ITimer _timer;

    public SessionTable(SqlStreamEngine engine, JobStore jobs, ServerOptions options)
    {
        _engine = engine;
        _options = options;
        Jobs = jobs;
        Files = new SessionFiles(engine.DataDirectory);
        _timer = options.Clock.CreateTimer(_ => CloseIdle(), null, _tick, _tick);
    }

    public JobStore Jobs { get; }

    public SessionFiles Files { get; }

    public ServerLimits Limits => _options.Limits;

    public TimeProvider Clock => _options.Clock;

    /// <summary>All sessions, oldest first.</summary>
    public IReadOnlyList<ServedSession> All
    {
        get
        {
            lock (_lock)
                return [.. _sessions.Values.OrderBy(session => session.OpenedAt)];
        }
    }

    /// <summary>Brings back the sessions that are kept.</summary>
    public void Restore()
    {
        foreach (var stored in Files.Read(_options.Say))
        {
            try
            {
                var session = _engine.OpenSession();
                session.KeepCatalog();
                var served = new ServedSession(this, session, stored.Id, stored.Name, stored.OpenedAt);
                served.Set(one => one.Restore(stored));
                lock (_lock)
                    _sessions[stored.Id] = served;
            }
            catch (Exception e) when (e is SqlException or ExternalException)
            {
                _options.Say($"session {stored.Id} is not there any more: {e.Message}");
            }
        }
    }

    /// <summary>Opens a session.</summary>
    public ServedSession Open(string name, IReadOnlyDictionary<string, string> settings)
    {
        lock (_lock)
        {
            if (_sessions.Count >= Limits.SessionsMax)
                throw ServerErrors.TooManySessions(Limits.SessionsMax);
            var served = new ServedSession(this, _engine.OpenSession(), _engine.Jobs.NewId(), name, Clock.GetUtcNow());
            served.Set(session =>
            {
                session.KeepCatalog();
                session.Set(settings);
            });
            return _sessions[served.Id] = served;
        }
    }

    /// <summary>The session of that id, which is used now.</summary>
    public ServedSession Find(string id)
    {
        lock (_lock)
        {
            var session = _sessions.GetValueOrDefault(id) ?? throw ServerErrors.NoSuchSession(id);
            session.Touch();
            return session;
        }
    }

    /// <summary>Closes a session: its queries end, its jobs go on.</summary>
    public async Task CloseAsync(ServedSession session)
    {
        lock (_lock)
            _sessions.Remove(session.Id);
        await session.DisposeAsync().ConfigureAwait(false);
        Files.Remove(session.Id);
    }

    /// <summary>One session at a time changes the catalog that all share.</summary>
    public async Task<IDisposable> CatalogTurnAsync(CancellationToken cancellation)
    {
        await _catalogTurn.WaitAsync(cancellation).ConfigureAwait(false);
        return new Turn(_catalogTurn);
    }

    /// <summary>Ends all queries; the sessions are there again when the server is started.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        foreach (var session in All)
            await session.DisposeAsync().ConfigureAwait(false);
    }

    void CloseIdle()
    {
        foreach (var session in All.Where(session => session.Idle > Limits.SessionIdleTimeout))
            _ = CloseAsync(session);
    }

    sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
