using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Execution.Expressions;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Operators;

/// <summary>Gives every row once for each row that a table function makes of it: the columns of the row are gathered, batch by batch, beside those that
/// the function has made.</summary>
sealed class CorrelateOperator : Operator
{
    readonly OperatorContext _context;
    readonly PhysicalCorrelate _plan;
    readonly CompiledExpressions _arguments;
    readonly TableKernel _kernel;
    readonly FixedColumnBuilder<int>? _ordinality;
    readonly int[] _rows;
    readonly byte[] _kinds;
    Column[] _values = [];
    int _count;
    Batch? _batch;
    int _row;
    int _number;

    public CorrelateOperator(OperatorContext context, PhysicalCorrelate plan)
    {
        _context = context;
        _plan = plan;
        _arguments = ExpressionCompiler.Compile([.. plan.Table.Arguments]);
        var hasOrdinality = plan.Produced.Contains(plan.Table.Ordinality);
        _ordinality = hasOrdinality ? (FixedColumnBuilder<int>)ColumnBuilder.Create(plan.Schema[plan.Schema.Count - 1].Type, context.Pool) : null;
        _kernel = plan.Table.Call.CreateKernel([.. plan.Produced.Where(column => column != plan.Table.Ordinality)], context.Pool);
        _rows = new int[context.BatchRows];
        _kinds = new byte[context.BatchRows];
    }

    public override string Name => "Correlate";

    public override bool HasPending => _batch is not null;

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        _batch = batch.Dense(_context.Pool);
        batch.Release();
        (_row, _number) = (0, 0);
        _values = _arguments.Evaluate(_batch.Columns, _batch.Rows, _context.Pool, _context.Session);
        _kernel.Begin(new EvaluationContext(_context.Pool, _batch.Rows, [], _context.Session), _values);
    }

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && _batch is { } batch; i++)
        {
            Fill(batch);
            if (_count > 0)
            {
                _context.Metrics.AddRowsOut(_count);
                output.Emit(Build(batch));
            }
            if (_row == batch.Rows)
                Release();
        }
    }

    public override void Dispose()
    {
        Release();
        _kernel.Dispose();
        _ordinality?.Dispose();
    }

    void Release()
    {
        _batch?.Release();
        _batch = null;
        foreach (var value in _values)
            value.Release();
        _values = [];
    }

    // The next rows of the function, as many as make a batch.
    void Fill(Batch batch)
    {
        _count = 0;
        while (_row < batch.Rows && _count < _rows.Length)
        {
            var room = _rows.Length - _count;
            var made = _kernel.Next(_row, room);
            Add(batch, made, isMissing: false);
            if (made == room)
                return;
            if (_number == 0 && _plan.IsOuter)
            {
                _kernel.AppendNulls();
                Add(batch, 1, isMissing: true);
            }
            _row++;
            _number = 0;
        }
    }

    // What goes of an update goes by itself: the rows before and after need not be as many.
    void Add(Batch batch, int count, bool isMissing)
    {
        _rows.AsSpan(_count, count).Fill(_row);
        if (!batch.IsInsertOnly)
            _kinds.AsSpan(_count, count).Fill((byte)(batch.Kind(_row) is RowKind.Insert or RowKind.UpdateAfter ? RowKind.Insert : RowKind.Delete));
        _count += count;
        for (var i = 0; i < count; i++)
        {
            _number++;
            if (isMissing)
                _ordinality?.AppendNull();
            else
                _ordinality?.Append(_number);
        }
    }

    Batch Build(Batch batch)
    {
        var columns = new Column[_plan.Schema.Count];
        var kept = _plan.Kept.Count;
        for (var i = 0; i < kept; i++)
            columns[i] = ColumnFactory.Gather(batch[_plan.Kept[i]], _rows.AsSpan(0, _count), _context.Pool);
        var own = columns.Length - kept - (_ordinality is null ? 0 : 1);
        for (var i = 0; i < own; i++)
            columns[kept + i] = _kernel.Build(i);
        if (_ordinality is not null)
            columns[^1] = _ordinality.Build();
        _kernel.End();
        byte[]? kinds = null;
        if (!batch.IsInsertOnly)
        {
            kinds = _context.Pool.Rent(_count);
            _kinds.AsSpan(0, _count).CopyTo(kinds);
        }
        return new Batch(columns, _count, _context.Pool, kinds, split: batch.Split);
    }
}
