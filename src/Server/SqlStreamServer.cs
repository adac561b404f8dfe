using System.Net.Sockets;
using SqlStream.Core.Files;
using SqlStream.Engine;
using SqlStream.Engine.Jobs;
using SqlStream.Engine.Sessions;
using SqlStream.Server.Http;
using SqlStream.Server.Jobs;
using SqlStream.Server.Security;
using SqlStream.Server.Sessions;
using SqlStream.State.Checkpoints;
using ExternalException = SqlStream.Core.Diagnostics.ExternalException;

namespace SqlStream.Server;

/// <summary>The engine as a service in one process, which owns a data directory: its jobs go on, and its sessions are there again, when it is started again.</summary>
public sealed class SqlStreamServer : IAsyncDisposable
{
    readonly ServerOptions _options;
    readonly CancellationTokenSource _stopping = new();
    readonly JobLease _lease;
    readonly SqlStreamEngine _engine;
    readonly JobStore _jobs;
    readonly SessionTable _sessions;
    readonly JobRates _rates;
    readonly WebServer _web;
    ControlSocket? _socket;
    volatile bool _isReady;

    SqlStreamServer(ServerOptions options, JobLease lease)
    {
        _options = options;
        _lease = lease;
        var data = Path.GetFullPath(options.DataDirectory);
        var files = FileRoots.Below(options.Roots,
        [
            .. options.ClosedPaths, Path.Combine(data, JobStore.DirectoryName), Path.Combine(data, SessionFiles.DirectoryName),
            Path.Combine(data, "lease.lock"), Path.Combine(data, "lease.json"),
        ]);
        _engine = SqlStreamEngine.Open(new EngineOptions
        {
            DataDirectory = data,
            Lease = lease,
            Workers = options.Workers,
            Clock = options.Clock,
            Output = options.Output,
            Error = options.Output,
            Settings = options.Settings,
            Files = files,
            KeepsMemoryTables = true,
            AllowsAssemblies = options.AllowsAssemblies,
        });
        _jobs = JobStore.Open(_engine, options.Limits.JobHistoryMax, options.Say);
        _sessions = new SessionTable(_engine, _jobs, options);
        _rates = new JobRates(() => _jobs.All.Where(job => job.IsActive).Select(job => job.Job).OfType<Execution.Job>(), options.Clock);
        var views = new JobViews(_rates);
        var process = new ProcessApi(WebServer.Info("server", data, options.Clock, options.Limits), () => _isReady, _engine.Metrics);
        _web = new WebServer(
            [
                .. ApiRoutes.Process(process),
                .. ApiRoutes.Sessions(
                    new SessionsApi(_sessions),
                    new StatementsApi(_sessions, options.Limits, options.Clock, _stopping.Token),
                    new ScriptsApi(_engine, _jobs, options.Limits, files, views)),
                .. ApiRoutes.Jobs(new JobsApi(new ServerJobs(_engine, _jobs, views), views, files, Path.Combine(data, "savepoints"))),
            ],
            options.Limits, () => _isReady, options.Say);
    }

    /// <summary>Where it listens, as URLs.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>Starts: takes the data directory, listens, and lets all jobs go on that are to.</summary>
    public static async Task<SqlStreamServer> StartAsync(ServerOptions options)
    {
        AccessRules.Check(options);
        var lease = JobLease.Acquire(options.DataDirectory, options.Clock);
        SqlStreamServer server;
        try
        {
            server = new SqlStreamServer(options, lease);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
        try
        {
            await server.StartAsync().ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops: queries end, jobs stop with final checkpoints and go on at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        _isReady = false;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _sessions.DisposeAsync().ConfigureAwait(false);
        await _jobs.ShutDownAsync(_options.StopTimeout).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
        if (_socket is not null)
            await _socket.DisposeAsync().ConfigureAwait(false);
        _rates.Dispose();
        await _engine.DisposeAsync().ConfigureAwait(false);
        _lease.Dispose();
        _stopping.Dispose();
    }

    async Task StartAsync()
    {
        try
        {
            _socket = await ControlSocket.OpenAsync(_engine.DataDirectory, serve: null).ConfigureAwait(false);
            _web.ListenSocket(_socket.Accepted);
        }
        catch (ExternalException e)
        {
            _options.Say($"{e.Message}: --data does not reach this server");
        }
        _web.Listen(_options);
        try
        {
            Addresses = [.. (await _web.StartAsync().ConfigureAwait(false)).Where(address => !address.Contains("control socket", StringComparison.Ordinal))];
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw ServerErrors.CannotListen(_options.Listen, e);
        }
        foreach (var problem in _jobs.Problems)
            _options.Say(problem);
        _sessions.Restore();
        await _jobs.ResumeAsync().ConfigureAwait(false);
        _isReady = true;
    }
}
