using Npgsql;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Postgres;

/// <summary>The table that a sink writes, through one connection: looked up, checked, and written by COPY.</summary>
sealed class PostgresTarget
{
    const string Upserts = "pg_temp._sqlstream_upserts";
    const string Deletes = "pg_temp._sqlstream_deletes";

    // The signature, no flags, nothing behind them.
    static readonly byte[] _copyHeader = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0"u8, 0, 0, 0, 0, 0, 0, 0, 0];
    static readonly byte[] _copyTrailer = [0xFF, 0xFF];

    readonly PostgresSession _session;
    readonly PostgresOptions _options;
    readonly RowConversion? _conversion;
    readonly IReadOnlyList<RefusedField> _encoded;
    readonly IReadOnlyList<RefusedField> _encodedKey;
    readonly IReadOnlyList<RefusedField> _written;
    readonly IReadOnlyList<RefusedField> _writtenKey;
    readonly string _copy;
    readonly string _copyDeletes = "";
    readonly string _delete = "";
    readonly string _upsert = "";

    PostgresTarget(PostgresSession session, ConnectorTable table, PostgresOptions options, TargetColumns target)
    {
        (_session, _options, _conversion) = (session, options, target.Conversion);
        _encoded = [.. table.Schema.Fields.Select(field => RefusedField.Of(field))];
        _encodedKey = [.. table.PrimaryKey.Select(column => _encoded[column])];
        _written = [.. target.Columns.Select(column => RefusedField.Of(column))];
        _writtenKey = [.. table.PrimaryKey.Select(column => _written[column])];
        var name = target.Table.Name.Sql;
        var columns = target.Columns.Select(column => PostgresName.Quote(column.Name)).ToList();
        var all = string.Join(", ", columns);
        if (table.PrimaryKey.IsEmpty)
        {
            _copy = $"COPY {name} ({all}) FROM STDIN (FORMAT BINARY)";
            return;
        }
        var key = table.PrimaryKey.Select(column => columns[column]).ToList();
        var rest = columns.Except(key).ToList();
        // What an epoch brings is to stay in the memory of the session; it takes no more of it than it needs.
        Stage = $"""
            SET temp_buffers = '64MB';
            CREATE TEMP TABLE _sqlstream_upserts ON COMMIT DELETE ROWS AS SELECT {all} FROM {name} WITH NO DATA;
            CREATE TEMP TABLE _sqlstream_deletes ON COMMIT DELETE ROWS AS SELECT {string.Join(", ", key)} FROM {name} WITH NO DATA
            """;
        _copy = $"COPY {Upserts} ({all}) FROM STDIN (FORMAT BINARY)";
        _copyDeletes = $"COPY {Deletes} ({string.Join(", ", key)}) FROM STDIN (FORMAT BINARY)";
        _delete = $"DELETE FROM {name} AS t USING {Deletes} AS d WHERE {string.Join(" AND ", key.Select(column => $"t.{column} = d.{column}"))}";
        _upsert = $"INSERT INTO {name} ({all}) SELECT {all} FROM {Upserts} ON CONFLICT ({string.Join(", ", key)}) DO "
            + (rest.Count == 0 ? "NOTHING" : $"UPDATE SET {string.Join(", ", rest.Select(column => $"{column} = EXCLUDED.{column}"))}");
    }

    string? Stage { get; }

    /// <summary>Looks the table up, or makes it where that is wished, checks it, and makes ready what writing needs for as long as the connection lives.</summary>
    public static PostgresTarget Open(PostgresSession session, ConnectorTable table, PostgresOptions options, CancellationToken cancellation)
    {
        var target = new PostgresTarget(session, table, options, TargetColumns.Check(session, table, options, cancellation));
        if (target.Stage is { } stage)
            session.Execute(stage, cancellation);
        return target;
    }

    /// <summary>Writes a part, within a transaction. Where the server refuses some row, its exception comes through, unless the writing is careful: then such
    /// rows are found, and left out as the options say.</summary>
    public void Write(OutputPart part, bool isCareful, CancellationToken cancellation)
    {
        var refused = new List<RefusedRow>();
        var frames = Convert(part, refused);
        if (part.IsKeyed)
            WriteKeyed(new KeyFold(frames), isCareful, refused, cancellation);
        else if (isCareful)
            WriteCarefully([.. Rows(frames)], rows => Copy(_copy, rows, cancellation), (row, refusal) => new RefusedRow(_written, row, refusal), refused, cancellation);
        else
            Copy(_copy, frames, cancellation);
        if (refused.Count > 0 && _options.DeadLetters is not null)
            DeadLetters.Write(_session, _options, refused, cancellation);
    }

