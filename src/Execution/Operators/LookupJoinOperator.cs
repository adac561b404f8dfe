using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Execution.Expressions;
using SqlStream.Execution.Lookups;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>Gives each row beside the rows of a lookup table that have its key now.</summary>
/// <remarks>Changelog: the halves of an update are apart, as with <see cref="CorrelateOperator"/>. Nothing is state: a batch is through before a barrier
/// passes, and what is kept of the table is read again after a restart.</remarks>
sealed class LookupJoinOperator : Operator
{
    const int NoPair = -1;

    readonly OperatorContext _context;
    readonly PhysicalLookupJoin _plan;
    readonly LookupSide _side;
    readonly KeyBatch _keys = new();
    readonly Column[] _keyColumns;
    readonly ColumnBuilder[] _found;
    readonly CompiledExpressions? _residual;
    readonly List<int> _pairRows = [];
    readonly List<int> _rows = [];
    readonly List<int> _pairs = [];
    Column[]? _columns;
    bool[] _isNull = new bool[256];
    Batch? _batch;
    int _row;
    int _position;
    bool _hasPair;

    public LookupJoinOperator(OperatorContext context, PhysicalLookupJoin plan, LookupSide side)
    {
        (_context, _plan, _side) = (context, plan, side);
        _keyColumns = new Column[plan.InputKeys.Count];
        var width = plan.Input.Schema.Count;
        _found = [.. Enumerable.Range(width, plan.ReadColumns.Count).Select(column => ColumnBuilder.Create(plan.Schema[column].Type, context.Pool))];
        _residual = plan.Residual is null ? null : ExpressionCompiler.Compile([plan.Residual]);
    }

    public override string Name => "LookupJoin";

    public override bool HasPending => _batch is not null;

    bool IsOuter => _plan.Kind == JoinType.Left;

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        _batch = batch.Dense(_context.Pool);
        batch.Release();
        (_row, _position, _hasPair) = (0, 0, false);
        for (var i = 0; i < _keyColumns.Length; i++)
            _keyColumns[i] = _batch[_plan.InputKeys[i]];
        _keys.Encode(_keyColumns, _batch.Rows, []);
        if (_isNull.Length < _keys.Count)
            _isNull = new bool[_keys.Count];
        for (var i = 0; i < _keys.Count; i++)
            _isNull[i] = HasNull(i);
        _side.Begin(_keys, _keyColumns, _isNull.AsSpan(0, _keys.Count));
    }

    public override bool TryProceed() => _side.TryProceed();

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && _batch is { } batch; i++)
        {
            Fill(batch);
            if (_rows.Count > 0)
            {
                _context.Metrics.AddRowsOut(_rows.Count);
                output.Emit(Build(batch));
            }
            ReleaseFound();
            if (_row < batch.Rows)
                continue;
            _side.End();
            _batch = null;
            batch.Release();
        }
    }

    public override void Dispose()
    {
        _batch?.Release();
        _batch = null;
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
            var content = _isNull[_row] ? [] : _side.Find(_keys, _row);
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
            if (!_hasPair && IsOuter)
                Add(row, NoPair);
            _hasPair = false;
        }
        counts?.Release();
    }

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
