using System.Buffers.Binary;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>Joins rows with the versions that rows of the other input had at their times.</summary>
/// <remarks>Changelog: <see cref="PhysicalTemporalJoin"/>. State: left rows by slices of time until the watermark has passed the slice; of each key of the right input the version
/// that holds at the watermark, and later ones, each <c>time i64 | encoded row</c> with the number 1, or 0 where the row is gone from then on; the watermark.</remarks>
sealed class TemporalJoinOperator : Operator
{
    const int TimeBytes = IntervalJoinSide.TimeBytes;
    const long SliceMicros = 1_000_000;
    const int ListsAtOnce = 1024;

    readonly OperatorContext _context;
    readonly PhysicalTemporalJoin _plan;
    readonly IntervalJoinSide _left;
    readonly RowLists _versions;
    readonly KeyBatch _keys = new();
    readonly KeyBatch _values = new();
    readonly BatchBuilder _output;
    readonly int _maxParallelism;
    readonly int _leftWidth;
    readonly Column[] _keyColumns;
    readonly SweptKeys _due = new();
    readonly SweptKeys _dueRows = new();
    byte[] _stored = new byte[256];
    EventTime _watermark = EventTime.MinusInfinity;
    ValueTableCursor? _scan;
    long _scanned;
    int _list;
    int _position;
    bool _isDue;

    public TemporalJoinOperator(OperatorContext context, PhysicalTemporalJoin plan)
    {
        (_context, _plan) = (context, plan);
        var left = context.Tables(PhysicalTemporalJoin.LeftTable);
        _maxParallelism = left.MaxParallelism;
        _leftWidth = plan.Left.Schema.Count;
        _keyColumns = new Column[plan.LeftKeys.Count];
        _left = new IntervalJoinSide(
            new SliceTable(left),
            new IntervalJoinSide.Plan(plan.LeftKeys, plan.LeftTime, plan.Left.Schema[plan.LeftTime].Name, 0, _leftWidth, 0, 0, plan.Kind.KeepsLeft()),
            SliceMicros);
        _versions = new RowLists(new ValueTable(context.Tables(PhysicalTemporalJoin.RightTable)), TimeBytes);
        _output = new BatchBuilder(plan.Schema, context.Pool);
        foreach (var state in context.RestoredState)
        {
            _watermark = EventTime.Max(_watermark, new EventTime(BinaryPrimitives.ReadInt64LittleEndian(state)));
            _left.AddRestored(state.AsSpan(sizeof(long)));
        }
    }

    public override string Name => "TemporalJoin";

    public override bool HasPending => _isDue;

    public override long DirtyBytes => _left.Table.DirtyBytes + _versions.Table.DirtyBytes;

    public override void OnData(Batch batch, IOutput output) => OnData(0, batch, output);

    public override void OnData(int input, Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        try
        {
            var keys = input == 0 ? _plan.LeftKeys : _plan.RightKeys;
            var columns = _keyColumns;
            for (var i = 0; i < columns.Length; i++)
                columns[i] = batch[keys[i]];
            _keys.Encode(columns, batch.StoredRows, batch.Selection);
            _values.Encode(batch.Columns, batch.StoredRows, batch.Selection);
            if (input == 0)
                AddLeft(batch, columns, output);
            else
                AddVersions(batch, columns);
        }
        finally
        {
            batch.Release();
        }
    }

    public override EventTime? OnWatermark(EventTime watermark, IOutput output)
    {
        if (watermark > _watermark)
        {
            _watermark = watermark;
            _context.Metrics.SetWatermark(watermark.Micros);
            _isDue = _left.FirstExpired(watermark.Micros) is not null;
        }
        // Rows of a slice come out when all of it is due.
        return watermark == EventTime.PlusInfinity || watermark == EventTime.MinusInfinity ? watermark : new EventTime(watermark.Micros - SliceMicros);
    }

    // Whoever is idle is passed over downstream: what waits would come late there.
    public override bool OnIdle(bool isSilent) => isSilent || _left.Table.Count == 0;

