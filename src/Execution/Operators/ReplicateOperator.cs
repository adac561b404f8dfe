using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Operators;

/// <summary>Gives every row as often as its last column says. Of an update only the difference goes on, as inserts or deletes.</summary>
sealed class ReplicateOperator(OperatorContext context, PhysicalReplicate plan) : Operator
{
    readonly int[] _rows = new int[context.BatchRows];
    readonly byte[] _kinds = new byte[context.BatchRows];
    readonly int _counts = plan.Input.Schema.Count - 1;
    int _count;
    Batch? _batch;
    int _next;

    // Copies of the row at _next that are still to come; negative ones are deletes.
    long _left;

    public override string Name => "Replicate";

    public override bool HasPending => _batch is not null;

    public override void OnData(Batch batch, IOutput output)
    {
        context.Metrics.AddRowsIn(batch.Rows);
        _batch = batch.Dense(context.Pool);
        batch.Release();
        _next = -1;
        _left = 0;
        Advance(_batch);
    }

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && _batch is not null; i++)
        {
            Fill(_batch);
            if (_count > 0)
                output.Emit(Build(_batch));
            Close(_batch);
        }
    }

    public override void Dispose()
    {
        _batch?.Release();
        _batch = null;
    }

    void Close(Batch batch)
    {
        if (_next < batch.Rows)
            return;
        batch.Release();
        _batch = null;
    }

    void Fill(Batch batch)
    {
        for (_count = 0; _next < batch.Rows; Advance(batch))
        {
            var kind = (byte)(_left > 0 ? RowKind.Insert : RowKind.Delete);
            var copies = (int)Math.Min(Math.Abs(_left), _rows.Length - _count);
            _rows.AsSpan(_count, copies).Fill(_next);
            _kinds.AsSpan(_count, copies).Fill(kind);
            _count += copies;
            _left -= Math.Sign(_left) * copies;
            if (_left != 0)
                return;
        }
    }

    // To the next row of which there is something to give. The halves of an update stand side by side.
    void Advance(Batch batch)
    {
        var counts = (FixedColumn<long>)batch[_counts];
        while (_left == 0 && ++_next < batch.Rows)
        {
            var kind = batch.Kind(_next);
            _left = kind is RowKind.Insert or RowKind.UpdateAfter ? counts[_next] : -counts[_next];
            if (kind == RowKind.UpdateBefore && _next + 1 < batch.Rows && batch.Kind(_next + 1) == RowKind.UpdateAfter)
                _left += counts[++_next];
        }
    }

    Batch Build(Batch batch)
    {
        var columns = new Column[_counts];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = ColumnFactory.Gather(batch[i], _rows.AsSpan(0, _count), context.Pool);
        byte[]? kinds = null;
        if (!batch.IsInsertOnly)
        {
            kinds = context.Pool.Rent(_count);
            _kinds.AsSpan(0, _count).CopyTo(kinds);
        }
        context.Metrics.AddRowsOut(_count);
        return new Batch(columns, _count, context.Pool, kinds);
    }
}
