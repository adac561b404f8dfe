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
    PostgresSession? _session;
    NpgsqlRawCopyStream? _stream;

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

    protected override void Close() => _session?.Dispose();

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
}
