using System.Buffers.Binary;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>ORDER BY over a bounded, append-only input in one subtask: keeps the rows, and gives them in order when the input has ended.</summary>
/// <remarks>With FETCH no more rows are kept than can come out, and about as many again. Rows that the order does not tell apart come as
/// they came. State: one entry a row, under what it is ordered by and its number. The rows that are given are held in memory while they
/// are.</remarks>
sealed class SortOperator : Operator
{
    const int SpareRows = 1024;

    // One subtask owns all key groups.
    const ushort KeyGroup = 0;

    static readonly byte[] _endedState = [1];

    readonly OperatorContext _context;
    readonly PhysicalSort _plan;
    readonly ValueTable _rows;
    readonly SortKeyEncoder _order;
    readonly KeyBatch _values = new();
    readonly BatchBuilder _output;
    readonly Column[] _orderColumns;
    readonly long? _keptMax;
    readonly List<byte[]> _kept = [];
    readonly bool _endedBefore;
    SortedRows? _sorted;
    byte[]? _worst;
    long _number;
    bool _ended;

    public SortOperator(OperatorContext context, PhysicalSort plan)
    {
        _context = context;
        _plan = plan;
        _rows = new ValueTable(context.Tables("rows"));
        _order = new SortKeyEncoder(plan.Keys.Select(key => (key.Descending, key.NullsFirst)));
        _output = new BatchBuilder(plan.Schema, context.Pool);
        _orderColumns = new Column[plan.Keys.Count];
        _keptMax = plan.Fetch is { } fetch && fetch < long.MaxValue - plan.Offset ? plan.Offset + fetch : null;
        foreach (var state in context.RestoredState)
        {
            _number = Math.Max(_number, BinaryPrimitives.ReadInt64LittleEndian(state));
            _endedBefore |= state.AsSpan(sizeof(long)).SequenceEqual(_endedState);
        }
        _ended = _endedBefore;
        if (_keptMax is not null && context.RestoredState.Count > 0)
            RestoreKept();
    }

    public override string Name => "Sort";

    public override bool HasPending => _sorted is not null;

    public override long DirtyBytes => _rows.DirtyBytes;

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        try
        {
            for (var i = 0; i < _orderColumns.Length; i++)
                _orderColumns[i] = batch[_plan.Keys[i].Column];
            _order.Begin(_orderColumns, batch.StoredRows, batch.Selection);
            _values.Encode(batch.Columns, batch.StoredRows, batch.Selection);
            for (var i = 0; i < batch.Rows; i++)
                Keep(_order.Key(i, _number++), _values[i]);
        }
        finally
        {
            batch.Release();
        }
    }

    // Rows in an order have no time order.
    public override EventTime? OnWatermark(EventTime watermark, IOutput output) => watermark == EventTime.PlusInfinity ? watermark : null;

    public override void OnEnd(IOutput output)
    {
        _ended = true;
        if (!_endedBefore)
            _sorted = new SortedRows(_rows, _plan.Offset, _plan.Fetch);
    }

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && _sorted is not null; i++)
        {
            while (_output.Rows < _context.BatchRows && _sorted.MoveNext())
            {
                KeyEncoder.Decode(_sorted.Row, _output.Columns);
                _output.EndRow();
            }
            if (_output.Rows < _context.BatchRows)
                _sorted = null;
            if (_output.Rows == 0)
                return;
            _context.Metrics.AddRowsOut(_output.Rows);
            output.Emit(_output.Build());
        }
    }

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        seal.Add(_rows.Seal(epoch));
        var state = new byte[sizeof(long) + (_ended ? 1 : 0)];
        BinaryPrimitives.WriteInt64LittleEndian(state, _number);
        if (_ended)
            _endedState.CopyTo(state, sizeof(long));
        seal.OperatorState.Add((_context.OperatorId, state));
    }

    public override void OnCommitted(Epoch epoch) => _rows.Committed(epoch);

    public override void Dispose() => _output.Dispose();

    void Keep(ReadOnlySpan<byte> key, ReadOnlySpan<byte> row)
    {
        if (_keptMax is not { } max)
        {
            _rows.Put(KeyGroup, key, row);
            return;
        }
        if (max == 0 || (_worst is not null && key.SequenceCompareTo(_worst) >= 0))
            return;
        _rows.Put(KeyGroup, key, row);
        _kept.Add(key.ToArray());
        if (_kept.Count >= (max * 2) + SpareRows)
            DropWorst((int)max);
    }

    void DropWorst(int max)
    {
        _kept.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        for (var i = max; i < _kept.Count; i++)
            _rows.Put(KeyGroup, _kept[i], []);
        _kept.RemoveRange(max, _kept.Count - max);
        _worst = _kept[^1];
    }

    void RestoreKept()
    {
        using var cursor = _rows.Scan();
        while (cursor.MoveNext())
            _kept.Add(cursor.Key.ToArray());
    }
}
