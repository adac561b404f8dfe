using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Execution.Windows;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>Keeps rows until the watermark passes the end of their session, and emits them then with start, end and time of the session after their
/// columns.</summary>
/// <remarks>Changelog and late rows: <see cref="PhysicalSessionTable"/>. State: <see cref="OpenSessions"/>, where each session has an id, by which
/// its rows are a list (<see cref="RowLists"/>): the time of the row that began it, which is in no other open session of the key. Sessions
/// that become one have one list, the rows of the later after those of the earlier. A long session is emitted batch by batch.</remarks>
sealed class SessionTableOperator : Operator, ISessionValues
{
    readonly OperatorContext _context;
    readonly PhysicalSessionTable _plan;
    readonly LateRowLog? _lateRows;
    readonly OpenSessions _sessions;
    readonly SessionBatch _batch;
    readonly RowLists _rows;
    readonly RowLists _moving;
    readonly KeyBatch _values = new();
    readonly BatchBuilder _output;
    readonly ByteBuffer _listKey = new();
    readonly ByteBuffer _moved = new();
    readonly int _maxParallelism;
    ClosedSessions? _closed;
    bool _isReading;
    bool _draining;

    public SessionTableOperator(OperatorContext context, PhysicalSessionTable plan, LateRowLog? lateRows)
    {
        _context = context;
        _plan = plan;
        _lateRows = lateRows;
        var sessions = context.Tables(PhysicalSessionTable.SessionsTable);
        _maxParallelism = sessions.MaxParallelism;
        var time = plan.Input.Schema[plan.Window.TimeColumn];
        _sessions = new OpenSessions(
            sessions, context.Tables(SessionTimers.Table), plan.Window.GapMicros, SliceAssigner.TickOf(time.Type), this);
        _batch = new SessionBatch(_sessions, plan.Keys, plan.Window.TimeColumn, time.Name);
        _rows = new RowLists(new ValueTable(context.Tables(PhysicalSessionTable.RowsTable)));
        _moving = new RowLists(_rows.Table);
        _output = new BatchBuilder(plan.Schema, context.Pool);
        foreach (var state in context.RestoredState)
            _sessions.Restore(state);
    }

    public override string Name => "SessionTable";

    public override bool HasPending => _draining;

    public override long DirtyBytes => _sessions.DirtyBytes + _rows.Table.DirtyBytes;

