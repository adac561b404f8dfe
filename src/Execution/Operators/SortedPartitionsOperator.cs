using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Execution.Checkpoints;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>Keeps the rows of each partition in an order, and gives what the changes of a batch make of it, partition by partition; or, with
/// <c>final</c>, what there is at the end.</summary>
/// <remarks>State: one ordered list a partition. The lists of a batch are read together.</remarks>
abstract class SortedPartitionsOperator : Operator, IKeyedState
{
    readonly ValueList<SortKey> _order;
    readonly RowsByKey _rows;
    readonly SortKeyEncoder _sortKeys;
    readonly EncodedRow _encoded = new();
    readonly Column[] _orderColumns;
    readonly BatchBuilder _output;
    readonly bool _endedBefore;
    readonly KeyRetention? _retention;
    ValueTableCursor? _scan;
    Batch? _batch;
    int _group;
    int _change;
    bool _ended;

    /// <param name="context">What it may use.</param>
    /// <param name="plan">Its node: the columns that it gives.</param>
    /// <param name="table">The table of the lists.</param>
    /// <param name="partition">What makes a partition.</param>
    /// <param name="order">The order of its rows.</param>
    /// <param name="isFinal">Rows come at the end.</param>
    /// <param name="ttlMillis">How long a partition is kept after it has changed; zero for ever.</param>
    protected SortedPartitionsOperator(
        OperatorContext context, PhysicalNode plan, string table, ValueList<int> partition, ValueList<SortKey> order, bool isFinal, long ttlMillis)
    {
        Context = context;
        IsFinal = isFinal;
        _order = order;
        var rows = context.Tables(table);
        _rows = new RowsByKey(partition, rows.MaxParallelism);
        Lists = new SortedLists(new ValueTable(rows));
        _sortKeys = new SortKeyEncoder(order.Select(key => (key.Descending, key.NullsFirst)));
        _orderColumns = new Column[order.Count];
        _output = new BatchBuilder(plan.Schema, context.Pool);
        _endedBefore = context.RestoredState.Any(state => state is [1, ..]);
        _ended = _endedBefore;
        if (ttlMillis > 0)
            _retention = new KeyRetention(new ValueTable(context.Tables(StateTtl.TimeTable)), this, context.Session.Clock, ttlMillis);
    }

    public sealed override bool HasPending => _batch is not null || _scan is not null || _change < Changes.Count || _retention is { IsSweeping: true };

    public sealed override long DirtyBytes => Lists.Table.DirtyBytes + (_retention?.Times.DirtyBytes ?? 0);

    /// <summary>What the operator may use.</summary>
    protected OperatorContext Context { get; }

    /// <summary>Rows come at the end.</summary>
    protected bool IsFinal { get; }

    /// <summary>The rows of all partitions.</summary>
    protected SortedLists Lists { get; }

    /// <summary>What the partition gives that was applied or read last.</summary>
    protected List<Change> Changes { get; } = [];

    public sealed override void OnData(Batch batch, IOutput output)
    {
        Context.Metrics.AddRowsIn(batch.Rows);
        _batch = batch;
        for (var i = 0; i < _orderColumns.Length; i++)
            _orderColumns[i] = batch[_order[i].Column];
        _sortKeys.Begin(_orderColumns, batch.StoredRows, batch.Selection);
        _rows.Read(batch);
        _retention?.Touch(_rows.Keys);
        _rows.Fetch(Lists);
        _group = 0;
    }

    public sealed override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && HasPending; i++)
        {
            while (_output.Rows < Context.BatchRows && (_change < Changes.Count || NextChanges()))
            {
                var change = Changes[_change++];
                Append(_output.Columns, change);
                _output.EndRow(change.Kind);
            }
            if (_output.Rows == 0)
            {
                if (_retention is { IsSweeping: true })
                    _retention.Step();
                continue;
            }
            Context.Metrics.AddRowsOut(_output.Rows);
            output.Emit(_output.Build());
        }
    }

    public sealed override void OnEnd(IOutput output)
    {
        if (IsFinal && !_endedBefore)
            _scan = Lists.Table.Scan();
        _ended = true;
    }

    // What changes has no time order; what comes at the end comes before the last watermark.
    public sealed override EventTime? OnWatermark(EventTime watermark, IOutput output) => watermark == EventTime.PlusInfinity ? watermark : null;

    public sealed override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        seal.Add(Lists.Table.Seal(epoch));
        seal.Add(_retention?.Times.Seal(epoch));
        if (_ended && IsFinal)
            seal.OperatorState.Add((Context.OperatorId, [1]));
    }

    public sealed override void OnCommitted(Epoch epoch)
    {
        Lists.Table.Committed(epoch);
        _retention?.Times.Committed(epoch);
    }

    void IKeyedState.Forget(SweptKeys keys, int first, int count) => RowsByKey.Forget(Lists, keys, first, count);

    public override void Dispose()
    {
        _batch?.Release();
        _batch = null;
        _scan?.Dispose();
        _scan = null;
        _output.Dispose();
        _retention?.Dispose();
    }

    /// <summary>Puts the rows of the batch that begin with one into its list, which is selected, and notes what changes.</summary>
    protected abstract void Apply(Batch batch, int first);

    /// <summary>Notes all rows of the list that is open, at the end.</summary>
    protected abstract void ReadFinal();

    /// <summary>Appends a row that was noted.</summary>
    protected abstract void Append(ReadOnlySpan<ColumnBuilder> columns, Change change);

    /// <summary>What a row of the batch is sorted by. Valid until the next call.</summary>
    protected ReadOnlySpan<byte> SortKey(int row) => _sortKeys.Key(row);

    /// <summary>A row of the batch, encoded. Valid until the next call.</summary>
    protected ReadOnlySpan<byte> Row(Batch batch, int row) => _encoded.Of(batch, row);

    /// <summary>The next row of the same partition, or -1.</summary>
    protected int Next(int row) => _rows.Next(row);

    /// <summary>A row comes; it goes otherwise.</summary>
    protected static bool Comes(Batch batch, int row) => batch.Kind(batch.StoredRow(row)) is RowKind.Insert or RowKind.UpdateAfter;

    // What the next partition gives; false if there is none any more.
    bool NextChanges()
    {
        Changes.Clear();
        _change = 0;
        if (_scan is not null)
            return NextOfScan(_scan);
        while (_batch is { } batch)
        {
            if (_group == _rows.Count)
            {
                Lists.EndBatch();
                _batch = null;
                batch.Release();
                return false;
            }
            var first = _rows.First(_group);
            Lists.Select(_rows.KeyGroup(first), _rows.Key(first));
            if (_retention is not null && _retention.HasExpired(_group))
                Lists.Truncate(0);
            _group++;
            Apply(batch, first);
            if (Changes.Count > 0)
                return true;
        }
        return false;
    }

    bool NextOfScan(ValueTableCursor scan)
    {
        while (scan.MoveNext())
        {
            if (!ChunkKey.IsFirst(scan.Key))
                continue;
            Lists.Open(scan.KeyGroup, ChunkKey.Of(scan.Key), scan.Value);
            ReadFinal();
            if (Changes.Count > 0)
                return true;
        }
        scan.Dispose();
        _scan = null;
        return false;
    }

    /// <summary>A row that is given.</summary>
    /// <param name="Kind">As what.</param>
    /// <param name="IsAfter">Of the rows after the batch, not of those before.</param>
    /// <param name="Index">Which of them.</param>
    protected readonly record struct Change(RowKind Kind, bool IsAfter, int Index);
}
