using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>The first rows of each partition of a window in an order, when the watermark passes the end of the window.</summary>
/// <remarks>Changelog and late rows: <see cref="PhysicalTopN"/>; +U is taken as +I and -U as -D. Windows come out by their ends, and the rows of a partition
/// one after the other. State: for each open window one ordered list a partition, dropped when the window is given; the watermark, so that after a
/// restore the same rows are late. A row that comes behind the end of a full list over an append-only input is dropped at once.</remarks>
sealed class WindowTopNOperator : Operator
{
    const long TickMicros = 1_000;

    readonly OperatorContext _context;
    readonly PhysicalTopN _plan;
    readonly TopNWindow _window;
    readonly LateRowLog? _lateRows;
    readonly SliceTable _slices;
    readonly SortKeyEncoder _order;
    readonly RowsByKey _rows;
    readonly EncodedRow _encoded = new();
    readonly RankedRows _ranked;
    readonly BatchBuilder _output;
    readonly Column[] _orderColumns;
    readonly bool _dropsRows;
    readonly Dictionary<long, List<int>> _partitionsByEnd = [];
    readonly Stack<List<int>> _freePartitions = new();
    readonly List<int> _late = [];
    SortedLists? _lists;
    EventTime _watermark = EventTime.MinusInfinity;
    ValueTableCursor? _scan;
    long _scannedEnd;
    int _row;
    bool _draining;

    /// <param name="context">The context.</param>
    /// <param name="plan">The node.</param>
    /// <param name="window">Its window.</param>
    /// <param name="lateRows">Where late rows are kept; null where they are dropped.</param>
    public WindowTopNOperator(OperatorContext context, PhysicalTopN plan, TopNWindow window, LateRowLog? lateRows)
    {
        _context = context;
        _plan = plan;
        _window = window;
        _lateRows = lateRows;
        var table = context.Tables(PhysicalTopN.RowsTable);
        _slices = new SliceTable(table);
        _rows = new RowsByKey(plan.Partition, table.MaxParallelism);
        _order = new SortKeyEncoder(plan.Order.Select(key => (key.Descending, key.NullsFirst)));
        _orderColumns = new Column[plan.Order.Count];
        _output = new BatchBuilder(plan.Schema, context.Pool);
        _ranked = new RankedRows(plan.Kind, plan.First, plan.Last);
        _dropsRows = plan.Input.Changelog.IsAppendOnly;
        // All subtasks had the same watermark at the barrier: it came to them in order with it.
        foreach (var state in context.RestoredState)
        {
            _watermark = EventTime.Max(_watermark, new EventTime(BinaryPrimitives.ReadInt64LittleEndian(state)));
            _slices.AddRestored(state.AsSpan(sizeof(long)));
        }
    }

    public override string Name => "TopN";

    public override bool HasPending => _draining;

