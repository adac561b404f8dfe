using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Execution.Windows;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>Groups an input by key and window and emits one row per (key, window) when the watermark passes the window's end.</summary>
/// <remarks>A window [start, end) is closed by a watermark of at least end minus one tick of the time column. Rows all of whose windows
/// are closed are dropped and counted as late; one that comes late for some of its windows counts in the others. Output is append-only,
/// ordered by window end within a subtask. State: one value per open (slice end, key), deleted when the last window that holds the
/// slice is emitted; the watermark, so that after a restore the same rows are late.
/// Semantics: Akidau et al., "The Dataflow Model", VLDB 2015; SQL form: docs/mechanisms/watermarks.md.</remarks>
sealed class WindowAggregateOperator : Operator
{
    readonly OperatorContext _context;
    readonly PhysicalWindowAggregate _plan;
    readonly PhysicalLocalAggregate? _before;
    readonly LateRowLog? _lateRows;
    readonly SliceAssigner _slices;
    readonly WindowPanes? _panes;
    readonly AggregateSet _aggregates;
    readonly SliceTable _main;
    readonly SliceTable[] _extra;
    readonly ValueTable[] _open;
    readonly ValueTable[] _firingTables;
    readonly KeyBatch _keys = new();
    readonly TouchedEntries _touched = new();
    readonly Column[] _keyColumns;
    readonly Func<int, Column>[] _properties;
    readonly Dictionary<long, List<int>> _rowsBySlice = [];
    readonly List<long> _dropped = [];
    readonly List<int> _late = [];
    readonly Stack<List<int>> _freeRows = new();
    int[] _offsets = new int[Batch.RowsMax];
    EventTime _watermark = EventTime.MinusInfinity;
    EventTime _toldWatermark = EventTime.MinusInfinity;
    readonly Func<long, bool> _isClosedBefore;
    readonly FinalRows _firing;
    long _firingEnd;
    bool _draining;
    bool _isFiring;

    public WindowAggregateOperator(OperatorContext context, PhysicalWindowAggregate plan, LateRowLog? lateRows)
    {
        _context = context;
        _plan = plan;
        _before = PhysicalLocalAggregate.Below(plan.Input);
        _lateRows = lateRows;
        _slices = new SliceAssigner(SliceAssigner.SlicesOf(plan.Window), plan.Input.Schema[plan.Window.TimeColumn].Type);
        var main = context.Tables("acc");
        _aggregates = new AggregateSet(plan.Aggregates, plan.Keys, main.MaxParallelism);
        _main = new SliceTable(main);
        if (!plan.Window.IsRowWise)
            _panes = new WindowPanes(_slices.Slices, _main, _aggregates);
        _extra = [.. _aggregates.ExtraNames.Select(name => new SliceTable(context.Tables(name)))];
        _open = new ValueTable[_extra.Length];
        _firingTables = new ValueTable[_extra.Length];
        _keyColumns = new Column[plan.Keys.Count];
        _firing = new FinalRows(context, [.. plan.Keys.Select(key => plan.Input.Schema[key].Type)], _aggregates);
        _isClosedBefore = window => _slices.IsClosed(window, _toldWatermark);
        _properties = [.. plan.Properties.Select(Property)];
        Restore(context.RestoredState);
    }

    public override string Name => "WindowAggregate";

    public override bool HasPending => _draining;

    public override long DirtyBytes
    {
        get
        {
            var bytes = _main.DirtyBytes;
            foreach (var table in _extra)
                bytes += table.DirtyBytes;
            return bytes;
        }
    }

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        try
        {
            if (batch.Rows == 0)
                return;
            if (_offsets.Length < batch.Rows)
                _offsets = new int[batch.Rows * 2];
            for (var i = 0; i < _keyColumns.Length; i++)
                _keyColumns[i] = batch[_plan.Keys[i]];
            _keys.Encode(_keyColumns, batch.StoredRows, batch.Selection);
            var times = (FixedColumn<long>)batch[_plan.Window.TimeColumn];
            if (_slices.TryWholeBatch(times, batch, out var end))
                AccumulateAll(batch, end);
            else
                AccumulateBySlice(batch, times);
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
        _draining = HasDueWindow();
        return watermark;
    }

    // Whoever is idle is passed over downstream: what the open windows give would come late there.
    public override bool OnIdle(bool isSilent) => isSilent || _main.FirstEnd is null;

