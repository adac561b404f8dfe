using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Operators;

/// <summary>Gives every batch once for each grouping set: the columns are shared, those that the set leaves out are constants.</summary>
sealed class ExpandOperator(OperatorContext context, PhysicalExpand plan) : Operator
{
    readonly bool[][] _isOut = [.. plan.Sets.Select(set =>
        Enumerable.Range(0, plan.Input.Schema.Count).Select(column => plan.Keys.Contains(column) && !set.Contains(column)).ToArray())];

    Batch? _batch;
    int _next;

    public override string Name => "Expand";

    public override bool HasPending => _batch is not null;

    public override void OnData(Batch batch, IOutput output)
    {
        context.Metrics.AddRowsIn(batch.Rows);
        if (batch.Rows > 0)
        {
            _batch = batch.Dense(context.Pool);
            _next = 0;
        }
        batch.Release();
    }

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && _batch is not null; i++)
        {
            output.Emit(OfSet(_batch, _next));
            context.Metrics.AddRowsOut(_batch.Rows);
            if (++_next < _isOut.Length)
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

    Batch OfSet(Batch batch, int set)
    {
        var columns = new Column[batch.Width + 1];
        columns[0] = ColumnFactory.Constant(plan.Schema[0].Type, set, batch.Rows, context.Pool);
        for (var i = 0; i < batch.Width; i++)
        {
            columns[i + 1] = _isOut[set][i]
                ? ColumnFactory.Constant(plan.Schema[i + 1].Type, null, batch.Rows, context.Pool)
                : batch[i].Retain();
        }
        byte[]? kinds = null;
        if (!batch.IsInsertOnly)
        {
            kinds = context.Pool.Rent(batch.Rows);
            MemoryMarshal.AsBytes(batch.Kinds).CopyTo(kinds);
        }
        return new Batch(columns, batch.Rows, context.Pool, kinds, split: batch.Split);
    }
}