    public override void OnEnd(IOutput output) => OnWatermark(EventTime.PlusInfinity, output);

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && _isDue; i++)
        {
            EmitDue();
            Flush(output);
        }
    }

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        seal.Changed |= _left.Table.IsDirty;
        _left.Table.Seal(epoch, seal.Tables);
        seal.Add(_versions.Table.Seal(epoch));
        var directory = _left.Table.SaveDirectory();
        var state = new byte[sizeof(long) + directory.Length];
        BinaryPrimitives.WriteInt64LittleEndian(state, _watermark.Micros);
        directory.CopyTo(state, sizeof(long));
        seal.OperatorState.Add((_context.OperatorId, state));
    }

    public override void OnCommitted(Epoch epoch)
    {
        _left.Table.Committed(epoch);
        _versions.Table.Committed(epoch);
    }

    public override void Dispose()
    {
        _scan?.Dispose();
        _scan = null;
        _output.Dispose();
    }

    void AddLeft(Batch batch, Column[] keys, IOutput output)
    {
        var times = (FixedColumn<long>)batch[_plan.LeftTime];
        var late = 0;
        for (var i = 0; i < _keys.Count; i++)
        {
            var row = batch.StoredRow(i);
            if (times.IsNull(row))
                throw ExecutionErrors.NullRowtime(_plan.Left.Schema[_plan.LeftTime].Name);
            if (times[row] <= _watermark.Micros)
                late++;
            else if (!HasNull(keys, row))
                _left.Touch(_left.EndOf(times[row])).WillSelect(_keys.KeyGroup(i, _maxParallelism), _keys[i]);
        }
        _left.Fetch();
        for (var i = 0; i < _keys.Count; i++)
        {
            var row = batch.StoredRow(i);
            if (times[row] <= _watermark.Micros)
                continue;
            if (HasNull(keys, row))
            {
                EmitAlone(_values[i]);
                continue;
            }
            var rows = _left.Touched(_left.EndOf(times[row]));
            rows.Select(_keys.KeyGroup(i, _maxParallelism), _keys[i]);
            rows.Append(WithTime(times[row], _values[i]), 0);
        }
        _left.EndBatch();
        _context.Metrics.AddLateRows(late);
        Flush(output);
    }

    void AddVersions(Batch batch, Column[] keys)
    {
        var times = (FixedColumn<long>)batch[_plan.RightTime];
        _versions.BeginBatch();
        for (var i = 0; i < _keys.Count; i++)
            _versions.WillSelect(_keys.KeyGroup(i, _maxParallelism), _keys[i]);
        _versions.Fetch();
        for (var i = 0; i < _keys.Count; i++)
        {
            var row = batch.StoredRow(i);
            var kind = batch.Kind(row);
            if (kind == RowKind.UpdateBefore || HasNull(keys, row))
                continue;
            if (times.IsNull(row))
                throw ExecutionErrors.NullRowtime(_plan.Right.Schema[_plan.RightTime].Name);
            _versions.Select(_keys.KeyGroup(i, _maxParallelism), _keys[i]);
            AddVersion(times[row], kind != RowKind.Delete, _values[i]);
        }
        _versions.EndBatch();
    }

    // Of the versions up to the watermark only the last one can still be asked for.
    void AddVersion(long time, bool isThere, ReadOnlySpan<byte> row)
    {
        if (TryFind(_watermark.Micros, out var holding))
        {
            _versions.RemoveBetween(long.MinValue, holding - 1);
            if (time < holding)
                return;
        }
        _versions.RemoveBetween(time, time);
        _versions.Append(WithTime(time, row), isThere ? 1 : 0);
    }

    // Turns to the last version of the selected key that began at a time or before.
    bool TryFind(long time, out long found)
    {
        var place = (Chunk: -1, Position: 0);
        found = long.MinValue;
        for (; _versions.HasChunk; _versions.NextChunk())
        {
            var content = _versions.Content();
            for (var at = RowLists.FirstPosition; at < content.Length; at = RowLists.PositionAfter(content, at))
            {
                var begin = RowLists.TimeOf(RowLists.RowAt(content, at));
                if (begin > time || (place.Chunk >= 0 && begin < found))
                    continue;
                found = begin;
                place = (_versions.CurrentChunk, at);
            }
        }
        if (place.Chunk < 0)
            return false;
        (_versions.CurrentChunk, _versions.Position) = place;
        return true;
    }

    // The rows of slices that are due, as many as make a batch.
    void EmitDue()
    {
        while (_output.Rows < _context.BatchRows)
        {
            if (_list == _due.Count && !NextLists())
                return;
            for (; _list < _due.Count && _output.Rows < _context.BatchRows; _list++)
            {
                var rows = _dueRows[_list];
                var used = RowLists.UsedBytes(rows);
                for (; _position < used && _output.Rows < _context.BatchRows; _position = RowLists.PositionAfter(rows, _position))
                    Emit(RowLists.RowAt(rows, _position));
                if (_position < used)
                    return;
                _position = RowLists.FirstPosition;
            }
        }
    }

    void Emit(ReadOnlySpan<byte> left)
    {
        _versions.Select(_due.KeyGroup(_list), ChunkKey.Of(_due[_list]));
        var row = left[TimeBytes..];
        if (!TryFind(RowLists.TimeOf(left), out _) || RowLists.NoteAt(_versions.Content(), _versions.Position) == 0)
        {
            EmitAlone(row);
            return;
        }
        KeyEncoder.Decode(row, _output.Columns[.._leftWidth]);
        KeyEncoder.Decode(RowLists.RowAt(_versions.Content(), _versions.Position)[TimeBytes..], _output.Columns[_leftWidth..]);
        _output.EndRow();
    }

    // Some lists of left rows, with the versions of their keys; false when nothing more is due.
    bool NextLists()
    {
        if (_due.Count > 0)
            _versions.EndBatch();
        _due.Clear();
        _dueRows.Clear();
        (_list, _position) = (0, RowLists.FirstPosition);
        while (_due.Count == 0)
        {
            if (_scan is null)
            {
                if (_left.FirstExpired(_watermark.Micros) is not { } end)
                {
                    _isDue = false;
                    return false;
                }
                (_scan, _scanned) = (_left.Scan(end), end);
            }
            while (_due.Count < ListsAtOnce && _scan.MoveNext())
            {
                _due.Add(_scan.KeyGroup, _scan.Key);
                _dueRows.Add(0, _scan.Value);
            }
            if (_due.Count == ListsAtOnce)
                break;
            _scan.Dispose();
            _scan = null;
            _left.Drop(_scanned);
        }
        _versions.BeginBatch();
        for (var i = 0; i < _due.Count; i++)
            _versions.WillSelect(_due.KeyGroup(i), ChunkKey.Of(_due[i]));
        _versions.Fetch();
        return true;
    }

    void EmitAlone(ReadOnlySpan<byte> left)
    {
        if (_plan.Kind != JoinType.Left)
            return;
        KeyEncoder.Decode(left, _output.Columns[.._leftWidth]);
        foreach (var column in _output.Columns[_leftWidth..])
            column.AppendNull();
        _output.EndRow();
    }

    void Flush(IOutput output)
    {
        if (_output.Rows == 0)
            return;
        _context.Metrics.AddRowsOut(_output.Rows);
        output.Emit(_output.Build());
    }

    ReadOnlySpan<byte> WithTime(long time, ReadOnlySpan<byte> row)
    {
        var size = TimeBytes + row.Length;
        if (_stored.Length < size)
            _stored = new byte[size * 2];
        BinaryPrimitives.WriteInt64LittleEndian(_stored, time);
        row.CopyTo(_stored.AsSpan(TimeBytes));
        return _stored.AsSpan(0, size);
    }

    static bool HasNull(Column[] keys, int row)
    {
        foreach (var column in keys)
        {
            if (column.IsNull(row))
                return true;
        }
        return false;
    }
}
