using System.Buffers.Binary;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Operators;

/// <summary>Emits literal rows. State: how many have been emitted.</summary>
sealed class ValuesOperator : SourceOperator
{
    readonly OperatorContext _context;
    readonly PhysicalValues _plan;
    readonly BatchBuilder _rows;
    int _next;
    int _sealedAt;

    public ValuesOperator(OperatorContext context, PhysicalValues plan)
    {
        _context = context;
        _plan = plan;
        _rows = new BatchBuilder(plan.Schema, context.Pool);
        if (context.RestoredState is [var state, ..])
            _next = (int)BinaryPrimitives.ReadInt64LittleEndian(state);
        _sealedAt = _next;
    }

    public override string Name => "Values";

    public override long RowsRead => _context.Metrics.RowsOut;

    public override PollResult Poll(IOutput output)
    {
        if (_next == _plan.Rows.Count)
            return PollResult.Finished;
        var end = Math.Min(_plan.Rows.Count, _next + _context.BatchRows);
        for (; _next < end; _next++)
        {
            for (var i = 0; i < _plan.Schema.Count; i++)
                PlanValue.Append(_rows[i], _plan.Rows[_next][i]);
            _rows.EndRow();
        }
        _context.Metrics.AddRowsOut(_rows.Rows);
        output.Emit(_rows.Build());
        return PollResult.Progress;
    }

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        var state = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(state, _next);
        seal.OperatorState.Add((_context.OperatorId, state));
        seal.Changed |= _next != _sealedAt;
        _sealedAt = _next;
    }

    public override void Dispose() => _rows.Dispose();
}
