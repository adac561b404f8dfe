using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Execution.Windows;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Operators;

/// <summary>Gives every row once for each window that it is in, with start, end and time of the window after its columns.</summary>
/// <remarks>Kinds stay; no state. Windows of a row come in the order of their ends, so that equal rows give equal rows and a retraction
/// meets what it retracts. NULL as the time is an error, as it is for aggregation.</remarks>
sealed class WindowTableOperator : Operator
{
    const long MicrosPerMilli = 1_000;

    readonly OperatorContext _context;
    readonly PhysicalWindowTable _plan;
    readonly IWindowSlices _slices;
    readonly int _inputColumns;
    int[] _rows;
    long[] _ends;
    int _count;
    Batch? _batch;
    int _next;
    long _nextEnd;

    public WindowTableOperator(OperatorContext context, PhysicalWindowTable plan)
    {
        _context = context;
        _plan = plan;
        _slices = SliceAssigner.SlicesOf(plan.Window);
        _inputColumns = plan.Input.Schema.Count;
        _rows = new int[context.BatchRows];
        _ends = new long[context.BatchRows];
    }

    public override string Name => "WindowTable";

    public override bool HasPending => _batch is not null;

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        if (batch.Rows == 0)
        {
            batch.Release();
            return;
        }
        _batch = batch;
        _next = 0;
        _nextEnd = long.MinValue;
    }

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && _batch is not null; i++)
        {
            Fill(_batch);
            if (_count > 0)
                output.Emit(Build(_batch));
            if (_next < _batch.Rows)
                continue;
            _batch.Release();
            _batch = null;
        }
    }

    public override void Dispose()
    {
        _batch?.Release();
        _batch = null;
    }

    // Goes on where the last batch ended, which may be between two windows of one row.
    void Fill(Batch batch)
    {
        var times = (FixedColumn<long>)batch[_plan.Window.TimeColumn];
        _count = 0;
        for (; _next < batch.Rows; _next++)
        {
            var row = batch.StoredRow(_next);
            if (times.IsNull(row))
                throw ExecutionErrors.NullRowtime(_plan.Input.Schema[_plan.Window.TimeColumn].Name);
            var slice = _slices.EndOf(times[row]);
            var last = _slices.LastWindowOf(slice);
            var end = _nextEnd == long.MinValue ? _slices.FirstWindowOf(slice) : _nextEnd;
            for (; last >= slice && end <= last; end = _slices.NextWindow(end))
            {
                if (_count == _rows.Length)
                {
                    _nextEnd = end;
                    return;
                }
                _rows[_count] = row;
                _ends[_count++] = end;
            }
            _nextEnd = long.MinValue;
        }
    }

    Batch Build(Batch batch)
    {
        var pool = _context.Pool;
        var rows = _rows.AsSpan(0, _count);
        var columns = new Column[_inputColumns + _plan.Properties.Count];
        for (var i = 0; i < _inputColumns; i++)
            columns[i] = ColumnFactory.Gather(batch[i], rows, pool);
        for (var i = 0; i < _plan.Properties.Count; i++)
            columns[_inputColumns + i] = Property(_plan.Properties[i]);
        byte[]? kinds = null;
        if (!batch.IsInsertOnly)
        {
            kinds = pool.Rent(_count);
            for (var i = 0; i < _count; i++)
                kinds[i] = (byte)batch.Kind(rows[i]);
        }
        _context.Metrics.AddRowsOut(_count);
        return new Batch(columns, _count, pool, kinds);
    }

    Column Property(WindowProperty property)
    {
        using var builder = new FixedColumnBuilder<long>(property.Type, _context.Pool);
        var values = builder.AppendSpan(_count);
        for (var i = 0; i < _count; i++)
        {
            values[i] = property.Kind switch
            {
                WindowPropertyKind.Start => _slices.StartOf(_ends[i]),
                WindowPropertyKind.End => _ends[i],
                _ => _ends[i] - MicrosPerMilli,
            };
        }
        return builder.Build();
    }
}
