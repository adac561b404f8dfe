using System.Net;
using System.Net.Sockets;
using SqlStream.Broker.Handlers;

namespace SqlStream.Broker.Network;

/// <summary>Accepts the connections of one node.</summary>
sealed class Listener : IAsyncDisposable
{
    static readonly TimeSpan _sweepInterval = TimeSpan.FromSeconds(1);
    readonly Socket _socket;
    readonly Cluster _cluster;
    readonly HandlerTable _handlers;
    readonly int _nodeId;
    readonly CancellationTokenSource _stop = new();
    readonly Lock _lock = new();
    readonly Dictionary<Connection, Task> _connections = [];
    readonly ITimer _sweeper;
    Task _accepting = Task.CompletedTask;

    public Listener(IPEndPoint endPoint, Cluster cluster, HandlerTable handlers, int nodeId)
    {
        _cluster = cluster;
        _handlers = handlers;
        _nodeId = nodeId;
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // So that a broker can start again at once on the port that it had.
            _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            _socket.Bind(endPoint);
            _socket.Listen(512);
        }
        catch (SocketException e)
        {
            _socket.Dispose();
            throw BrokerErrors.CannotListen(endPoint.ToString(), e);
        }
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _sweeper = cluster.Options.TimeProvider.CreateTimer(_ => Sweep(), null, _sweepInterval, _sweepInterval);
    }

    public IPEndPoint EndPoint { get; }

    public int ConnectionCount
    {
        get
        {
            lock (_lock)
                return _connections.Count;
        }
    }

    public void Start() => _accepting = AcceptAsync();

    /// <summary>Closes all connections; clients come again.</summary>
    public void Disconnect()
    {
        foreach (var connection in Snapshot())
            connection.Close();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _sweeper.DisposeAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _accepting.ConfigureAwait(false);
        Task[] running;
        lock (_lock)
            running = [.. _connections.Values];
        Disconnect();
        await Task.WhenAll(running).ConfigureAwait(false);
        _stop.Dispose();
    }

    async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await _socket.AcceptAsync(_stop.Token).ConfigureAwait(false);
                Serve(client);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The client went before it was accepted, or there are no more handles; a pause lets some be closed.
                await Task.Delay(TimeSpan.FromMilliseconds(10), _cluster.Options.TimeProvider).ConfigureAwait(false);
            }
        }
    }

    void Serve(Socket client)
    {
        lock (_lock)
        {
            if (_connections.Count >= _cluster.Options.ConnectionsMax)
            {
                client.Dispose();
                return;
            }
            client.NoDelay = true;
            var connection = new Connection(client, _cluster, _handlers, _nodeId, _stop.Token);
            var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _connections.Add(connection, ServeAsync(connection, start.Task));
            start.SetResult();
        }
    }

    async Task ServeAsync(Connection connection, Task started)
    {
        await started.ConfigureAwait(false);
        try
        {
            await connection.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            connection.Dispose();
            lock (_lock)
                _connections.Remove(connection);
        }
    }

    void Sweep()
    {
        foreach (var connection in Snapshot())
            connection.CloseIfStalled();
    }

    Connection[] Snapshot()
    {
        lock (_lock)
            return [.. _connections.Keys];
    }
}
