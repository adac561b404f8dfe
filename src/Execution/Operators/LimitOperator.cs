using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Operators;

/// <summary>OFFSET and LIMIT without an order, in one subtask: rows as they come, without the first ones, and not more than so many.</summary>
/// <remarks>When all have been given, the job is asked to end, once: what comes until then is dropped. State: how many rows came.</remarks>
sealed class LimitOperator : Operator
{
    readonly OperatorContext _context;
    readonly long _offset;
    readonly long _end;
    readonly Action _fulfilled;
    long _rows;
    long _sealedRows;
    bool _asked;

    /// <param name="context">The context.</param>
    /// <param name="plan">What is given.</param>
    /// <param name="fulfilled">Nothing that comes will be given.</param>
    public LimitOperator(OperatorContext context, PhysicalLimit plan, Action fulfilled)
    {
        _context = context;
        _fulfilled = fulfilled;
        _offset = plan.Offset;
        _end = plan.Fetch is { } fetch && fetch < long.MaxValue - plan.Offset ? plan.Offset + fetch : long.MaxValue;
        foreach (var state in context.RestoredState)
            _rows = Math.Max(_rows, BinaryPrimitives.ReadInt64LittleEndian(state));
        _sealedRows = _rows;
    }

    public override string Name => "Limit";

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        var first = (int)Math.Clamp(_offset - _rows, 0, batch.Rows);
        var last = (int)Math.Clamp(_end - _rows, 0, batch.Rows);
        _rows += last;
        Emit(batch, first, last, output);
        if (_rows < _end || _asked)
            return;
        _asked = true;
        _fulfilled();
    }

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        seal.Changed |= _rows != _sealedRows;
        _sealedRows = _rows;
        var state = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(state, _rows);
        seal.OperatorState.Add((_context.OperatorId, state));
    }

    void Emit(Batch batch, int first, int last, IOutput output)
    {
        if (first >= last)
        {
            batch.Release();
            return;
        }
        _context.Metrics.AddRowsOut(last - first);
        if (first == 0 && last == batch.Rows)
        {
            output.Emit(batch);
            return;
        }
        var buffer = _context.Pool.Rent((last - first) * sizeof(int));
        var selection = MemoryMarshal.Cast<byte, int>(buffer.AsSpan());
        for (var i = first; i < last; i++)
            selection[i - first] = batch.StoredRow(i);
        output.Emit(batch.WithSelection(buffer, last - first));
        batch.Release();
    }
}
