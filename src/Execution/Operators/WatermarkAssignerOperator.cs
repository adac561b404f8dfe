using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Expressions;
using SqlStream.Planner.Expressions;

namespace SqlStream.Execution.Operators;

/// <summary>Computes watermarks per split from the rows that pass, and passes the rows on unchanged, without their split.</summary>
/// <remarks>The watermark of a split is the greatest non-NULL value of the watermark expression so far; the one that is sent on is
/// the minimum over the splits. It is sent when a batch has raised it, and once more when the subtask was idle and is not any more:
/// only that makes it count again downstream. It never goes back.</remarks>
sealed class WatermarkAssignerOperator : Operator
{
    readonly OperatorContext _context;
    readonly CompiledExpressions _expression;
    readonly SplitWatermarks _splits;
    readonly Action<EventTime> _send;
    readonly long _rowsBetween;
    long _rows;
    EventTime _sent = EventTime.MinusInfinity;
    bool _idle;

    /// <param name="context">The context.</param>
    /// <param name="expression">The WATERMARK expression over the input's columns, a TIMESTAMP.</param>
    /// <param name="splits">The splits of the subtask's scan.</param>
    /// <param name="send">Sends a watermark down the chain, behind the rows that were emitted.</param>
    /// <param name="rowsBetween">A watermark is sent when at least so many rows have come since the last one.</param>
    public WatermarkAssignerOperator(OperatorContext context, BoundExpression expression, SplitWatermarks splits, Action<EventTime> send, long rowsBetween = 1)
    {
        _context = context;
        _expression = ExpressionCompiler.Compile([expression]);
        _splits = splits;
        _send = send;
        _rowsBetween = rowsBetween;
        splits.IsUsed = true;
    }

    public override string Name => "WatermarkAssigner";

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        _context.Metrics.AddRowsOut(batch.Rows);
        var split = batch.Split;
        var rows = batch.Rows;
        var values = _expression.Evaluate(batch.Columns, batch.StoredRows, _context.Pool, _context.Session)[0];
        var greatest = Greatest((FixedColumn<long>)values);
        values.Release();
        output.Emit(batch);
        if (split < 0)
            return;
        if (greatest is { } micros)
            _splits.Advance(split, new EventTime(micros));
        _rows += rows;
        if (_rows >= _rowsBetween)
            SendMinimum();
    }

    /// <summary>What the scan sends: the state of its splits has changed.</summary>
    public override EventTime? OnWatermark(EventTime watermark, IOutput output)
    {
        if (watermark == EventTime.PlusInfinity)
            return watermark;
        SendMinimum();
        return null;
    }

    /// <summary>What only slower splits held back goes out first: they are silent or exhausted too.</summary>
    public override bool OnIdle(bool isSilent)
    {
        if (_splits.Greatest is { } greatest && greatest > _sent)
            Send(greatest);
        return _idle = true;
    }

    void SendMinimum()
    {
        if (_splits.Minimum() is not { } minimum || (minimum <= _sent && !_idle))
            return;
        _idle = false;
        _rows = 0;
        Send(EventTime.Max(_sent, minimum));
    }

    void Send(EventTime watermark)
    {
        _sent = watermark;
        _context.Metrics.SetWatermark(watermark.Micros);
        _send(watermark);
    }

    static long? Greatest(FixedColumn<long> values)
    {
        long? greatest = null;
        if (!values.MayHaveNulls)
        {
            foreach (var value in values.Values)
                greatest = greatest is { } known && known >= value ? known : value;
            return greatest;
        }
        for (var row = 0; row < values.Length; row++)
        {
            if (!values.IsNull(row) && !(greatest >= values[row]))
                greatest = values[row];
        }
        return greatest;
    }
}