    public override void OnEnd(IOutput output) => OnWatermark(EventTime.PlusInfinity, output);

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && _draining; i++)
        {
            if (!_isFiring)
                OpenFirst();
            if (_firing.Next(_properties) is { } batch)
                output.Emit(batch);
            if (!_firing.IsOpen)
                CloseFirst();
        }
    }

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        seal.Changed |= _main.IsDirty;
        _main.Seal(epoch, seal.Tables);
        foreach (var table in _extra)
            table.Seal(epoch, seal.Tables);
        seal.OperatorState.Add((_context.OperatorId, SaveState()));
        _lateRows?.Seal(epoch, seal);
    }

    public override void OnCommitted(Epoch epoch)
    {
        _main.Committed(epoch);
        foreach (var table in _extra)
            table.Committed(epoch);
    }

    public override void Dispose()
    {
        _firing.Dispose();
        _lateRows?.Dispose();
    }

    // The first window that was not closed by the watermark before this one.
    long? NextWindow() => _panes is null ? _main.FirstEnd : _panes.Next(_isClosedBefore);

    bool HasDueWindow()
    {
        if (NextWindow() is { } end && _slices.IsClosed(end, _watermark))
            return true;
        // Everything that this watermark closes has been told.
        _toldWatermark = _watermark;
        return false;
    }

    void AccumulateAll(Batch batch, long end)
    {
        var fate = FateOf(end);
        if (fate == Fate.Late)
            AddLate(batch, batch.HasSelection ? batch.Selection : AllRows(batch.Rows));
        else if (fate == Fate.Kept)
            Accumulate(batch, end, []);
    }

    void AddLate(Batch batch, ReadOnlySpan<int> rows)
    {
        _context.Metrics.AddLateRows(_before is null ? rows.Length : AggregateSet.FoldedRows((BytesColumn)batch[_before.PartialColumn], rows));
        _lateRows?.Append(batch, rows, _watermark);
    }

    // Late batches are rare.
    static int[] AllRows(int count) => [.. Enumerable.Range(0, count)];

    Fate FateOf(long sliceEnd)
    {
        if (_panes is null)
            return _slices.IsClosed(sliceEnd, _watermark) ? Fate.Late : Fate.Kept;
        var last = _slices.Slices.LastWindowOf(sliceEnd);
        return last < sliceEnd ? Fate.InNoWindow : _slices.IsClosed(last, _watermark) ? Fate.Late : Fate.Kept;
    }

    void AccumulateBySlice(Batch batch, FixedColumn<long> times)
    {
        foreach (var rows in _rowsBySlice.Values)
            rows.Clear();
        _late.Clear();
        var (knownEnd, fate) = (long.MinValue, Fate.Kept);
        for (var i = 0; i < batch.Rows; i++)
        {
            var row = batch.StoredRow(i);
            if (times.IsNull(row))
                throw ExecutionErrors.NullRowtime(_plan.Input.Schema[_plan.Window.TimeColumn].Name);
            var end = _slices.EndOf(times[row]);
            if (end != knownEnd)
                (knownEnd, fate) = (end, FateOf(end));
            if (fate != Fate.Kept)
            {
                if (fate == Fate.Late)
                    _late.Add(row);
                continue;
            }
            if (!_rowsBySlice.TryGetValue(end, out var rows))
                _rowsBySlice.Add(end, rows = _freeRows.TryPop(out var free) ? free : []);
            rows.Add(i);
        }
        if (_late.Count > 0)
            AddLate(batch, CollectionsMarshal.AsSpan(_late));
        foreach (var (end, rows) in _rowsBySlice)
        {
            if (rows.Count > 0)
                Accumulate(batch, end, CollectionsMarshal.AsSpan(rows));
            else
                _dropped.Add(end);
        }
        // The lists of slices that nothing comes for any more must not pile up.
        foreach (var end in _dropped)
        {
            _rowsBySlice.Remove(end, out var rows);
            _freeRows.Push(rows!);
        }
        _dropped.Clear();
    }

    void Accumulate(Batch batch, long end, ReadOnlySpan<int> indexes)
    {
        var tables = Tables(end, _open);
        var count = indexes.IsEmpty ? batch.Rows : indexes.Length;
        tables.Main.Locate(_keys, indexes, _aggregates.ValueBytes, _offsets, _touched);
        if (_before is null)
            _aggregates.Accumulate(tables, batch, _keys, indexes, _offsets.AsSpan(0, count));
        else
            _aggregates.Merge(tables.Main.Memory, batch, _before.PartialColumn, indexes, _offsets.AsSpan(0, count));
        tables.Main.EndBatch(_touched);
        _panes?.Added(end);
    }

    AggregateTables Tables(long end, ValueTable[] extra)
    {
        for (var i = 0; i < extra.Length; i++)
            extra[i] = _extra[i].Open(end);
        return new AggregateTables(_main.Open(end), extra);
    }

    void OpenFirst()
    {
        _firingEnd = NextWindow()!.Value;
        if (_panes is null)
            _firing.Open(Tables(_firingEnd, _firingTables), emitEmptyRow: false);
        else
            _firing.Open(_panes.Open(_firingEnd));
        _isFiring = true;
    }

    void CloseFirst()
    {
        _isFiring = false;
        if (_panes is null)
            _main.Drop(_firingEnd);
        else
            _panes.Close(_firingEnd);
        foreach (var table in _extra)
            table.Drop(_firingEnd);
        _draining = HasDueWindow();
    }

    Func<int, Column> Property(WindowProperty property) => count => ColumnFactory.Constant(
        property.Type,
        property.Kind switch
        {
            WindowPropertyKind.Start => _slices.Slices.StartOf(_firingEnd),
            WindowPropertyKind.End => _firingEnd,
            WindowPropertyKind.Time => _firingEnd - 1000,
            _ => throw new UnreachableException($"window property {property.Kind} has no case"),
        },
        count,
        _context.Pool);

    byte[] SaveState()
    {
        var directory = _main.SaveDirectory();
        var state = new byte[directory.Length + sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(state, _watermark.Micros);
        directory.CopyTo(state, sizeof(long));
        return state;
    }

    void Restore(IReadOnlyList<byte[]> states)
    {
        // All subtasks had the same watermark at the barrier: it came to them in order with it.
        foreach (var state in states)
        {
            _watermark = EventTime.Max(_watermark, new EventTime(BinaryPrimitives.ReadInt64LittleEndian(state)));
            _main.AddRestored(state.AsSpan(sizeof(long)));
            foreach (var table in _extra)
                table.AddRestored(state.AsSpan(sizeof(long)));
        }
        _toldWatermark = _watermark;
    }

    enum Fate
    {
        Kept,
        Late,
        InNoWindow,
    }
}