    int ISessionValues.ValueBytes => sizeof(long);

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        try
        {
            if (batch.Rows == 0)
                return;
            _values.Encode(batch.Columns, batch.StoredRows, batch.Selection);
            _batch.Locate(batch);
            if (_batch.Late.Count > 0)
            {
                var late = CollectionsMarshal.AsSpan(_batch.Late);
                _context.Metrics.AddLateRows(late.Length);
                _lateRows?.Append(batch, late, _sessions.Watermark);
            }
            Append(batch);
        }
        finally
        {
            batch.Release();
        }
    }

    public override EventTime? OnWatermark(EventTime watermark, IOutput output)
    {
        if (watermark <= _sessions.Watermark)
            return watermark;
        _sessions.Watermark = watermark;
        _context.Metrics.SetWatermark(watermark.Micros);
        _draining = _sessions.HasDue();
        return watermark;
    }

    // Whoever is idle is passed over downstream: what the open sessions give would come late there.
    public override bool OnIdle(bool isSilent) => isSilent || _sessions.IsEmpty;

    public override void OnEnd(IOutput output) => OnWatermark(EventTime.PlusInfinity, output);

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && _draining; i++)
        {
            _closed ??= _sessions.Close();
            while (_output.Rows < _context.BatchRows && (_isReading || OpenNext()))
                Read();
            if (_output.Rows > 0)
            {
                _context.Metrics.AddRowsOut(_output.Rows);
                output.Emit(_output.Build());
            }
            if (_isReading || _closed is not null)
                continue;
            _draining = false;
        }
    }

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        seal.Changed |= _sessions.IsDirty;
        _sessions.Seal(epoch, seal.Tables);
        if (_rows.Table.Seal(epoch) is { } changes)
            seal.Tables.Add(changes);
        seal.OperatorState.Add((_context.OperatorId, _sessions.Save()));
        _lateRows?.Seal(epoch, seal);
    }

    public override void OnCommitted(Epoch epoch)
    {
        _sessions.Committed(epoch);
        _rows.Table.Committed(epoch);
    }

    public override void Dispose()
    {
        _closed?.Dispose();
        _closed = null;
        _output.Dispose();
        _lateRows?.Dispose();
    }

    void ISessionValues.Begin(Span<byte> value, long micros) => BinaryPrimitives.WriteInt64LittleEndian(value, micros);

    // Rarely does a row connect sessions: their lists are read for themselves.
    void ISessionValues.Merge(ushort keyGroup, ReadOnlySpan<byte> key, Span<byte> target, ReadOnlySpan<byte> source)
    {
        _rows.BeginBatch();
        _rows.WillSelect(keyGroup, ListKey(key, target));
        _rows.WillSelect(keyGroup, ListKey(key, source));
        _rows.Fetch();
        _rows.Select(keyGroup, ListKey(key, target));
        for (_moving.Select(keyGroup, ListKey(key, source)); _moving.HasChunk; _moving.NextChunk())
        {
            _moved.Clear();
            _moved.Append(_moving.Content());
            var content = _moved.Written;
            for (var at = _moving.Position; at < content.Length; at = RowLists.PositionAfter(content, at))
                _rows.Append(RowLists.RowAt(content, at), RowLists.NoteAt(content, at));
        }
        _moving.Clear();
        _rows.EndBatch();
    }

    void Append(Batch batch)
    {
        var offsets = _batch.Offsets;
        var kept = _batch.Kept;
        _rows.BeginBatch();
        for (var i = 0; i < offsets.Length; i++)
        {
            var entry = kept.IsEmpty ? i : kept[i];
            _rows.WillSelect(_batch.Keys.KeyGroup(entry, _maxParallelism), ListKey(_batch.Keys[entry], _sessions.Table.Memory[offsets[i]..]));
        }
        _rows.Fetch();
        for (var i = 0; i < offsets.Length; i++)
        {
            var entry = kept.IsEmpty ? i : kept[i];
            _rows.Select(_batch.Keys.KeyGroup(entry, _maxParallelism), ListKey(_batch.Keys[entry], _sessions.Table.Memory[offsets[i]..]));
            _rows.Append(_values[entry], batch.Kind(batch.StoredRow(entry)).Sign());
        }
        _rows.EndBatch();
    }

    // Turns to the rows of the next closed session; false if there is none.
    bool OpenNext()
    {
        if (_closed is null)
            return false;
        if (!_closed.MoveNext())
        {
            _closed.Dispose();
            _closed = null;
            return false;
        }
        var key = ListKey(_closed.Key, _closed.Value);
        _rows.BeginBatch();
        _rows.WillSelect(_closed.KeyGroup, key);
        _rows.Fetch();
        _rows.Select(_closed.KeyGroup, key);
        return _isReading = true;
    }

    // Rows of the session until its end or until the batch is full.
    void Read()
    {
        var width = _plan.Input.Schema.Count;
        for (; _rows.HasChunk; _rows.NextChunk())
        {
            var content = _rows.Content();
            for (; _rows.Position < content.Length; _rows.Position = RowLists.PositionAfter(content, _rows.Position))
            {
                if (_output.Rows >= _context.BatchRows)
                    return;
                KeyEncoder.Decode(RowLists.RowAt(content, _rows.Position), _output.Columns[..width]);
                ((FixedColumnBuilder<long>)_output[width]).Append(_closed!.Start);
                ((FixedColumnBuilder<long>)_output[width + 1]).Append(_closed.End);
                ((FixedColumnBuilder<long>)_output[width + 2]).Append(_closed.End - 1000);
                _output.EndRow(RowLists.NoteAt(content, _rows.Position) > 0 ? RowKind.Insert : RowKind.Delete);
            }
        }
        _rows.Clear();
        _rows.EndBatch();
        _isReading = false;
    }

    // The key and the id of the session.
    ReadOnlySpan<byte> ListKey(ReadOnlySpan<byte> key, ReadOnlySpan<byte> session)
    {
        _listKey.Clear();
        _listKey.Append(key);
        _listKey.Append(session[..sizeof(long)]);
        return _listKey.Written;
    }
}
