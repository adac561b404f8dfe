using Npgsql;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Postgres;

/// <summary>What a server sends of a query, block by block, read on edge threads a little ahead of the decoder.</summary>
/// <remarks>One action runs at a time, and each reads one block. Dispose may come while one runs: the action then returns its buffer and closes the connection
/// itself.</remarks>
sealed class CopyReadAhead(Func<CancellationToken, (PostgresSession Session, string Query)> open, string work, SplitReaderContext context) : IDisposable
{
    const int BufferBytes = 256 << 10;
    const int BlocksMax = 2;

    readonly Lock _lock = new();
    readonly Queue<(byte[] Buffer, int Length)> _blocks = new();
    PostgresSession? _session;
    NpgsqlRawCopyStream? _stream;
    Exception? _failure;
    bool _running;
    bool _ended;
    bool _disposed;

    /// <summary>The next block if it is there, in a buffer of the pool that is the caller's now; asks for more. A failure of the reading is raised here, on the
    /// worker thread.</summary>
    public bool TryTake(out byte[] buffer, out int length)
    {
        Request();
        (byte[] Buffer, int Length) block;
        bool taken;
        lock (_lock)
        {
            taken = _blocks.TryDequeue(out block);
            if (!taken && _failure is not null)
                throw _failure;
        }
        if (taken)
            Request();
        (buffer, length) = block;
        return taken;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            while (_blocks.TryDequeue(out var block))
                context.Pool.Return(block.Buffer);
            if (_running)
                return;
        }
        _session?.Dispose();
    }

    void Request()
    {
        lock (_lock)
        {
            if (_running || _ended || _disposed || _blocks.Count >= BlocksMax)
                return;
            _running = true;
        }
        context.Edge.Run(work, Read);
    }

    void Read(CancellationToken cancellation)
    {
        (byte[] Buffer, int Length)? block = null;
        Exception? failure = null;
        try
        {
            if (!IsDisposed)
                block = ReadBlock(cancellation);
        }
        catch (Exception e) when (e is SqlException or ExternalException or OperationCanceledException)
        {
            failure = e;
        }
        if (!Deliver(block, failure))
            return;
        Request();
        context.Wake();
    }

    bool IsDisposed
    {
        get
        {
            lock (_lock)
                return _disposed;
        }
    }

    (byte[] Buffer, int Length) ReadBlock(CancellationToken cancellation)
    {
        if (_stream is null)
        {
            (_session, var query) = open(cancellation);
            _stream = _session.Call(() => _session.Connection.BeginRawBinaryCopy($"COPY ({query}) TO STDOUT (FORMAT BINARY)"), cancellation);
        }
        var buffer = context.Pool.Rent(BufferBytes);
        try
        {
            return (buffer, _session!.Call(() => Fill(buffer), cancellation));
        }
        catch
        {
            context.Pool.Return(buffer);
            throw;
        }
    }

    int Fill(byte[] buffer)
    {
        var length = 0;
        // The server sends row by row.
        while (length < buffer.Length)
        {
            var read = _stream!.Read(buffer, length, buffer.Length - length);
            if (read == 0)
                break;
            length += read;
        }
        return length;
    }

    // False if nobody wants the block any more.
    bool Deliver((byte[] Buffer, int Length)? block, Exception? failure)
    {
        lock (_lock)
        {
            _running = false;
            if (!_disposed)
            {
                _failure = failure;
                _ended = failure is not null || block is null || block.Value.Length < block.Value.Buffer.Length;
                if (block is { } filled)
                    _blocks.Enqueue(filled);
                return true;
            }
        }
        if (block is { } unwanted)
            context.Pool.Return(unwanted.Buffer);
        _session?.Dispose();
        return false;
    }
}
