using Npgsql;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Postgres;

/// <summary>The table that a sink writes, through one connection: looked up, checked, and written by COPY.</summary>
sealed class PostgresTarget
{
    readonly PostgresSession _session;
    readonly PostgresOptions _options;
    readonly RowConversion? _conversion;
    readonly IReadOnlyList<RefusedField> _encoded;
    readonly IReadOnlyList<RefusedField> _encodedKey;
    readonly IReadOnlyList<RefusedField> _written;
    readonly IReadOnlyList<RefusedField> _writtenKey;
    readonly string _copy;
    readonly PostgresUpserts? _upserts;

    PostgresTarget(PostgresSession session, ConnectorTable table, PostgresOptions options, TargetColumns target, long mergeRowsMin)
    {
        (_session, _options, _conversion) = (session, options, target.Conversion);
        _encoded = [.. table.Schema.Fields.Select(field => RefusedField.Of(field))];
        _encodedKey = [.. table.PrimaryKey.Select(column => _encoded[column])];
        _written = [.. target.Columns.Select(column => RefusedField.Of(column))];
        _writtenKey = [.. table.PrimaryKey.Select(column => _written[column])];
        var columns = target.Columns.Select(column => column.Name).ToList();
        _copy = $"COPY {target.Table.Name.Sql} ({PostgresName.Quote(columns)}) FROM STDIN (FORMAT BINARY)";
        if (!table.PrimaryKey.IsEmpty)
            _upserts = new PostgresUpserts(session, target.Table, columns, [.. table.PrimaryKey.Select(column => columns[column])], mergeRowsMin);
    }

    /// <summary>Looks the table up, or makes it where that is wished, checks it, and makes ready what writing needs for as long as the connection lives.</summary>
    public static PostgresTarget Open(PostgresSession session, ConnectorTable table, PostgresOptions options, long mergeRowsMin, CancellationToken cancellation)
    {
        var target = new PostgresTarget(session, table, options, TargetColumns.Check(session, table, options, cancellation), mergeRowsMin);
        if (target._upserts is { } upserts)
            session.Execute(upserts.Stage, cancellation);
        return target;
    }

    /// <summary>Writes a part, within a transaction. Where the server refuses some row, its exception comes through, unless the writing is careful: then such
    /// rows are found, and left out as the options say.</summary>
    public void Write(OutputPart part, bool isCareful, CancellationToken cancellation)
    {
        var refused = new List<RefusedRow>();
        var frames = Convert(part, refused);
        if (_upserts is not null)
            WriteKeyed(_upserts, new KeyFold(frames), isCareful, refused, cancellation);
        else if (isCareful)
            WriteCarefully([.. Rows(frames)], rows => CopyIn.Write(_session, _copy, rows, cancellation), (row, refusal) => new RefusedRow(_written, row, refusal), refused, cancellation);
        else
            CopyIn.Write(_session, _copy, frames, cancellation);
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

    void WriteKeyed(PostgresUpserts upserts, KeyFold fold, bool isCareful, List<RefusedRow> refused, CancellationToken cancellation)
    {
        if (isCareful)
            WriteCarefully(fold.Rows, some => upserts.Apply(fold, some, isCareful: true, cancellation), (row, refusal) => Refused(fold, row, refusal), refused, cancellation);
        else
            upserts.Apply(fold, fold.Rows, isCareful: false, cancellation);
    }

    RefusedRow Refused(KeyFold fold, RowPlace row, RowRefusal refusal) =>
        fold.Header(row).IsDelete ? new RefusedRow(_writtenKey, fold.Key(row), refusal) : new RefusedRow(_written, fold.Row(row), refusal);

    // All at once, and where that fails, each half.
    void WriteCarefully<T>(
        IReadOnlyList<T> rows, Action<IReadOnlyList<T>> write, Func<T, RowRefusal, RefusedRow> row, List<RefusedRow> refused, CancellationToken cancellation)
    {
        var parts = new Stack<(int Start, int Count)>([(0, rows.Count)]);
        while (parts.TryPop(out var part))
        {
            if (part.Count == 0)
                continue;
            _session.Execute("SAVEPOINT sqlstream", cancellation);
            try
            {
                write([.. rows.Skip(part.Start).Take(part.Count)]);
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
}
