using System.Diagnostics;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Execution.Windows;
using SqlStream.Planner.Physical;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>Groups an input by key and session and emits one row per session when the watermark passes its end.</summary>
/// <remarks>A row that connects open sessions makes them one: their accumulators are added. A row is late if no open session takes it and its own
/// would be closed: it is dropped and counted. Output is append-only, in no order. Rows that are taken away leave the session as long as it
/// was; one without rows left gives nothing. State: <see cref="OpenSessions"/> with the accumulators; the watermark, so that after a
/// restore the same rows are late. Semantics: Akidau et al., "The Dataflow Model", VLDB 2015; SQL form: docs/sql/windows.md.</remarks>
sealed class SessionAggregateOperator : Operator, ISessionValues
{
    readonly OperatorContext _context;
    readonly PhysicalWindowAggregate _plan;
    readonly LateRowLog? _lateRows;
    readonly AggregateSet _aggregates;
    readonly OpenSessions _sessions;
    readonly SessionBatch _batch;
    readonly FinalRows _firing;
    readonly Func<int, Column>[] _properties;
    readonly FixedColumnBuilder<long>[] _times;
    readonly List<(long Start, long End)> _fired = [];
    bool _draining;

    public SessionAggregateOperator(OperatorContext context, PhysicalWindowAggregate plan, SessionSpec window, LateRowLog? lateRows)
    {
        _context = context;
        _plan = plan;
        _lateRows = lateRows;
        var sessions = context.Tables(PhysicalSessionTable.SessionsTable);
        _aggregates = new AggregateSet(plan.Aggregates, plan.Keys, sessions.MaxParallelism);
        var input = plan.Input.Schema;
        _sessions = new OpenSessions(
            sessions, context.Tables(SessionTimers.Table), window.GapMicros, SliceAssigner.TickOf(input[window.TimeColumn].Type), this);
        _batch = new SessionBatch(_sessions, plan.Keys, window.TimeColumn, input[window.TimeColumn].Name);
        _firing = new FinalRows(context, [.. plan.Keys.Select(key => input[key].Type)], _aggregates);
        _times = [.. plan.Properties.Select(property => new FixedColumnBuilder<long>(property.Type, context.Pool))];
        _properties = [.. plan.Properties.Select((property, i) => (Func<int, Column>)(count => Times(property.Kind, _times[i], count)))];
        foreach (var state in context.RestoredState)
            _sessions.Restore(state);
    }

    public override string Name => "SessionAggregate";

    public override bool HasPending => _draining;

    public override long DirtyBytes => _sessions.DirtyBytes;

    int ISessionValues.ValueBytes => _aggregates.ValueBytes;

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        try
        {
            if (batch.Rows == 0)
                return;
            _batch.Locate(batch);
            if (_batch.Late.Count > 0)
            {
                var late = CollectionsMarshal.AsSpan(_batch.Late);
                _context.Metrics.AddLateRows(late.Length);
                _lateRows?.Append(batch, late, _sessions.Watermark);
            }
            if (_batch.Offsets.Length > 0)
                _aggregates.Accumulate(new AggregateTables(_sessions.Table, []), batch, _batch.Keys, _batch.Kept, _batch.Offsets);
        }
        finally
        {
            batch.Release();
        }
    }

    public override EventTime? OnWatermark(EventTime watermark, IOutput output)
    {
        if (watermark <= _sessions.Watermark)
            return watermark;
        _sessions.Watermark = watermark;
        _context.Metrics.SetWatermark(watermark.Micros);
        _draining = _sessions.HasDue();
        return watermark;
    }

    // Whoever is idle is passed over downstream: what the open sessions give would come late there.
    public override bool OnIdle(bool isSilent) => isSilent || _sessions.IsEmpty;

    public override void OnEnd(IOutput output) => OnWatermark(EventTime.PlusInfinity, output);

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && _draining; i++)
        {
            if (!_firing.IsOpen)
                _firing.Open(new Live(_sessions.Close(), _fired));
            if (_firing.Next(_properties) is { } batch)
                output.Emit(batch);
            _fired.Clear();
            _draining = _firing.IsOpen;
        }
    }

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        seal.Changed |= _sessions.IsDirty;
        _sessions.Seal(epoch, seal.Tables);
        seal.OperatorState.Add((_context.OperatorId, _sessions.Save()));
        _lateRows?.Seal(epoch, seal);
    }

    public override void OnCommitted(Epoch epoch) => _sessions.Committed(epoch);

    public override void Dispose()
    {
        _firing.Dispose();
        foreach (var times in _times)
            times.Dispose();
        _lateRows?.Dispose();
    }

    void ISessionValues.Begin(Span<byte> value, long micros)
    {
        // All zero is the empty accumulator.
    }

    void ISessionValues.Merge(ushort keyGroup, ReadOnlySpan<byte> key, Span<byte> target, ReadOnlySpan<byte> source) =>
        _aggregates.Merge(target, [0], source, [0]);

    Column Times(WindowPropertyKind kind, FixedColumnBuilder<long> column, int count)
    {
        Core.Diagnostics.Check.That(_fired.Count == count);
        foreach (var (start, end) in _fired)
        {
            column.Append(kind switch
            {
                WindowPropertyKind.Start => start,
                WindowPropertyKind.End => end,
                WindowPropertyKind.Time => end - 1000,
                _ => throw new UnreachableException($"window property {kind} has no case"),
            });
        }
        return column.Build();
    }

    /// <summary>The closed sessions that have rows, with a note of each one's times.</summary>
    sealed class Live(ClosedSessions closed, List<(long Start, long End)> fired) : IGroupCursor
    {
        public ReadOnlySpan<byte> Key => closed.Key;

        public ReadOnlySpan<byte> Value => closed.Value;

        public ushort KeyGroup => closed.KeyGroup;

        public bool MoveNext()
        {
            while (closed.MoveNext())
            {
                if (MemoryMarshal.Read<long>(closed.Value) <= 0)
                    continue;
                fired.Add((closed.Start, closed.End));
                return true;
            }
            return false;
        }

        public void Dispose() => closed.Dispose();
    }
}