    public override long DirtyBytes => _slices.DirtyBytes;

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        try
        {
            for (var i = 0; i < _orderColumns.Length; i++)
                _orderColumns[i] = batch[_plan.Order[i].Column];
            _order.Begin(_orderColumns, batch.StoredRows, batch.Selection);
            _rows.Read(batch);
            Separate(batch);
            foreach (var (end, partitions) in _partitionsByEnd)
            {
                Keep(batch, end, CollectionsMarshal.AsSpan(partitions));
                partitions.Clear();
                _freePartitions.Push(partitions);
            }
            if (_late.Count > 0)
            {
                _context.Metrics.AddLateRows(_late.Count);
                _lateRows?.Append(batch, CollectionsMarshal.AsSpan(_late), _watermark);
            }
        }
        finally
        {
            batch.Release();
        }
    }

    public override EventTime? OnWatermark(EventTime watermark, IOutput output)
    {
        if (watermark <= _watermark)
            return watermark;
        _watermark = watermark;
        _context.Metrics.SetWatermark(watermark.Micros);
        _draining = IsDue;
        return watermark;
    }

    // Whoever is idle is passed over downstream: what the open windows give would come late there.
    public override bool OnIdle(bool isSilent) => isSilent || _slices.FirstEnd is null;

    public override void OnEnd(IOutput output) => OnWatermark(EventTime.PlusInfinity, output);

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && _draining; i++)
        {
            while (_output.Rows < _context.BatchRows && Next())
            {
            }
            if (_output.Rows == 0)
                continue;
            _context.Metrics.AddRowsOut(_output.Rows);
            output.Emit(_output.Build());
        }
    }

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        seal.Changed |= _slices.IsDirty;
        _slices.Seal(epoch, seal.Tables);
        // watermark i64 | ends of the open windows
        var directory = _slices.SaveDirectory();
        var state = new byte[sizeof(long) + directory.Length];
        BinaryPrimitives.WriteInt64LittleEndian(state, _watermark.Micros);
        directory.CopyTo(state, sizeof(long));
        seal.OperatorState.Add((_context.OperatorId, state));
        _lateRows?.Seal(epoch, seal);
    }

    public override void OnCommitted(Epoch epoch) => _slices.Committed(epoch);

    public override void Dispose()
    {
        _scan?.Dispose();
        _scan = null;
        _output.Dispose();
        _lateRows?.Dispose();
    }

    bool IsDue => _slices.FirstEnd is { } end && IsClosed(end);

    bool IsClosed(long end) => _watermark.Micros >= end - TickMicros;

    // The partitions of the batch by window, each by its first row.
    void Separate(Batch batch)
    {
        _partitionsByEnd.Clear();
        _late.Clear();
        var ends = (FixedColumn<long>)batch[_window.End];
        for (var number = 0; number < _rows.Count; number++)
        {
            var first = _rows.First(number);
            var row = batch.StoredRow(first);
            if (ends.IsNull(row))
                throw ExecutionErrors.NullRowtime(_plan.Input.Schema[_window.End].Name);
            var end = ends[row];
            if (IsClosed(end))
            {
                for (var i = first; i >= 0; i = _rows.Next(i))
                    _late.Add(batch.StoredRow(i));
                continue;
            }
            if (!_partitionsByEnd.TryGetValue(end, out var partitions))
                _partitionsByEnd.Add(end, partitions = _freePartitions.TryPop(out var free) ? free : []);
            partitions.Add(first);
        }
    }

    void Keep(Batch batch, long end, ReadOnlySpan<int> partitions)
    {
        var lists = Lists(_slices.Open(end));
        lists.BeginBatch();
        foreach (var first in partitions)
            lists.WillSelect(_rows.KeyGroup(first), _rows.Key(first));
        lists.Fetch();
        foreach (var first in partitions)
            Keep(batch, lists, first);
        lists.EndBatch();
    }

    // The rows of the batch for one partition.
    void Keep(Batch batch, SortedLists lists, int first)
    {
        lists.Select(_rows.KeyGroup(first), _rows.Key(first));
        var isChanged = false;
        for (var i = first; i >= 0; i = _rows.Next(i))
        {
            var sortKey = _order.Key(i);
            if (batch.Kind(batch.StoredRow(i)) is not (RowKind.Insert or RowKind.UpdateAfter))
            {
                // What is not there any more cannot go; nothing was said of it.
                lists.TryRemove(sortKey, _encoded.Of(batch, i));
                continue;
            }
            if (_dropsRows && IsBehindAll(lists, sortKey))
                continue;
            lists.Insert(sortKey, _encoded.Of(batch, i), _plan.LaterFirst);
            isChanged = true;
            if (_dropsRows && _plan.Kind == RankKind.RowNumber)
                lists.Truncate(_plan.Last);
        }
        if (!isChanged || !_dropsRows || _plan.Kind == RankKind.RowNumber)
            return;
        _ranked.Read(lists);
        lists.Truncate(_ranked.Kept);
        _ranked.Clear();
    }

    // Nothing of an append-only input goes, so that what stands behind the range stays there.
    bool IsBehindAll(SortedLists lists, ReadOnlySpan<byte> sortKey) =>
        _plan.Kind != RankKind.DenseRank && lists.IsFullBefore(sortKey, _plan.Last, strictly: _plan.LaterFirst || _plan.Kind == RankKind.Rank);

    // Gives the next row of the windows that are closed; false if there is none any more.
    bool Next()
    {
        while (_row >= _ranked.Count)
        {
            if (!NextPartition())
                return false;
        }
        var columns = _output.Columns;
        if (_plan.RankName is null)
        {
            KeyEncoder.Decode(_ranked.Row(_row), columns);
        }
        else
        {
            KeyEncoder.Decode(_ranked.Row(_row), columns[..^1]);
            ((FixedColumnBuilder<long>)columns[^1]).Append(_ranked.Rank(_row));
        }
        _output.EndRow();
        _row++;
        return true;
    }

    bool NextPartition()
    {
        _ranked.Clear();
        _row = 0;
        if (_scan is null)
        {
            if (!IsDue)
            {
                _draining = false;
                return false;
            }
            _scannedEnd = _slices.FirstEnd!.Value;
            var slice = _slices.Open(_scannedEnd);
            Lists(slice);
            _scan = slice.Scan();
        }
        while (_scan.MoveNext())
        {
            if (!ChunkKey.IsFirst(_scan.Key))
                continue;
            _lists!.Open(_scan.KeyGroup, ChunkKey.Of(_scan.Key), _scan.Value);
            _ranked.Read(_lists);
            return true;
        }
        _scan.Dispose();
        _scan = null;
        _slices.Drop(_scannedEnd);
        return true;
    }

    SortedLists Lists(ValueTable slice)
    {
        if (_lists is null)
            return _lists = new SortedLists(slice);
        _lists.TurnTo(slice);
        return _lists;
    }
}
