using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Execution.Lookups;
using SqlStream.Execution.Messages;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Operators;

/// <summary>A lookup join that asks again, after a pause, for keys without a row; after the last time such a row has none.</summary>
/// <remarks>In order: what stands behind a row that waits, waits too, and is asked for when its turn comes. In any order: only the rows without an answer wait.
/// Watermarks wait for the rows before them in either case, so that none of those is late behind the join.
/// <para>State: the rows that wait, with how often they were asked for. A barrier waits for the one answer that is on its way (no longer than the timeout), and never for a
/// pause; and so that it comes through where as many rows wait as may, nothing is held back from when a barrier is announced until it has passed: what is taken in then is
/// no more than what the channels held. After a restart rows that wait are asked for at once, by the subtask that had them, as far as there is one of its number. At the end
/// of the input a checkpoint does wait for the last rows, as for every operator that has rows to give at the end.</para></remarks>
sealed class RetriedLookupOperator : Operator
{
    readonly OperatorContext _context;
    readonly LookupPolicy _policy;
    readonly LookupRetry _retry;
    readonly LookedUpRows _rows;
    readonly Action<TimeSpan, Action> _after;
    readonly Action<StreamMessage> _send;
    readonly TimeProvider _clock;
    readonly WaitingRows _waiting;
    readonly List<int> _rest = [];
    readonly long _delay;
    LinkedListNode<WaitingRows.Entry>? _asked;
    bool[] _leftOut = new bool[256];
    bool _isSorted;
    StreamMessage? _idle;
    Epoch _announced;
    Epoch _sealed;
    bool _isTimerSet;
    bool _ending;