    IReadOnlyList<ReadOnlyMemory<byte>> Convert(OutputPart part, List<RefusedRow> refused)
    {
        if (_conversion is null)
            return part.Frames;
        return
        [
            .. part.Frames.Select(frame => part.IsKeyed
                ? _conversion.ConvertKeyed(frame, (row, refusal) => Refuse(RefusedRow.OfKeyed(_encoded, _encodedKey, row, refusal), refused))
                : _conversion.Convert(frame, (row, refusal) => Refuse(new RefusedRow(_encoded, row, refusal), refused))),
        ];
    }

    void Refuse(RefusedRow row, List<RefusedRow> refused)
    {
        if (_options.Refused == RefusedRows.Fail)
            throw PostgresErrors.RowRefused(_options.Table, row.Refusal);
        refused.Add(row);
    }

    void WriteKeyed(KeyFold fold, bool isCareful, List<RefusedRow> refused, CancellationToken cancellation)
    {
        var rows = fold.Rows;
        if (isCareful)
            WriteCarefully([.. rows], some => Apply(fold, some, clears: true, cancellation), (row, refusal) => Refused(fold, row, refusal), refused, cancellation);
        else
            Apply(fold, rows, clears: false, cancellation);
    }

    RefusedRow Refused(KeyFold fold, RowPlace row, RowRefusal refusal) =>
        fold.Header(row).IsDelete ? new RefusedRow(_writtenKey, fold.Key(row), refusal) : new RefusedRow(_written, fold.Row(row), refusal);

    // Keys that go, and rows that come or take the place of others.
    void Apply(KeyFold fold, IEnumerable<RowPlace> rows, bool clears, CancellationToken cancellation)
    {
        var deletes = rows.Where(row => fold.Header(row).IsDelete).ToList();
        if (deletes.Count > 0)
        {
            Copy(_copyDeletes, deletes.Select(fold.Key), cancellation);
            _session.Execute(_delete, cancellation);
        }
        Copy(_copy, rows.Where(row => !fold.Header(row).IsDelete).Select(fold.Row), cancellation);
        _session.Execute(_upsert, cancellation);
        if (clears)
            _session.Execute($"DELETE FROM {Upserts}; DELETE FROM {Deletes}", cancellation);
    }

    // All at once, and where that fails, each half.
    void WriteCarefully<T>(
        IReadOnlyList<T> rows, Action<IEnumerable<T>> write, Func<T, RowRefusal, RefusedRow> row, List<RefusedRow> refused, CancellationToken cancellation)
    {
        var parts = new Stack<(int Start, int Count)>([(0, rows.Count)]);
        while (parts.TryPop(out var part))
        {
            if (part.Count == 0)
                continue;
            _session.Execute("SAVEPOINT sqlstream", cancellation);
            try
            {
                write(rows.Skip(part.Start).Take(part.Count));
                _session.Execute("RELEASE SAVEPOINT sqlstream", cancellation);
            }
            catch (PostgresException e)
            {
                _session.Execute("ROLLBACK TO SAVEPOINT sqlstream; RELEASE SAVEPOINT sqlstream", cancellation);
                if (part.Count == 1)
                {
                    Refuse(row(rows[part.Start], RowRefusal.Of(e)), refused);
                    continue;
                }
                var half = part.Count / 2;
                parts.Push((part.Start + half, part.Count - half));
                parts.Push((part.Start, half));
            }
        }
    }

    static IEnumerable<ReadOnlyMemory<byte>> Rows(IEnumerable<ReadOnlyMemory<byte>> frames)
    {
        foreach (var frame in frames)
        {
            for (var position = 0; position < frame.Length;)
            {
                var bytes = CopyRows.RowBytes(frame.Span[position..]);
                yield return frame.Slice(position, bytes);
                position += bytes;
            }
        }
    }

    void Copy(string sql, IEnumerable<ReadOnlyMemory<byte>> pieces, CancellationToken cancellation) => _session.Call(
        () =>
        {
            var stream = _session.Connection.BeginRawBinaryCopy(sql);
            try
            {
                stream.Write(_copyHeader);
                foreach (var piece in pieces)
                {
                    cancellation.ThrowIfCancellationRequested();
                    stream.Write(piece.Span);
                    CrashPoint.Hit("postgres.copied");
                }
                stream.Write(_copyTrailer);
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
