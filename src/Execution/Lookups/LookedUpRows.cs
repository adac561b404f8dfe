using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using SqlStream.Execution.Expressions;
using SqlStream.Execution.Operators;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Lookups;

/// <summary>The rows of a batch beside the rows of the table that have their keys.</summary>
/// <remarks>For each batch: <see cref="Begin"/>, <see cref="TryProceed"/> until it is true, <see cref="Emit"/> until it is true. A lookup that does not answer in time
/// fails. Mailbox thread only.</remarks>
sealed class LookedUpRows : IDisposable
{
    const int NoPair = -1;

    readonly OperatorContext _context;
    readonly PhysicalLookupJoin _plan;
    readonly LookupSide _side;
    readonly Action<TimeSpan, Action> _after;
    readonly TimeProvider _clock;
    readonly TimeSpan? _timeout;
    readonly KeyBatch _keys = new();
    readonly Column[] _keyColumns;
    readonly ColumnBuilder[] _found;
    readonly CompiledExpressions? _residual;
    readonly List<int> _pairRows = [];
    readonly List<int> _rows = [];
    readonly List<int> _pairs = [];
    Column[]? _columns;
    bool[] _isNull = new bool[256];
    bool[]? _leftOut;
    Batch? _batch;
    int _row;
    int _position;
    bool _hasPair;
    long _asked;
    bool _isTimerSet;

    /// <param name="context">The context of the operator.</param>
    /// <param name="plan">The node.</param>
    /// <param name="side">The table; disposed with this.</param>
    /// <param name="after">Gives the subtask a turn after a while, and calls back before it, on any thread.</param>
    public LookedUpRows(OperatorContext context, PhysicalLookupJoin plan, LookupSide side, Action<TimeSpan, Action> after)
    {
        (_context, _plan, _side, _after) = (context, plan, side, after);
        _clock = context.Session.Clock;
        _timeout = plan.Policy.Timeout ?? (((ILookupSource)plan.Source).Lookup.Cache == LookupCache.Full ? null : LookupPolicy.TimeoutByDefault);
        _keyColumns = new Column[plan.InputKeys.Count];
        var width = plan.Input.Schema.Count;
        _found = [.. Enumerable.Range(width, plan.ReadColumns.Count).Select(column => ColumnBuilder.Create(plan.Schema[column].Type, context.Pool))];
        _residual = plan.Residual is null ? null : ExpressionCompiler.Compile([plan.Residual]);
    }

    bool IsOuter => _plan.Kind == JoinType.Left;

    /// <summary>Asks for the keys of a batch.</summary>
    /// <param name="batch">The batch, without a selection; stays the caller's, until <see cref="Emit"/> is true.</param>
    /// <param name="notBefore">That a key has no row is to be known from this time on, a timestamp of the clock.</param>
    public void Begin(Batch batch, long notBefore = long.MinValue)
    {
        _batch = batch;
        _leftOut = null;
        (_row, _position, _hasPair) = (0, 0, false);
        for (var i = 0; i < _keyColumns.Length; i++)
            _keyColumns[i] = batch[_plan.InputKeys[i]];
        _keys.Encode(_keyColumns, batch.Rows, []);
        if (_isNull.Length < _keys.Count)
            _isNull = new bool[_keys.Count];
        for (var i = 0; i < _keys.Count; i++)
            _isNull[i] = HasNull(i);
        _asked = _clock.GetTimestamp();
        _side.Begin(_keys, _keyColumns, _isNull.AsSpan(0, _keys.Count), notBefore);
    }

    /// <summary>True once the rows of all keys are here; until then the subtask is woken when something has come.</summary>
    public bool TryProceed()
    {
        if (_side.TryProceed())
            return true;
        if (_timeout is not { } timeout)
            return false;
        var rest = timeout - _clock.GetElapsedTime(_asked);
        if (rest <= TimeSpan.Zero)
            throw ExecutionErrors.LookupTimedOut(_plan.TableName, timeout);
        // One timer at a time: it may go off for a later lookup, which is then looked at, and waited for anew.
        if (!Volatile.Read(ref _isTimerSet))
        {
            Volatile.Write(ref _isTimerSet, true);
            _after(rest, () => Volatile.Write(ref _isTimerSet, false));
        }
        return false;
    }

    /// <summary>True if a row has a key, and the table has no row for it.</summary>
    public bool IsMissing(int row) => !_isNull[row] && _side.Find(_keys, row).IsEmpty;

    /// <summary>Says which rows do not come out. Before the first <see cref="Emit"/>.</summary>
    public void LeaveOut(bool[] rows) => _leftOut = rows;

