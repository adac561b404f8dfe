using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Execution.Checkpoints;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>Keeps the rows of both inputs by window, and joins those of a window when the watermark passes its end.</summary>
/// <remarks>Changelog and late rows: <see cref="PhysicalWindowJoin"/>. State: for each side and open window a list of rows by key (<see cref="RowLists"/>),
/// dropped when the window is joined; the watermark, so that after a restore the same rows are late. The number of a row says whether it has
/// had a pair, or that it has none because of NULL in its key. A window goes row by row of its left side, which may leave off anywhere.</remarks>
sealed class WindowJoinOperator : Operator
{
    const int HasNullKey = -1;
    const long TickMicros = 1_000;

    readonly OperatorContext _context;
    readonly PhysicalWindowJoin _plan;
    readonly Side[] _sides;
    readonly KeyBatch _keys = new();
    readonly KeyBatch _values = new();
    readonly BatchBuilder _output;
    readonly JoinCandidates? _candidates;
    readonly LateRowLog?[] _lateRows;
    readonly int _maxParallelism;
    readonly Dictionary<long, List<int>> _rowsByEnd = [];
    readonly Stack<List<int>> _freeRows = new();
    readonly List<int> _late = [];
    EventTime _watermark = EventTime.MinusInfinity;
    WindowJoinCursor? _joining;
    bool _draining;

    /// <param name="context">The context.</param>
    /// <param name="plan">The node.</param>
    /// <param name="lateRows">Where late rows of each input are kept; null where they are dropped.</param>
    public WindowJoinOperator(OperatorContext context, PhysicalWindowJoin plan, LateRowLog?[] lateRows)
    {
        _context = context;
        _plan = plan;
        _lateRows = lateRows;
        var left = context.Tables(PhysicalJoin.LeftTable);
        _maxParallelism = left.MaxParallelism;
        _sides =
        [
            new Side(new SliceTable(left), plan.LeftKeys, plan.LeftEnd, plan.Left.Schema, plan.Kind is JoinType.Left or JoinType.Full or JoinType.Anti),
            new Side(new SliceTable(context.Tables(PhysicalJoin.RightTable)), plan.RightKeys, plan.RightEnd, plan.Right.Schema, plan.Kind.KeepsRight()),
        ];
        _output = new BatchBuilder(plan.Schema, context.Pool);
        if (plan.Residual is { } residual)
            _candidates = new JoinCandidates(context, residual, [.. plan.Left.Schema.Fields, .. plan.Right.Schema.Fields]);
        foreach (var state in context.RestoredState)
            Restore(state);
    }

    public override string Name => "WindowJoin";

    public override bool HasPending => _draining;

    public override long DirtyBytes => _sides[0].Slices.DirtyBytes + _sides[1].Slices.DirtyBytes;

    public override void OnData(Batch batch, IOutput output) => OnData(0, batch, output);

    public override void OnData(int input, Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        try
        {
            var side = _sides[input];
            for (var i = 0; i < side.KeyColumns.Length; i++)
                side.KeyColumns[i] = batch[side.Keys[i]];
            _keys.Encode(side.KeyColumns, batch.StoredRows, batch.Selection);
            _values.Encode(batch.Columns, batch.StoredRows, batch.Selection);
            Separate(side, batch);
            foreach (var (end, rows) in _rowsByEnd)
            {
                Append(side, end, batch, CollectionsMarshal.AsSpan(rows));
                rows.Clear();
                _freeRows.Push(rows);
            }
            if (_late.Count > 0)
            {
                _context.Metrics.AddLateRows(_late.Count);
                _lateRows[input]?.Append(batch, CollectionsMarshal.AsSpan(_late), _watermark);
            }
        }
        finally
        {
            batch.Release();
        }
    }

    public override EventTime? OnWatermark(EventTime watermark, IOutput output)
    {
        if (watermark <= _watermark)
            return watermark;
        _watermark = watermark;
        _context.Metrics.SetWatermark(watermark.Micros);
        _draining = FirstDue() is not null;
        return watermark;
    }

    // Whoever is idle is passed over downstream: what the open windows give would come late there.
    public override bool OnIdle(bool isSilent) => isSilent || (_sides[0].Slices.FirstEnd is null && _sides[1].Slices.FirstEnd is null);

