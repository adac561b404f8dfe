using System.Buffers.Binary;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Operators;

/// <summary>Gives all rows of a batch the time of the clock, and sends that time as watermark every <see cref="Step"/>, whether rows come or not.</summary>
/// <remarks>A row that comes after a watermark has a later time. Watermarks of the input are not passed on, nor that it is idle: the clock goes
/// on. State: the last time, below which none is given after a restart, whatever the clock says.</remarks>
sealed class ProctimeAssignerOperator : Operator
{
    const long MicrosPerMilli = 1_000;

    /// <summary>Time between watermarks. They come at its multiples, so that windows of whole seconds are told as soon as they are over.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    static readonly long s_stepMicros = Step.Ticks / TimeSpan.TicksPerMicrosecond;

    readonly OperatorContext _context;
    readonly PhysicalProctimeAssigner _plan;
    readonly Action<TimeSpan, Action> _after;
    readonly Action<EventTime> _send;
    long _last = long.MinValue;
    long _due = long.MinValue;
    bool _isTimerSet;
    bool _ended;

    /// <param name="context">The context.</param>
    /// <param name="plan">The node.</param>
    /// <param name="after">Gives the subtask a turn after a while, and calls back before it, on any thread.</param>
    /// <param name="send">Sends a watermark down the chain, behind the rows that were emitted.</param>
    public ProctimeAssignerOperator(OperatorContext context, PhysicalProctimeAssigner plan, Action<TimeSpan, Action> after, Action<EventTime> send)
    {
        _context = context;
        _plan = plan;
        _after = after;
        _send = send;
        foreach (var state in context.RestoredState)
            _last = Math.Max(_last, BinaryPrimitives.ReadInt64LittleEndian(state));
    }

    public override string Name => "ProctimeAssigner";

    public override bool WatchesClock => true;

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        _context.Metrics.AddRowsOut(batch.Rows);
        var dense = batch.Dense(_context.Pool);
        batch.Release();
        var columns = new Column[dense.Width];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = i == _plan.Column
                ? ColumnFactory.Constant(_plan.Schema[i].Type, Now(), dense.Rows, _context.Pool)
                : dense[i].Retain();
        }
        output.Emit(new Batch(columns, dense.Rows, _context.Pool));
        dense.Release();
    }

    public override void OnClock()
    {
        if (_ended)
            return;
        var now = Now();
        if (now >= _due)
        {
            _due = now - (now % s_stepMicros) + s_stepMicros;
            // Rows of this millisecond may still come.
            var watermark = new EventTime(now - MicrosPerMilli);
            _context.Metrics.SetWatermark(watermark.Micros);
            _send(watermark);
        }
        // A timer may go off early, and a clock may be set back: there is always one that will look again.
        if (Volatile.Read(ref _isTimerSet))
            return;
        Volatile.Write(ref _isTimerSet, true);
        var rest = TimeSpan.FromTicks((_due - now) * TimeSpan.TicksPerMicrosecond);
        _after(rest < Step ? rest : Step, () => Volatile.Write(ref _isTimerSet, false));
    }

    public override EventTime? OnWatermark(EventTime watermark, IOutput output) =>
        watermark == EventTime.PlusInfinity ? watermark : null;

    public override bool OnIdle(bool isSilent) => false;

    public override void OnEnd(IOutput output) => _ended = true;

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        var state = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(state, _last);
        seal.OperatorState.Add((_context.OperatorId, state));
    }

    long Now()
    {
        var micros = (_context.Session.Clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return _last = Math.Max(_last, micros - (micros % MicrosPerMilli));
    }
}