    /// <summary>Emits a batch at the most; true when all rows are out.</summary>
    public bool Emit(IOutput output)
    {
        var batch = _batch!;
        Fill(batch);
        if (_rows.Count > 0)
        {
            _context.Metrics.AddRowsOut(_rows.Count);
            output.Emit(Build(batch));
        }
        ReleaseFound();
        if (_row < batch.Rows)
            return false;
        _side.End();
        _batch = null;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ReleaseFound();
        foreach (var builder in _found)
            builder.Dispose();
        _side.Dispose();
    }

    // Pairs, as many as make a batch, and which of them count; rows that come out without one stand behind their last pair.
    void Fill(Batch batch)
    {
        var first = _row;
        _pairRows.Clear();
        for (; _row < batch.Rows && _pairRows.Count < _context.BatchRows; _row++)
        {
            var content = _isNull[_row] || IsLeftOut(_row) ? [] : _side.Find(_keys, _row);
            while (_position < content.Length && _pairRows.Count < _context.BatchRows)
            {
                KeyEncoder.Decode(LookupRows.Next(content, ref _position), _found);
                _pairRows.Add(_row);
            }
            if (_position < content.Length)
                break;
            _position = 0;
        }
        _rows.Clear();
        _pairs.Clear();
        var counts = _residual is null || _pairRows.Count == 0 ? null : Evaluate(batch, _residual);
        for (var (row, pair) = (first, 0); row < batch.Rows && (row < _row || pair < _pairRows.Count); row++)
        {
            for (; pair < _pairRows.Count && _pairRows[pair] == row; pair++)
            {
                if (counts is not null && (counts.IsNull(pair) || !counts[pair]))
                    continue;
                _hasPair = true;
                Add(row, pair);
            }
            // The pairs of the last row may go on in the next batch.
            if (row >= _row)
                break;
            if (!_hasPair && IsOuter && !IsLeftOut(row))
                Add(row, NoPair);
            _hasPair = false;
        }
        counts?.Release();
    }

    bool IsLeftOut(int row) => _leftOut is not null && _leftOut[row];

    void Add(int row, int pair)
    {
        _rows.Add(row);
        _pairs.Add(pair);
    }

    BoolColumn Evaluate(Batch batch, CompiledExpressions residual)
    {
        var found = Found();
        var all = new Column[batch.Width + found.Length];
        for (var i = 0; i < batch.Width; i++)
            all[i] = ColumnFactory.Gather(batch[i], CollectionsMarshal.AsSpan(_pairRows), _context.Pool);
        found.CopyTo(all, batch.Width);
        try
        {
            return (BoolColumn)residual.Evaluate(all, _pairRows.Count, _context.Pool, _context.Session)[0];
        }
        finally
        {
            for (var i = 0; i < batch.Width; i++)
                all[i].Release();
        }
    }

    // The rows of the table in the pairs at hand.
    Column[] Found()
    {
        if (_columns is not null)
            return _columns;
        _columns = new Column[_found.Length];
        for (var i = 0; i < _columns.Length; i++)
            _columns[i] = _found[i].Build();
        return _columns;
    }

    void ReleaseFound()
    {
        foreach (var column in _columns ?? [])
            column.Release();
        _columns = null;
    }

    Batch Build(Batch batch)
    {
        var found = Found();
        var columns = new Column[batch.Width + found.Length];
        var rows = CollectionsMarshal.AsSpan(_rows);
        for (var i = 0; i < batch.Width; i++)
            columns[i] = ColumnFactory.Gather(batch[i], rows, _context.Pool);
        var isWhole = _pairs.Count == _pairRows.Count && !_pairs.Contains(NoPair);
        for (var i = 0; i < found.Length; i++)
            columns[batch.Width + i] = isWhole ? found[i].Retain() : Picked(_found[i], found[i]);
        byte[]? kinds = null;
        if (!batch.IsInsertOnly)
        {
            kinds = _context.Pool.Rent(rows.Length);
            for (var i = 0; i < rows.Length; i++)
                kinds[i] = (byte)(batch.Kind(rows[i]) is RowKind.Insert or RowKind.UpdateAfter ? RowKind.Insert : RowKind.Delete);
        }
        return new Batch(columns, rows.Length, _context.Pool, kinds, split: batch.Split);
    }

    Column Picked(ColumnBuilder builder, Column found)
    {
        foreach (var pair in _pairs)
        {
            if (pair == NoPair)
                builder.AppendNull();
            else
                builder.AppendFrom(found, pair);
        }
        return builder.Build();
    }

    bool HasNull(int row)
    {
        foreach (var column in _keyColumns)
        {
            if (column.IsNull(row))
                return true;
        }
        return false;
    }
}