    public override void OnEnd(IOutput output) => OnWatermark(EventTime.PlusInfinity, output);

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && _draining; i++)
        {
            _joining ??= Open(FirstDue()!.Value);
            if (_joining.Fill(_output))
                Close(_joining);
            if (_output.Rows == 0)
                continue;
            _context.Metrics.AddRowsOut(_output.Rows);
            output.Emit(_output.Build());
        }
    }

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        foreach (var side in _sides)
        {
            seal.Changed |= side.Slices.IsDirty;
            side.Slices.Seal(epoch, seal.Tables);
        }
        seal.OperatorState.Add((_context.OperatorId, Save()));
        foreach (var late in _lateRows)
            late?.Seal(epoch, seal);
    }

    public override void OnCommitted(Epoch epoch)
    {
        foreach (var side in _sides)
            side.Slices.Committed(epoch);
    }

    public override void Dispose()
    {
        _joining?.Dispose();
        _joining = null;
        _output.Dispose();
        _candidates?.Dispose();
        foreach (var late in _lateRows)
            late?.Dispose();
    }

    bool IsClosed(long end) => _watermark.Micros >= end - TickMicros;

    long? FirstDue()
    {
        var first = Math.Min(_sides[0].Slices.FirstEnd ?? long.MaxValue, _sides[1].Slices.FirstEnd ?? long.MaxValue);
        return first < long.MaxValue && IsClosed(first) ? first : null;
    }

    // The rows of the batch by window.
    void Separate(Side side, Batch batch)
    {
        _rowsByEnd.Clear();
        _late.Clear();
        var ends = (FixedColumn<long>)batch[side.End];
        for (var i = 0; i < batch.Rows; i++)
        {
            var row = batch.StoredRow(i);
            if (ends.IsNull(row))
                throw ExecutionErrors.NullRowtime(side.Schema[side.End].Name);
            var end = ends[row];
            if (IsClosed(end))
            {
                _late.Add(row);
                continue;
            }
            if (!_rowsByEnd.TryGetValue(end, out var rows))
                _rowsByEnd.Add(end, rows = _freeRows.TryPop(out var free) ? free : []);
            rows.Add(i);
        }
    }

    void Append(Side side, long end, Batch batch, ReadOnlySpan<int> entries)
    {
        var lists = new RowLists(side.Slices.Open(end));
        lists.BeginBatch();
        foreach (var entry in entries)
            lists.WillSelect(_keys.KeyGroup(entry, _maxParallelism), _keys[entry]);
        lists.Fetch();
        foreach (var entry in entries)
        {
            var isNull = side.IsNullKey(batch.StoredRow(entry));
            // What has no pair and does not come out without one need not be kept.
            if (isNull && !side.IsKeptAlone)
                continue;
            lists.Select(_keys.KeyGroup(entry, _maxParallelism), _keys[entry]);
            lists.Append(_values[entry], isNull ? HasNullKey : 0);
        }
        lists.EndBatch();
    }

    WindowJoinCursor Open(long end) => new(
        _plan, end, _sides[0].Slices.Open(end), _sides[1].Slices.Open(end), _candidates, _context.BatchRows);

    void Close(WindowJoinCursor joining)
    {
        joining.Dispose();
        foreach (var side in _sides)
            side.Slices.Drop(joining.End);
        _joining = null;
        _draining = FirstDue() is not null;
    }

    // watermark i64 | bytes of the left directory i32 | left directory | right directory
    byte[] Save()
    {
        var (left, right) = (_sides[0].Slices.SaveDirectory(), _sides[1].Slices.SaveDirectory());
        var state = new byte[sizeof(long) + sizeof(int) + left.Length + right.Length];
        BinaryPrimitives.WriteInt64LittleEndian(state, _watermark.Micros);
        BinaryPrimitives.WriteInt32LittleEndian(state.AsSpan(sizeof(long)), left.Length);
        left.CopyTo(state, sizeof(long) + sizeof(int));
        right.CopyTo(state, sizeof(long) + sizeof(int) + left.Length);
        return state;
    }

    // All subtasks had the same watermark at the barrier: it came to them in order with it.
    void Restore(ReadOnlySpan<byte> state)
    {
        _watermark = EventTime.Max(_watermark, new EventTime(BinaryPrimitives.ReadInt64LittleEndian(state)));
        var left = BinaryPrimitives.ReadInt32LittleEndian(state[sizeof(long)..]);
        var directories = state[(sizeof(long) + sizeof(int))..];
        _sides[0].Slices.AddRestored(directories[..left]);
        _sides[1].Slices.AddRestored(directories[left..]);
    }

    /// <summary>One input.</summary>
    /// <param name="Slices">Its rows by window and key.</param>
    /// <param name="Keys">The columns of the key.</param>
    /// <param name="End">The column of the window's end.</param>
    /// <param name="Schema">Its columns.</param>
    /// <param name="IsKeptAlone">Rows without a pair come out.</param>
    sealed record Side(SliceTable Slices, ValueList<int> Keys, int End, Schema Schema, bool IsKeptAlone)
    {
        public Column[] KeyColumns { get; } = new Column[Keys.Count];

        public bool IsNullKey(int row) => Array.Exists(KeyColumns, column => column.IsNull(row));
    }
}
