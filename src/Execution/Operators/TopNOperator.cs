using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>The first rows of each partition in an order, as rows come and go.</summary>
/// <remarks>Changelog: <see cref="PhysicalTopN"/>; +U is taken as +I and -U as -D. The rows of a batch are put into the lists of their partitions; the
/// rows in the range before and after are then compared, partition by partition. A row that comes behind the end of a full list over an
/// append-only input is dropped at once. State: one ordered list a partition.</remarks>
sealed class TopNOperator : Operator
{
    readonly OperatorContext _context;
    readonly PhysicalTopN _plan;
    readonly SortedLists _lists;
    readonly SortKeyEncoder _order;
    readonly RowsByKey _rows;
    readonly KeyBatch _values = new();
    readonly RankedRows _before;
    readonly RankedRows _after;
    readonly BatchBuilder _output;
    readonly Column[] _orderColumns;
    readonly bool _dropsRows;
    readonly bool _endedBefore;
    readonly List<Change> _changes = [];
    readonly List<Change> _insertions = [];
    ValueTableCursor? _scan;
    Batch? _batch;
    int _group;
    int _change;
    bool _ended;

    public TopNOperator(OperatorContext context, PhysicalTopN plan)
    {
        _context = context;
        _plan = plan;
        var table = context.Tables(PhysicalTopN.RowsTable);
        _rows = new RowsByKey(plan.Partition, table.MaxParallelism);
        _lists = new SortedLists(new ValueTable(table));
        _order = new SortKeyEncoder(plan.Order.Select(key => (key.Descending, key.NullsFirst)));
        _orderColumns = new Column[plan.Order.Count];
        _output = new BatchBuilder(plan.Schema, context.Pool);
        _before = new RankedRows(plan.Kind, plan.First, plan.Last);
        _after = new RankedRows(plan.Kind, plan.First, plan.Last);
        _dropsRows = plan.Input.Changelog.IsAppendOnly;
        _endedBefore = context.RestoredState.Any(state => state is [1, ..]);
        _ended = _endedBefore;
    }

    public override string Name => "TopN";

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
                Emit(_changes[_change++]);
            if (_output.Rows == 0)
                continue;
            _context.Metrics.AddRowsOut(_output.Rows);
            output.Emit(_output.Build());
        }
    }

    public override void OnEnd(IOutput output)
    {
        if (_plan.FinalOnly && !_endedBefore)
            _scan = _lists.Table.Scan();
        _ended = true;
    }

    // Rows in an order have no time order.
    public override EventTime? OnWatermark(EventTime watermark, IOutput output) => watermark == EventTime.PlusInfinity ? watermark : null;

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        if (_lists.Table.Seal(epoch) is { } changes)
        {
            seal.Tables.Add(changes);
            seal.Changed = true;
        }
        if (_ended && _plan.FinalOnly)
            seal.OperatorState.Add((_context.OperatorId, [1]));
    }

    public override void OnCommitted(Epoch epoch) => _lists.Table.Committed(epoch);

    public override void Dispose()
    {
        _batch?.Release();
        _batch = null;
        _scan?.Dispose();
        _scan = null;
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
            var first = _rows.First(_group++);
            if (Apply(batch, first) && _changes.Count > 0)
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
            _after.Read(_lists);
            for (var i = 0; i < _after.Count; i++)
                _changes.Add(new Change(RowKind.Insert, IsAfter: true, i));
            if (_changes.Count > 0)
                return true;
        }
        scan.Dispose();
        _scan = null;
        return false;
    }

    // The rows of the batch for one partition. False if nothing can come of them.
    bool Apply(Batch batch, int first)
    {
        _lists.Select(_rows.KeyGroup(first), _rows.Key(first));
        var isRead = false;
        for (var i = first; i >= 0; i = _rows.Next(i))
        {
            var sortKey = _order.Key(i);
            var isInsert = batch.Kind(batch.HasSelection ? batch.Selection[i] : i) is RowKind.Insert or RowKind.UpdateAfter;
            if (isInsert && _dropsRows && IsBehindAll(sortKey))
                continue;
            if (!isRead && !_plan.FinalOnly)
                _before.Read(_lists);
            isRead = true;
            // What is not there any more cannot go; nothing was said of it.
            if (isInsert)
                _lists.Insert(sortKey, _values[i], _plan.LaterFirst);
            else
                _lists.TryRemove(sortKey, _values[i]);
        }
        if (!isRead)
            return false;
        _lists.Rewind();
        if (_plan.FinalOnly && !_dropsRows)
            return false;
        _after.Read(_lists);
        if (_dropsRows)
            _lists.Truncate(_after.Kept);
        if (_plan.FinalOnly)
            return false;
        if (_plan.ReplacesRows)
            Replace();
        else
            Compare();
        return true;
    }

    // Nothing of an append-only input goes, so that what stands behind the range stays there.
    bool IsBehindAll(ReadOnlySpan<byte> sortKey) =>
        _plan.Kind != RankKind.DenseRank && _lists.IsFullBefore(sortKey, _plan.Last, strictly: _plan.LaterFirst || _plan.Kind == RankKind.Rank);

    // Row by row: each number has one row.
    void Replace()
    {
        for (var i = 0; i < Math.Max(_before.Count, _after.Count); i++)
        {
            if (i >= _after.Count)
            {
                _changes.Add(new Change(RowKind.Delete, IsAfter: false, i));
            }
            else if (i >= _before.Count)
            {
                _changes.Add(new Change(RowKind.Insert, IsAfter: true, i));
            }
            else if (!_before.Row(i).SequenceEqual(_after.Row(i)))
            {
                if (_plan.EmitsUpdateBefore)
                    _changes.Add(new Change(RowKind.UpdateBefore, IsAfter: false, i));
                _changes.Add(new Change(RowKind.UpdateAfter, IsAfter: true, i));
            }
        }
    }

    // Both are in the same order: what is on one side alone has gone or come. What goes is said before what comes, which may be the same row
    // with another number, or another version of it.
    void Compare()
    {
        _insertions.Clear();
        var (i, j) = (0, 0);
        while (i < _before.Count || j < _after.Count)
        {
            var order = i == _before.Count ? 1 : j == _after.Count ? -1 : _before.SortKey(i).SequenceCompareTo(_after.SortKey(j));
            if (order == 0 && _before.Row(i).SequenceEqual(_after.Row(j)))
            {
                if (_plan.RankName is not null && _before.Rank(i) != _after.Rank(j))
                {
                    _changes.Add(new Change(RowKind.Delete, IsAfter: false, i));
                    _insertions.Add(new Change(RowKind.Insert, IsAfter: true, j));
                }
                i++;
                j++;
            }
            else if (order < 0 || (order == 0 && !_plan.LaterFirst))
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

    void Emit(Change change)
    {
        var rows = change.IsAfter ? _after : _before;
        var columns = _output.Columns;
        if (_plan.RankName is null)
        {
            KeyEncoder.Decode(rows.Row(change.Index), columns);
        }
        else
        {
            KeyEncoder.Decode(rows.Row(change.Index), columns[..^1]);
            ((FixedColumnBuilder<long>)columns[^1]).Append(rows.Rank(change.Index));
        }
        _output.EndRow(change.Kind);
    }

    /// <summary>A row that is given.</summary>
    /// <param name="Kind">As what.</param>
    /// <param name="IsAfter">Of the rows after the batch, not of those before.</param>
    /// <param name="Index">Which of them.</param>
    readonly record struct Change(RowKind Kind, bool IsAfter, int Index);
}
