using Npgsql;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Postgres;

/// <summary>A piece of what a server sends.</summary>
/// <param name="Buffer">A buffer of the pool; whoever takes the block returns it.</param>
/// <param name="Length">Bytes in it.</param>
readonly record struct CopyBlock(byte[] Buffer, int Length);

/// <summary>What a server sends of a query, block by block, read on edge threads a little ahead of the decoder.</summary>
sealed class CopyReadAhead(Func<CancellationToken, (PostgresSession Session, string Query)> open, string work, SplitReaderContext context)
    : ReadAhead<CopyBlock>(work, context)
{
    const int BufferBytes = 256 << 10;

    readonly ColumnPool _pool = context.Pool;
    readonly Lock _closing = new();
    PostgresSession? _session;
    volatile NpgsqlRawCopyStream? _stream;
    volatile bool _isUnwanted;
    volatile bool _isAtEnd;

    protected override CopyBlock ReadBlock(CancellationToken cancellation)
    {
        if (_stream is null)
        {
            (_session, var query) = open(cancellation);
            _stream = _session.Call(() => _session.Connection.BeginRawBinaryCopy($"COPY ({query}) TO STDOUT (FORMAT BINARY)"), cancellation);
        }
        var buffer = _pool.Rent(BufferBytes);
        try
        {
            return new CopyBlock(buffer, _session!.Call(() => Fill(buffer), cancellation));
        }
        catch
        {
            _pool.Return(buffer);
            throw;
        }
    }

    protected override byte[] BufferOf(CopyBlock block) => block.Buffer;

    protected override bool IsLast(CopyBlock block) => block.Length < block.Buffer.Length;

    // The thread that calls does not wait for the server.
    protected override void Close() => ThreadPool.UnsafeQueueUserWorkItem(static ahead => ahead.End(), this, preferLocal: false);

    protected override void Interrupt()
    {
        _isUnwanted = true;
        ThreadPool.UnsafeQueueUserWorkItem(static ahead => ahead.Cancel(), this, preferLocal: false);
    }

    // What the server still has to send would be read to its end when the session is closed.
    void End()
    {
        lock (_closing)
        {
            if (!_isAtEnd)
                Cancel();
            _stream = null;
            _session?.Dispose();
        }
    }

    void Cancel()
    {
        lock (_closing)
        {
            try
            {
                _stream?.Cancel();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // It has ended, or the connection breaks in this moment.
            }
        }
    }

    int Fill(byte[] buffer)
    {
        var length = 0;
        // The server sends row by row.
        while (length < buffer.Length && !_isUnwanted)
        {
            var read = _stream!.Read(buffer, length, buffer.Length - length);
            _isAtEnd = read == 0;
            if (_isAtEnd)
                break;
            length += read;
        }
        return length;
    }
}
