using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace SqlStream.Server.Http;

/// <summary>Hands connections to the web server that somebody else has accepted.</summary>
sealed class SocketTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is AcceptedEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new(new Listener((AcceptedEndPoint)endpoint));

    /// <summary>Stands for the place where the connections come from.</summary>
    public sealed class AcceptedEndPoint(ChannelReader<Socket> sockets) : EndPoint
    {
        public ChannelReader<Socket> Sockets => sockets;

        public override string ToString() => "control socket";
    }

    sealed class Listener(AcceptedEndPoint endpoint) : IConnectionListener
    {
        readonly SocketConnectionContextFactory _connections = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);
        readonly CancellationTokenSource _stop = new();

        public EndPoint EndPoint => endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
            try
            {
                return _connections.Create(await endpoint.Sockets.ReadAsync(either.Token).ConfigureAwait(false));
            }
            catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
            {
                return null;
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _stop.Cancel();
            return default;
        }

        [SuppressMessage("Reliability", "CA2213", Justification = "The token is still looked at by an accept that has not come back.")]
        public ValueTask DisposeAsync()
        {
            _stop.Cancel();
            _connections.Dispose();
            return default;
        }
    }
}
