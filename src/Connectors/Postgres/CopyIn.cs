using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Postgres;

/// <summary>Sends rows by binary COPY.</summary>
static class CopyIn
{
    // The signature, no flags, nothing behind them.
    static readonly byte[] _header = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0"u8, 0, 0, 0, 0, 0, 0, 0, 0];
    static readonly byte[] _trailer = [0xFF, 0xFF];

    /// <summary>Sends pieces that are made of whole rows.</summary>
    public static void Write(PostgresSession session, string sql, IEnumerable<ReadOnlyMemory<byte>> pieces, CancellationToken cancellation) => session.Call(
        () =>
        {
            var stream = session.Connection.BeginRawBinaryCopy(sql);
            try
            {
                stream.Write(_header);
                foreach (var piece in pieces)
                {
                    cancellation.ThrowIfCancellationRequested();
                    stream.Write(piece.Span);
                    CrashPoint.Hit("postgres.copied");
                }
                stream.Write(_trailer);
            }
            catch (OperationCanceledException)
            {
                stream.Cancel();
                throw;
            }
            stream.Dispose();
            return true;
        },
        cancellation);
}
