using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using SqlStream.Client;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine;
using SqlStream.Server.Http;
using SqlStream.Server.Jobs;
using ExternalException = SqlStream.Core.Diagnostics.ExternalException;

namespace SqlStream.Server;

/// <summary>The Unix socket in a data directory, through which the process that owns it can be asked: only its user may. Needs the lease on the directory.</summary>
public sealed class ControlSocket : IAsyncDisposable
{
    const int Backlog = 64;
    const int PathBytesMax = 100;

    readonly Channel<Socket> _accepted = Channel.CreateBounded<Socket>(Backlog);
    readonly CancellationTokenSource _stop = new();
    readonly string _path;
    readonly Socket _socket;
    readonly Task _accepting;
    IAsyncDisposable? _host;

    ControlSocket(string path, Socket socket, Func<ChannelReader<Socket>, Task<IAsyncDisposable>>? serve)
    {
        _path = path;
        _socket = socket;
        _accepting = AcceptAsync(serve);
    }

    internal ChannelReader<Socket> Accepted => _accepted.Reader;

    /// <summary>Opens the socket of a process that runs one script. The web server is loaded when somebody connects.</summary>
    /// <returns>Null where there can be none, such as on a file system without sockets.</returns>
    public static async Task<ControlSocket?> OpenAsync(SqlStreamEngine engine)
    {
        try
        {
            return await OpenAsync(engine.DataDirectory, accepted => ServeAsync(engine, accepted)).ConfigureAwait(false);
        }
        catch (ExternalException)
        {
            // The script runs all the same.
            return null;
        }
    }

    internal static async Task<ControlSocket> OpenAsync(string directory, Func<ChannelReader<Socket>, Task<IAsyncDisposable>>? serve)
    {
        var path = Path.Combine(directory, ServerAddress.SocketName);
        var draft = path + ".tmp";
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            File.Delete(draft);
            await SocketPath.UseAsync(draft, PathBytesMax, name =>
            {
                socket.Bind(new UnixDomainSocketEndPoint(name));
                return Task.CompletedTask;
            }).ConfigureAwait(false);
            // Nobody can connect before it listens, and then only its user.
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(draft, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(Backlog);
            File.Move(draft, path, overwrite: true);
            return new ControlSocket(path, socket, serve);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or PlatformNotSupportedException or NotSupportedException)
        {
            socket.Dispose();
            throw new ExternalException($"socket \"{path}\" cannot be made", Retry.Never, SqlState.IoError, e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        File.Delete(_path);
        _socket.Dispose();
        await _accepting.ConfigureAwait(false);
        _accepted.Writer.TryComplete();
        if (_host is not null)
            await _host.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    async Task AcceptAsync(Func<ChannelReader<Socket>, Task<IAsyncDisposable>>? serve)
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var client = await _socket.AcceptAsync(_stop.Token).ConfigureAwait(false);
                if (serve is not null)
                    _host ??= await serve(_accepted.Reader).ConfigureAwait(false);
                await _accepted.Writer.WriteAsync(client, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // That is how it ends.
        }
    }

    // In a method of its own, so that what it needs is loaded when it is called.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static async Task<IAsyncDisposable> ServeAsync(SqlStreamEngine engine, ChannelReader<Socket> accepted)
    {
        var limits = new ServerLimits();
        var rates = new JobRates(() => engine.Jobs.All, TimeProvider.System);
        var views = new JobViews(rates);
        var process = new ProcessApi(WebServer.Info("run", engine.DataDirectory, TimeProvider.System, limits), () => true, engine.Metrics);
        var jobs = new JobsApi(new RunJobs(engine, views), views, Core.Files.FileRoots.Anywhere, Path.Combine(engine.DataDirectory, "savepoints"));
        var server = new WebServer([.. ApiRoutes.Process(process), .. ApiRoutes.Jobs(jobs)], limits, () => true, _ => { });
        server.ListenSocket(accepted);
        await server.StartAsync().ConfigureAwait(false);
        return new Parts(server, rates);
    }

    sealed class Parts(WebServer server, JobRates rates) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            rates.Dispose();
            await server.DisposeAsync().ConfigureAwait(false);
        }
    }
}