    /// <param name="context">The context.</param>
    /// <param name="plan">The node.</param>
    /// <param name="retry">When to ask again.</param>
    /// <param name="rows">Asks; disposed with this.</param>
    /// <param name="after">Gives the subtask a turn after a while, and calls back before it, on any thread.</param>
    /// <param name="send">Sends a message down the chain, behind the rows that were emitted.</param>
    public RetriedLookupOperator(
        OperatorContext context, PhysicalLookupJoin plan, LookupRetry retry, LookedUpRows rows, Action<TimeSpan, Action> after, Action<StreamMessage> send)
    {
        (_context, _policy, _retry, _rows, _after, _send) = (context, plan.Policy, retry, rows, after, send);
        _clock = context.Session.Clock;
        _delay = (long)(retry.Delay.TotalSeconds * _clock.TimestampFrequency);
        _waiting = new WaitingRows(plan.Input.Schema, context.Pool);
        foreach (var state in context.RestoredState)
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(state) % context.Parallelism == context.Subtask)
                _waiting.Restore(state.AsSpan(sizeof(int)), _clock.GetTimestamp());
        }
    }

    public override string Name => "LookupJoin";

    public override bool WatchesClock => true;

    public override bool HasPending => _asked is not null || (_ending && !_waiting.IsEmpty) || (_waiting.Count >= _policy.Capacity && _announced <= _sealed);

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        _idle = null;
        var rows = batch.Dense(_context.Pool);
        batch.Release();
        var waits = _policy.IsOrdered && !_waiting.IsEmpty;
        var node = _waiting.Add(rows, attempts: 0, _clock.GetTimestamp());
        if (!waits)
            Ask(node);
    }

    public override EventTime? OnWatermark(EventTime watermark, IOutput output)
    {
        if (_waiting.IsEmpty)
            return watermark;
        _idle = null;
        _waiting.Add(watermark);
        return null;
    }

    public override bool OnIdle(bool isSilent)
    {
        if (_waiting.IsEmpty)
            return true;
        // Whoever is idle is passed over downstream: what waits would come late there.
        _idle = isSilent ? StreamMessage.Silent : StreamMessage.Idle;
        return false;
    }

    public override void OnEnd(IOutput output) => _ending = true;

    public override void OnClock() => AskWhatIsDue();

    public override bool TryProceed()
    {
        if (_asked is null)
            AskWhatIsDue();
        if (_asked is null || !_rows.TryProceed())
            return false;
        Sort(_asked.Value);
        return true;
    }

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && _asked is { } asked; i++)
        {
            if (_rows.Emit(output))
                Settle(asked);
        }
    }

    public override void OnAnnounced(Epoch epoch) => _announced = epoch;

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        _sealed = epoch;
        if (_waiting.Count == 0)
            return;
        var rows = _waiting.Save();
        var state = new byte[sizeof(int) + rows.Length];
        BinaryPrimitives.WriteInt32LittleEndian(state, _context.Subtask);
        rows.CopyTo(state, sizeof(int));
        seal.OperatorState.Add((_context.OperatorId, state));
        seal.Changed = true;
    }

    public override void Dispose()
    {
        _waiting.Dispose();
        _rows.Dispose();
    }

    void Ask(LinkedListNode<WaitingRows.Entry> node)
    {
        _asked = node;
        _isSorted = false;
        _rows.Begin(node.Value.Rows!, node.Value.Attempts == 0 ? long.MinValue : node.Value.DueAt);
    }

    // In order only what came first can be due.
    void AskWhatIsDue()
    {
        if (_waiting.First is not { } first)
            return;
        var now = _clock.GetTimestamp();
        var next = first.Value.DueAt;
        for (var node = first; node is not null; node = _policy.IsOrdered ? null : node.Next)
        {
            if (node.Value.Rows is null)
                continue;
            if (node.Value.DueAt <= now)
            {
                Ask(node);
                return;
            }
            next = Math.Min(next, node.Value.DueAt);
        }
        // A timer may go off early: there is always one that will look again.
        if (Volatile.Read(ref _isTimerSet))
            return;
        Volatile.Write(ref _isTimerSet, true);
        _after(_clock.GetElapsedTime(now, next), () => Volatile.Write(ref _isTimerSet, false));
    }

    // Which rows come out now: those with an answer; in order, those before the first without one.
    void Sort(WaitingRows.Entry asked)
    {
        if (_isSorted)
            return;
        _isSorted = true;
        _rest.Clear();
        var rows = asked.Rows!.Rows;
        if (asked.Attempts >= _retry.Attempts)
            return;
        if (_leftOut.Length < rows)
            _leftOut = new bool[rows];
        for (var row = 0; row < rows; row++)
        {
            _leftOut[row] = (_policy.IsOrdered && _rest.Count > 0) || _rows.IsMissing(row);
            if (_leftOut[row])
                _rest.Add(row);
        }
        if (_rest.Count > 0)
            _rows.LeaveOut(_leftOut);
    }

    void Settle(LinkedListNode<WaitingRows.Entry> asked)
    {
        _asked = null;
        var entry = asked.Value;
        var rest = _rest.Count == 0 ? null : Rest(entry.Rows!);
        entry.Attempts++;
        entry.DueAt = entry.FirstDueAt = _clock.GetTimestamp() + _delay;
        _waiting.Replace(asked, rest);
        // A tenth of the pause more for a row is less than a query of its own.
        if (rest is not null && !_policy.IsOrdered)
            _waiting.JoinWithPrevious(asked, entry.DueAt - (_delay / 10));
        while (_waiting.TakeWatermark() is { } watermark)
            _send(StreamMessage.AtWatermark(watermark));
        if (_waiting.IsEmpty && _idle is { } idle)
        {
            _idle = null;
            _send(idle);
        }
    }

    Batch Rest(Batch batch)
    {
        var rows = CollectionsMarshal.AsSpan(_rest);
        var columns = new Column[batch.Width];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = ColumnFactory.Gather(batch[i], rows, _context.Pool);
        return new Batch(columns, rows.Length, _context.Pool, split: batch.Split);
    }
}
