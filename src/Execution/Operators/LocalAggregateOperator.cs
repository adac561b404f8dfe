using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Execution.Windows;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>The first phase of an aggregation: gives one row for each group of a batch, with the accumulators over its rows.</summary>
/// <remarks>Groups in the order in which they come first. With a window, rows of different slices are different groups; rows that come too
/// late are folded too: the second phase knows the watermark. Keeps nothing.
/// Source: Larson, "Data reduction by partial preaggregation", ICDE 2002.</remarks>
sealed class LocalAggregateOperator : Operator
{
    readonly OperatorContext _context;
    readonly PhysicalLocalAggregate _plan;
    readonly AggregateSet _aggregates;
    readonly SliceAssigner? _slices;
    readonly BatchTable _groups = new();
    readonly KeyBatch _keys = new();
    readonly TouchedEntries _touched = new();
    readonly Column[] _columns;
    readonly FixedColumnBuilder<long>? _ends;
    readonly BytesColumnBuilder _partials;
    int[] _offsets = new int[Batch.RowsMax];
    int[] _rows = new int[Batch.RowsMax];

    public LocalAggregateOperator(OperatorContext context, PhysicalLocalAggregate plan)
    {
        _context = context;
        _plan = plan;
        _aggregates = new AggregateSet(plan.Aggregates, plan.Keys, 1);
        _columns = new Column[plan.PartialColumn];
        _partials = new BytesColumnBuilder(plan.Schema[plan.PartialColumn].Type, context.Pool);
        if (plan.Window is not { } window)
            return;
        _slices = new SliceAssigner(SliceAssigner.SlicesOf(window), plan.Input.Schema[window.TimeColumn].Type);
        _ends = new FixedColumnBuilder<long>(SqlType.BigInt, context.Pool);
    }

    public override string Name => "LocalAggregate";

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        try
        {
            if (batch.Rows == 0)
                return;
            if (_offsets.Length < batch.Rows)
                (_offsets, _rows) = (new int[batch.Rows * 2], new int[batch.Rows * 2]);
            Encode(batch);
            _groups.Locate(_keys, _aggregates.ValueBytes, _offsets, _touched);
            _aggregates.Fold(_groups.Memory, batch, _offsets.AsSpan(0, batch.Rows));
            _context.Metrics.AddRowsOut(_touched.Count);
            output.Emit(Partials(batch));
        }
        finally
        {
            batch.Release();
        }
    }

    public override void Dispose()
    {
        _partials.Dispose();
        _ends?.Dispose();
    }

    void Encode(Batch batch)
    {
        for (var i = 0; i < _plan.Keys.Count; i++)
            _columns[i] = batch[_plan.Keys[i]];
        if (_slices is null)
        {
            _keys.Encode(_columns, batch.StoredRows, batch.Selection);
            return;
        }
        var times = (FixedColumn<long>)batch[_plan.Window!.TimeColumn];
        if (_slices.TryWholeBatch(times, batch, out _))
        {
            _keys.Encode(_columns.AsSpan(0, _plan.Keys.Count), batch.StoredRows, batch.Selection);
            return;
        }
        var ends = Ends(times, batch);
        _columns[^1] = ends;
        _keys.Encode(_columns, batch.StoredRows, batch.Selection);
        ends.Release();
    }

    Column Ends(FixedColumn<long> times, Batch batch)
    {
        for (var row = 0; row < batch.StoredRows; row++)
            _ends!.Append(times.IsNull(row) ? 0 : _slices!.EndOf(times[row]));
        if (times.MayHaveNulls)
        {
            for (var i = 0; i < batch.Rows; i++)
            {
                if (times.IsNull(batch.StoredRow(i)))
                    throw ExecutionErrors.NullRowtime(_plan.Input.Schema[_plan.Window!.TimeColumn].Name);
            }
        }
        return _ends!.Build();
    }

    Batch Partials(Batch batch)
    {
        var groups = _touched.Count;
        var rows = _rows.AsSpan(0, groups);
        _touched.FirstKeys.CopyTo(rows);
        if (batch.HasSelection)
        {
            foreach (ref var row in rows)
                row = batch.Selection[row];
        }
        var columns = new Column[_plan.PartialColumn + 1];
        for (var i = 0; i < _plan.Keys.Count; i++)
            columns[i] = ColumnFactory.Gather(batch[_plan.Keys[i]], rows, _context.Pool);
        if (_plan.Window is { } window)
            columns[_plan.Keys.Count] = ColumnFactory.Gather(batch[window.TimeColumn], rows, _context.Pool);
        var memory = _groups.Memory;
        foreach (var offset in _touched.Offsets)
            _partials.Append(memory.Slice(offset, _aggregates.ValueBytes));
        columns[^1] = _partials.Build();
        return new Batch(columns, groups, _context.Pool);
    }
}
