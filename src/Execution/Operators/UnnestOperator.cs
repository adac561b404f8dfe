using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Operators;

/// <summary>Gives every row once for each element of its collection: the columns of the row and of the elements are gathered, batch by batch.</summary>
sealed class UnnestOperator : Operator
{
    const int NoElement = -1;

    readonly OperatorContext _context;
    readonly PhysicalUnnest _plan;
    readonly ColumnBuilder[] _produced;
    readonly bool _isMultiset;
    readonly int _ordinality;
    readonly int[] _rows;
    readonly int[] _elements;
    readonly int[] _numbers;
    readonly byte[] _kinds;
    int _count;
    bool _hasMissing;
    Batch? _batch;
    int _row;
    int _element;
    int _copy;
    int _number;

    public UnnestOperator(OperatorContext context, PhysicalUnnest plan)
    {
        _context = context;
        _plan = plan;
        var kept = plan.Kept.Count;
        _produced = [.. Enumerable.Range(0, plan.Produced.Count).Select(i => ColumnBuilder.Create(plan.Schema[kept + i].Type, context.Pool))];
        _ordinality = plan.Ordinality;
        _isMultiset = plan.Input.Schema[plan.Collection].Type.Kind == SqlTypeKind.Multiset;
        _rows = new int[context.BatchRows];
        _elements = new int[context.BatchRows];
        _numbers = new int[context.BatchRows];
        _kinds = new byte[context.BatchRows];
    }

    public override string Name => "Unnest";

    public override bool HasPending => _batch is not null;

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        _batch = batch.Dense(_context.Pool);
        batch.Release();
        (_row, _element, _copy, _number) = (0, 0, 0, 0);
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
            if (_row < batch.Rows)
                continue;
            _batch = null;
            batch.Release();
        }
    }

    public override void Dispose()
    {
        _batch?.Release();
        _batch = null;
        foreach (var builder in _produced)
            builder.Dispose();
    }

    // The next elements, as many as make a batch.
    void Fill(Batch batch)
    {
        _count = 0;
        _hasMissing = false;
        var collection = batch[_plan.Collection];
        for (; _row < batch.Rows; _row++)
        {
            var (start, length) = Elements(collection, _row);
            if (length == 0 && _plan.IsOuter)
            {
                if (_count == _rows.Length)
                    return;
                _hasMissing = true;
                Add(batch, NoElement);
            }
            for (; _element < length; _element++)
            {
                var copies = _isMultiset ? ((FixedColumn<int>)((MapColumn)collection).Values)[start + _element] : 1;
                for (; _copy < copies; _copy++)
                {
                    if (_count == _rows.Length)
                        return;
                    _number++;
                    Add(batch, start + _element);
                }
                _copy = 0;
            }
            _element = 0;
            _number = 0;
        }
    }

    // What goes of an update goes by itself: the elements before and after need not be as many.
    void Add(Batch batch, int element)
    {
        _rows[_count] = _row;
        _elements[_count] = element;
        _numbers[_count] = _number;
        _kinds[_count] = (byte)(batch.Kind(_row) is RowKind.Insert or RowKind.UpdateAfter ? RowKind.Insert : RowKind.Delete);
        _count++;
    }

    Batch Build(Batch batch)
    {
        var columns = new Column[_plan.Schema.Count];
        var kept = _plan.Kept.Count;
        for (var i = 0; i < kept; i++)
            columns[i] = ColumnFactory.Gather(batch[_plan.Kept[i]], _rows.AsSpan(0, _count), _context.Pool);
        for (var i = 0; i < _produced.Length; i++)
            columns[kept + i] = Build(_produced[i], batch[_plan.Collection], _plan.Produced[i]);
        byte[]? kinds = null;
        if (!batch.IsInsertOnly)
        {
            kinds = _context.Pool.Rent(_count);
            _kinds.AsSpan(0, _count).CopyTo(kinds);
        }
        return new Batch(columns, _count, _context.Pool, kinds, split: batch.Split);
    }

    Column Build(ColumnBuilder builder, Column collection, int column)
    {
        if (column == _ordinality)
        {
            var numbers = (FixedColumnBuilder<int>)builder;
            for (var i = 0; i < _count; i++)
            {
                if (_elements[i] == NoElement)
                    numbers.AppendNull();
                else
                    numbers.Append(_numbers[i]);
            }
            return builder.Build();
        }
        var values = Values(collection, column);
        if (!_hasMissing)
        {
            builder.AppendRows(values, _elements.AsSpan(0, _count));
            return builder.Build();
        }
        for (var i = 0; i < _count; i++)
        {
            if (_elements[i] == NoElement)
                builder.AppendNull();
            else
                builder.AppendFrom(values, _elements[i]);
        }
        return builder.Build();
    }

    // The child column that holds a column of all elements.
    static Column Values(Column collection, int column) => collection switch
    {
        ListColumn list => Field(list.Elements, column),
        MapColumn { Type.Kind: SqlTypeKind.Multiset } multiset => Field(multiset.Keys, column),
        MapColumn map => column == 0 ? map.Keys : map.Values,
        _ => throw new Core.Diagnostics.EngineBugException($"a column of type {collection.Type} has no elements"),
    };

    static Column Field(Column elements, int column) => elements is RowColumn row ? row.Fields[column] : elements;

    static (int Start, int Count) Elements(Column collection, int row) => collection switch
    {
        ListColumn list => list[row],
        MapColumn map => map[row],
        _ => throw new Core.Diagnostics.EngineBugException($"a column of type {collection.Type} has no elements"),
    };
}
