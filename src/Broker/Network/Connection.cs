using System.Net;
using System.Net.Sockets;
using SqlStream.Broker.Faults;
using SqlStream.Broker.Handlers;
using SqlStream.Broker.Protocol;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Broker.Network;

/// <summary>One client's connection: reads a request, has it handled, writes the answer, then the next, as a Kafka broker does.</summary>
sealed class Connection : IDisposable
{
    readonly Socket _socket;
    readonly Cluster _cluster;
    readonly HandlerTable _handlers;
    readonly FrameReader _frames;
    readonly Request _request;
    readonly Action _progress;
    readonly CancellationTokenSource _stop;
    long _lastProgress;
    volatile bool _isSending;
    volatile bool _isHandling;

    /// <param name="socket">Owned from now on.</param>
    /// <param name="cluster">What the handlers work on.</param>
    /// <param name="handlers">Answer the requests.</param>
    /// <param name="nodeId">The node that the client has connected to.</param>
    /// <param name="stop">When the broker stops.</param>
    public Connection(Socket socket, Cluster cluster, HandlerTable handlers, int nodeId, CancellationToken stop)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _socket = socket;
        _cluster = cluster;
        _handlers = handlers;
        _frames = new FrameReader(socket, cluster.Options.RequestBytesMax);
        var host = "/" + (socket.RemoteEndPoint as IPEndPoint)?.Address;
        _request = new Request(nodeId, new Session(host, !cluster.Credentials.IsRequired));
        _progress = () => Volatile.Write(ref _lastProgress, _cluster.Options.TimeProvider.GetTimestamp());
        _progress();
    }

    /// <summary>Serves the client until it goes, misbehaves, or the broker stops. Throws nothing.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (await _frames.NextAsync(_progress, _stop.Token).ConfigureAwait(false))
            {
                _isHandling = true;
                var goesOn = await HandleAsync(_stop.Token).ConfigureAwait(false);
                _isHandling = false;
                if (!goesOn)
                    return;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException or ExternalException or IOException)
        {
            // The client has gone, or what it sent has no meaning: the connection is closed, as by any Kafka broker.
        }
#pragma warning disable CA1031 // Whatever a request brings about ends its connection only; it is told where somebody sees it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _cluster.Options.Failed?.Invoke(e);
        }
    }

    /// <summary>Closes the connection if the client is silent for too long, in the middle of a request or between two, or has gone while its
    /// request waits.</summary>
    public void CloseIfStalled()
    {
        if (_isHandling && !_isSending)
        {
            if (HasGone())
                Close();
            return;
        }
        var silent = _cluster.Options.TimeProvider.GetElapsedTime(Volatile.Read(ref _lastProgress));
        var max = _isSending || _frames.IsInFrame ? _cluster.Options.ConnectionStallMax : _cluster.Options.ConnectionIdleMax;
        if (silent > max)
            Close();
    }

    public void Close()
    {
        _socket.Dispose();
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself meanwhile.
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _stop.Dispose();
        _frames.Dispose();
        _request.Writer.Dispose();
    }

    // Readable with nothing to read is the end of the stream.
    bool HasGone()
    {
        try
        {
            return _socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    async ValueTask<bool> HandleAsync(CancellationToken stop)
    {
        _request.ReadHead(_frames.Buffer, _frames.Offset, _frames.Length);
        var handler = _handlers.Find(_request.Api) ?? throw BrokerErrors.MalformedFrame($"there is no request {(short)_request.Api}");
        if (!_request.Session.IsAuthenticated && handler.Api.Key is not (ApiKey.ApiVersions or ApiKey.SaslHandshake or ApiKey.SaslAuthenticate))
            throw BrokerErrors.MalformedFrame("a request before the client has proved who it is");
        if (!handler.Api.Understands(_request.Version))
            return await RefuseVersionAsync(handler, stop).ConfigureAwait(false);
        var fault = _cluster.Faults.Next(_request.Api, _request.ClientId);
        if (fault is { Delay.Ticks: > 0 })
            await Task.Delay(fault.Delay, _cluster.Options.TimeProvider, stop).ConfigureAwait(false);
        if (fault is { Disconnects: true, AfterEffect: false })
            return false;
        _request.Begin(handler.Api);
        _request.Fault = fault;
        if (fault?.ReplayAfter is { } later)
            Replay(handler, fault, later);
        await handler.HandleAsync(_request, stop).ConfigureAwait(false);
        if (fault is { Disconnects: true })
            return false;
        if (_request.IsAnswered)
            await SendAsync(stop).ConfigureAwait(false);
        return !_request.EndsConnection;
    }

    async ValueTask<bool> RefuseVersionAsync(Handler handler, CancellationToken stop)
    {
        // Only for this request is there an answer that every client can read.
        if (handler != _handlers.ApiVersions)
            throw BrokerErrors.MalformedFrame($"version {_request.Version} of {handler.Api.Key}");
        _request.Begin(handler.Api);
        _handlers.ApiVersions.Refuse(_request);
        await SendAsync(stop).ConfigureAwait(false);
        return true;
    }

    async ValueTask SendAsync(CancellationToken stop)
    {
        var writer = _request.Writer;
        writer.Patch(0, writer.Length - sizeof(int));
        _progress();
        _isSending = true;
        for (var rest = writer.Written; rest.Length > 0;)
        {
            var count = await _socket.SendAsync(rest, SocketFlags.None, stop).ConfigureAwait(false);
            rest = rest[count..];
            _progress();
        }
        _isSending = false;
        // What a large answer took is not held while the client thinks.
        writer.Reset();
    }

    /// <summary>Has a copy of the request take effect later, as a duplicate that was delayed on its way would.</summary>
    void Replay(Handler handler, Fault fault, TimeSpan later)
    {
        var frame = _frames.Buffer.AsSpan(_frames.Offset, _frames.Length).ToArray();
        lock (_cluster.Gate)
        {
            _cluster.Deadlines.At(_cluster.Clock.Milliseconds + (long)later.TotalMilliseconds, () =>
            {
                var copy = new Request(_request.NodeId, _request.Session);
                copy.ReadHead(frame, 0, frame.Length);
                copy.Begin(handler.Api);
                copy.Fault = fault with { Error = null, ReplayAfter = null };
                _ = FinishReplayAsync(handler, copy);
            });
        }
    }

    static async Task FinishReplayAsync(Handler handler, Request copy)
    {
        try
        {
            await handler.HandleAsync(copy, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ExternalException)
        {
            // Nobody waits for the answer.
        }
        finally
        {
            copy.Writer.Dispose();
        }
    }
}
