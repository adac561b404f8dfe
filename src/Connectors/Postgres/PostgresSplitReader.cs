using System.Buffers.Binary;
using System.Globalization;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Postgres;

/// <summary>Reads a part of a table: rows of binary COPY become columns.</summary>
sealed class PostgresSplitReader : ISplitReader
{
    const int SignatureBytes = 11;
    const int HeaderBytes = SignatureBytes + 4 + 4;
    const int PlaceBytes = 6;

    readonly SplitReaderContext _context;
    readonly ConnectorTable _table;
    readonly PostgresSnapshot _snapshot;
    readonly CopyReadAhead _ahead;
    readonly CopyValue[] _values;
    readonly BatchBuilder _builder;
    readonly bool _isOrdered;
    readonly PostgresPosition _from;
    (uint Block, ushort Offset)? _place;
    long _rows;
    byte[]? _buffer;
    int _start;
    int _end;
    bool _hasHeader;
    bool _ended;

    public PostgresSplitReader(SplitReaderContext context, ConnectorTable table, PostgresOptions options, PostgresSnapshot snapshot, PostgresSplit split, string? position)
    {
        (_context, _table, _snapshot, _isOrdered) = (context, table, snapshot, split.IsOrdered);
        _from = position is null ? PostgresPosition.Start : PostgresPosition.Parse(position);
        var types = context.ReadColumns.Select(column => table.Schema[column].Type).ToList();
        _values = [.. types.Select(CopyValue.Create)];
        _builder = new BatchBuilder(types, context.Pool);
        snapshot.Enter();
        _ahead = new CopyReadAhead(cancellation => Open(options, split, cancellation), $"read {options.Table}", context);
    }

    public string Position => (_place is var (block, offset)
        ? _from with { After = string.Create(CultureInfo.InvariantCulture, $"({block},{offset})") }
        : _from with { Rows = _from.Rows + (_isOrdered ? 0 : _rows) }).ToString();

    public ReadStatus Read(out Batch? batch)
    {
        batch = null;
        while (!_ended && _builder.Rows < _context.BatchRows)
        {
            if (TryDecode())
                continue;
            if (!_ended && !TryFill())
                break;
        }
        if (_builder.Rows > 0)
        {
            batch = _builder.Build();
            return ReadStatus.Batch;
        }
        return _ended ? ReadStatus.End : ReadStatus.Waiting;
    }

    public void Dispose()
    {
        _ahead.Dispose();
        _snapshot.Leave();
        _builder.Dispose();
        ReturnBuffer();
    }

    (PostgresSession Session, string Query) Open(PostgresOptions options, PostgresSplit split, CancellationToken cancellation)
    {
        var session = _snapshot.Join(cancellation);
        try
        {
            var found = PostgresTable.Find(session, options.Table, cancellation) ?? throw PostgresErrors.TableMissing(options.Table, options.Address, mayCreate: false);
            string Query(bool isSorted) => split.Query(
                [.. _context.ReadColumns.Select(column => SourceColumns.Expression(found, _table, column, "t"))],
                _context.Predicate is null ? null : PushedCondition.Sql(_context.Predicate, found, _table, "t"),
                _context.RowsMax,
                _from,
                isSorted);
            return (session, Query(isSorted: split.IsOrdered && !ScanOrder.TryKeep(session, Query(isSorted: false), cancellation)));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    // More bytes behind those that are left; false while none are there.
    bool TryFill()
    {
        if (!_ahead.TryTake(out var taken))
            return false;
        var (block, length) = taken;
        var rest = _end - _start;
        if (length == 0)
        {
            _context.Pool.Return(block);
            throw PostgresErrors.CopyMalformed(_table.Name);
        }
        if (rest == 0)
        {
            ReturnBuffer();
            (_buffer, _start, _end) = (block, 0, length);
            return true;
        }
        var joined = _context.Pool.Rent(rest + length);
        _buffer.AsSpan(_start, rest).CopyTo(joined);
        block.AsSpan(0, length).CopyTo(joined.AsSpan(rest));
        _context.Pool.Return(block);
        ReturnBuffer();
        (_buffer, _start, _end) = (joined, 0, rest + length);
        return true;
    }

    // One row; false where not all of it is there, and at the end.
    bool TryDecode()
    {
        var source = _buffer.AsSpan(_start, _end - _start);
        if (!_hasHeader)
        {
            if (source.Length < HeaderBytes)
                return false;
            _hasHeader = true;
            _start += HeaderBytes;
            return true;
        }
        if (source.Length < 2)
            return false;
        if (BinaryPrimitives.ReadInt16BigEndian(source) < 0)
        {
            _ended = true;
            return false;
        }
        var bytes = CopyRows.RowBytesIfWhole(source);
        if (bytes < 0)
            return false;
        ReadOnlySpan<byte> rest = source[2..];
        if (_isOrdered)
        {
            var bytesOfPlace = rest.Slice(CopyField.LengthBytes, PlaceBytes);
            var place = (BinaryPrimitives.ReadUInt32BigEndian(bytesOfPlace), BinaryPrimitives.ReadUInt16BigEndian(bytesOfPlace[4..]));
            // Reading goes on behind the last place: a row that came late would be lost.
            Check.That(_place is not { } last || place.CompareTo(last) > 0);
            _place = place;
            rest = rest[(CopyField.LengthBytes + PlaceBytes)..];
        }
        Decode(rest);
        _start += bytes;
        return true;
    }

    void Decode(ReadOnlySpan<byte> rest)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            if (!_values[i].TryAppendField(ref rest, _builder[i]))
                throw PostgresErrors.ValueMisfit(_table, _context.ReadColumns[i]);
        }
        _builder.EndRow();
        _rows++;
    }

    void ReturnBuffer()
    {
        if (_buffer is not null)
            _context.Pool.Return(_buffer);
        _buffer = null;
    }
}
