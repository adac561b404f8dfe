using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>Functions with OVER over rows that come in any order and may go: all rows of a partition are kept, and their values are given again when
/// they change, or at the end.</summary>
/// <remarks>Changelog: <see cref="PhysicalOver"/>; +U is taken as +I and -U as -D. The values of a partition are computed once for the changes of a
/// batch, before and after them. State: one ordered list a partition.</remarks>
sealed class OverOperator : Operator
{
    readonly OperatorContext _context;
    readonly PhysicalOver _plan;
    readonly SortedLists _lists;
    readonly SortKeyEncoder _order;
    readonly RowsByKey _rows;
    readonly KeyBatch _values = new();
    readonly OverValues _before;
    readonly OverValues _after;
    readonly BatchBuilder _output;
    readonly Column[] _orderColumns;
    readonly List<Change> _changes = [];
    readonly List<Change> _insertions = [];
    readonly bool _isFinal;
    readonly bool _endedBefore;
    ValueTableCursor? _scan;
    Batch? _batch;
    int _group;
    int _change;
    bool _ended;

    public OverOperator(OperatorContext context, PhysicalOver plan)
    {
        _context = context;
        _plan = plan;
        _isFinal = plan.Mode == OverMode.Final;
        var table = context.Tables(PhysicalOver.RowsTable);
        _rows = new RowsByKey(plan.Partition, table.MaxParallelism);
        _lists = new SortedLists(new ValueTable(table));
        _order = new SortKeyEncoder(plan.Order.Select(key => (key.Descending, key.NullsFirst)));
        _orderColumns = new Column[plan.Order.Count];
        _output = new BatchBuilder(plan.Schema, context.Pool);
        _before = new OverValues(context, plan);
        _after = new OverValues(context, plan);
        _endedBefore = context.RestoredState.Any(state => state is [1, ..]);
        _ended = _endedBefore;
    }

    public override string Name => "Over";

    public override bool HasPending => _batch is not null || _scan is not null || _change < _changes.Count;

    public override long DirtyBytes => _lists.Table.DirtyBytes;

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        _batch = batch;
        for (var i = 0; i < _orderColumns.Length; i++)
            _orderColumns[i] = batch[_plan.Order[i].Column];
        _values.Encode(batch.Columns, batch.StoredRows, batch.Selection);
        _order.Begin(_orderColumns, batch.StoredRows, batch.Selection);
        _rows.Read(batch);
        _rows.Fetch(_lists);
        _group = 0;
    }

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && HasPending; i++)
        {
            while (_output.Rows < _context.BatchRows && (_change < _changes.Count || NextChanges()))
            {
                var change = _changes[_change++];
                (change.IsAfter ? _after : _before).AppendTo(_output.Columns, change.Row);
                _output.EndRow(change.Kind);
            }
            if (_output.Rows == 0)
                continue;
            _context.Metrics.AddRowsOut(_output.Rows);
            output.Emit(_output.Build());
        }
    }

    public override void OnEnd(IOutput output)
    {
        if (_isFinal && !_endedBefore)
            _scan = _lists.Table.Scan();
        _ended = true;
    }

    // What changes has no time order; what comes at the end comes before the last watermark.
    public override EventTime? OnWatermark(EventTime watermark, IOutput output) => watermark == EventTime.PlusInfinity ? watermark : null;

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        if (_lists.Table.Seal(epoch) is { } changes)
        {
            seal.Tables.Add(changes);
            seal.Changed = true;
        }
        if (_ended && _isFinal)
            seal.OperatorState.Add((_context.OperatorId, [1]));
    }

    public override void OnCommitted(Epoch epoch) => _lists.Table.Committed(epoch);

    public override void Dispose()
    {
        _batch?.Release();
        _batch = null;
        _scan?.Dispose();
        _scan = null;
        _before.Dispose();
        _after.Dispose();
        _output.Dispose();
    }

    // What the next partition gives; false if there is none any more.
    bool NextChanges()
    {
        _changes.Clear();
        _change = 0;
        if (_scan is not null)
            return NextOfScan(_scan);
        while (_batch is { } batch)
        {
            if (_group == _rows.Count)
            {
                _lists.EndBatch();
                _batch = null;
                batch.Release();
                return false;
            }
            Apply(batch, _rows.First(_group++));
            if (_changes.Count > 0)
                return true;
        }
        return false;
    }

    bool NextOfScan(ValueTableCursor scan)
    {
        while (scan.MoveNext())
        {
            if (!SortedLists.IsFirstChunk(scan.Key))
                continue;
            _lists.Open(scan.KeyGroup, SortedLists.ListKey(scan.Key), scan.Value);
            Evaluate(_after);
            for (var i = 0; i < _after.Rows.Count; i++)
                _changes.Add(new Change(RowKind.Insert, IsAfter: true, i));
            if (_changes.Count > 0)
                return true;
        }
        scan.Dispose();
        _scan = null;
        return false;
    }

    void Apply(Batch batch, int first)
    {
        _lists.Select(_rows.KeyGroup(first), _rows.Key(first));
        if (!_isFinal)
            Evaluate(_before);
        for (var i = first; i >= 0; i = _rows.Next(i))
        {
            // What is not there any more cannot go; nothing was said of it.
            if (batch.Kind(batch.HasSelection ? batch.Selection[i] : i) is RowKind.Insert or RowKind.UpdateAfter)
                _lists.Insert(_order.Key(i), _values[i], before: false);
            else
                _lists.TryRemove(_order.Key(i), _values[i]);
        }
        if (_isFinal)
            return;
        _lists.Rewind();
        Evaluate(_after);
        Compare();
    }

    void Evaluate(OverValues values)
    {
        values.Rows.Clear();
        values.Rows.AddAll(_lists);
        values.Rows.Complete();
        values.Evaluate();
        if (!_isFinal)
            values.Encode();
    }

    // Both are in the same order. What goes is said before what comes, which may be another version of the same row.
    void Compare()
    {
        _insertions.Clear();
        var (i, j) = (0, 0);
        var (before, after) = (_before.Rows, _after.Rows);
        while (i < before.Count || j < after.Count)
        {
            var order = i == before.Count ? 1 : j == after.Count ? -1 : before.SortKey(i).SequenceCompareTo(after.SortKey(j));
            if (order == 0 && before.Row(i).SequenceEqual(after.Row(j)))
            {
                if (!_before.Encoded(i).SequenceEqual(_after.Encoded(j)))
                {
                    if (_plan.EmitsUpdateBefore)
                        _insertions.Add(new Change(RowKind.UpdateBefore, IsAfter: false, i));
                    _insertions.Add(new Change(RowKind.UpdateAfter, IsAfter: true, j));
                }
                i++;
                j++;
            }
            else if (order <= 0)
            {
                _changes.Add(new Change(RowKind.Delete, IsAfter: false, i++));
            }
            else
            {
                _insertions.Add(new Change(RowKind.Insert, IsAfter: true, j++));
            }
        }
        _changes.AddRange(_insertions);
    }

    /// <summary>A row that is given.</summary>
    readonly record struct Change(RowKind Kind, bool IsAfter, int Row);
}
