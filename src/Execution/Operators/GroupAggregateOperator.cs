using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>GROUP BY: one row per group, updated as rows come.</summary>
/// <remarks>Changelog: the changes of a batch are folded per group before anything is emitted. A group that appears gives +I, one
/// whose result changed gives -U and +U (+U alone where the consumer works by key), one without rows left gives -D; a group
/// whose result did not change gives nothing. With <c>final</c>, rows are emitted at the end of a bounded input only, as +I.
/// State: one value per group, deleted with its last row, and tables of what does not fit into it. A group that is forgotten after a time begins anew
/// with another number, which the entries of those tables bear.</remarks>
sealed class GroupAggregateOperator : Operator, IGroupKeys, IKeyedState
{
    readonly OperatorContext _context;
    readonly PhysicalGroupAggregate _plan;
    readonly PhysicalLocalAggregate? _before;
    readonly AggregateSet _aggregates;
    readonly AggregateTables _tables;
    readonly KeyBatch _keys = new();
    readonly TouchedEntries _touched = new();
    readonly Column[] _keyColumns;
    readonly ColumnBuilder[] _results;
    readonly int _maxParallelism;
    readonly FinalRows? _final;
    int[] _offsets = new int[Batch.RowsMax];
    int[] _known = new int[Batch.RowsMax];
    bool[] _wasLive = new bool[Batch.RowsMax];
    bool[] _differs = new bool[Batch.RowsMax];
    readonly KeyRetention? _retention;
    readonly GroupNumbers? _numbers;
    readonly bool _endedBefore;
    bool _ended;

    public GroupAggregateOperator(OperatorContext context, PhysicalGroupAggregate plan)
    {
        _context = context;
        _plan = plan;
        _before = PhysicalLocalAggregate.Below(plan.Input);
        var main = context.Tables("acc");
        _maxParallelism = main.MaxParallelism;
        _aggregates = new AggregateSet(plan.Aggregates, plan.Keys, _maxParallelism, plan.NumbersGroups);
        _tables = new AggregateTables(new ValueTable(main), [.. _aggregates.ExtraNames.Select(name => new ValueTable(context.Tables(name)))]);
        _keyColumns = new Column[plan.Keys.Count];
        _results = [.. plan.Aggregates.Select(aggregate => ColumnBuilder.Create(aggregate.Call.ReturnType, context.Pool))];
        _endedBefore = context.RestoredState.Any(state => state is [1, ..]);
        _ended = _endedBefore;
        if (plan.TtlMillis > 0)
            _retention = new KeyRetention(new ValueTable(context.Tables(StateTtl.TimeTable)), this, context.Session.Clock, plan.TtlMillis, _aggregates.Numbered(_tables));
        if (_retention is { IsNumbered: true })
            _numbers = new GroupNumbers(_retention, context.Pool);
        if (plan.FinalOnly)
            _final = new FinalRows(context, [.. plan.Keys.Select(key => plan.Input.Schema[key].Type)], _aggregates);
    }

    public override string Name => "GroupAggregate";

    public override bool HasPending => _final is { IsOpen: true } || _retention is { IsSweeping: true };

    public override long DirtyBytes => _tables.Main.DirtyBytes + _tables.Extra.Sum(table => table.DirtyBytes) + (_retention?.Times.DirtyBytes ?? 0);

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        Grow(batch.Rows);
        for (var i = 0; i < _keyColumns.Length; i++)
            _keyColumns[i] = batch[_plan.Keys[i]];
        try
        {
            _keys.Encode(_keyColumns, batch.StoredRows, batch.Selection);
            _tables.Main.Locate(_keys, [], _aggregates.ValueBytes, _offsets, _touched);
            if (_retention is not null)
                Forget(_retention);
            _numbers?.Encode(_keyColumns, batch);
            if (_final is null)
                EmitChanges(batch, output);
            else
                Accumulate(batch);
        }
        finally
        {
            _numbers?.EndBatch();
            _tables.Main.EndBatch(_touched);
            batch.Release();
        }
    }

    public override void OnEnd(IOutput output)
    {
        if (_final is not null && !_endedBefore)
            _final.Open(_tables, emitEmptyRow: _plan.Keys.IsEmpty);
        _ended = true;
    }

    public override void Drain(IOutput output, int maxBatches)
    {
        if (_retention is { IsSweeping: true })
        {
            _retention.Step();
            return;
        }
        for (var i = 0; i < maxBatches && _final!.IsOpen; i++)
        {
            if (_final.Next() is { } batch)
                output.Emit(batch);
        }
    }

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        seal.Add(_tables.Main.Seal(epoch));
        foreach (var table in _tables.Extra)
            seal.Add(table.Seal(epoch));
        if (_retention is not null)
            seal.Add(_retention.Times.Seal(epoch));
        if (_ended && _final is not null)
            seal.OperatorState.Add((_context.OperatorId, [1]));
    }

    public override void OnCommitted(Epoch epoch)
    {
        _tables.Main.Committed(epoch);
        foreach (var table in _tables.Extra)
            table.Committed(epoch);
        _retention?.Times.Committed(epoch);
    }

    public override void Dispose()
    {
        foreach (var result in _results)
            result.Dispose();
        _final?.Dispose();
        _retention?.Dispose();
    }

    ReadOnlySpan<byte> IGroupKeys.Key(int group) => (_numbers?.Keys ?? _keys)[_touched.FirstKeys[group]];

    ushort IGroupKeys.KeyGroup(int group) => _keys.KeyGroup(_touched.FirstKeys[group], _maxParallelism);

    void IKeyedState.Forget(SweptKeys keys, int first, int count)
    {
        for (var i = first; i < first + count; i++)
            _tables.Main.Put(keys.KeyGroup(i), keys[i], []);
    }

    // Groups of the batch that should be forgotten by now begin anew.
    void Forget(KeyRetention retention)
    {
        retention.Touch(_keys);
        for (var i = 0; i < _touched.Count; i++)
        {
            if (retention.HasExpired(i))
                _tables.Main.Memory.Slice(_touched.Offsets[i], _aggregates.ValueBytes).Clear();
        }
    }

    void Accumulate(Batch batch)
    {
        var offsets = _offsets.AsSpan(0, batch.Rows);
        if (_before is null)
        {
            ReadOnlySpan<int> indexes = _retention is null || batch.IsInsertOnly ? [] : Known(batch, ref offsets);
            if (offsets.Length > 0)
                _aggregates.Accumulate(_tables, batch, _numbers?.Keys ?? _keys, indexes, offsets, _numbers?.Column);
        }
        else
            _aggregates.Merge(_tables.Main.Memory, batch, _before.PartialColumn, [], offsets);
    }

    // Without the rows that go from a group which has none: it was forgotten since they came. Their offsets take the place of all.
    ReadOnlySpan<int> Known(Batch batch, ref Span<int> offsets)
    {
        var memory = _tables.Main.Memory;
        var count = 0;
        for (var i = 0; i < offsets.Length; i++)
        {
            ref var rows = ref MemoryMarshal.AsRef<long>(memory[offsets[i]..]);
            var sign = batch.Kind(batch.StoredRow(i)).Sign();
            if (sign < 0 && rows <= 0)
                continue;
            rows += sign;
            _known[count] = i;
            offsets[count++] = offsets[i];
        }
        var known = _known.AsSpan(0, count);
        for (var i = 0; i < count; i++)
            MemoryMarshal.AsRef<long>(memory[offsets[i]..]) -= batch.Kind(batch.StoredRow(known[i])).Sign();
        offsets = offsets[..count];
        return known;
    }

    void EmitChanges(Batch batch, IOutput output)
    {
        var offsets = _touched.Offsets;
        var groups = offsets.Length;
        var wasLive = _wasLive.AsSpan(0, groups);
        var memory = _tables.Main.Memory;
        for (var j = 0; j < wasLive.Length; j++)
            wasLive[j] = Rows(memory, offsets[j]) > 0;
        // Where somebody must know what was before, every builder gets those results first: then a group has two rows.
        var appendOnly = _plan.Rows.Changelog.IsAppendOnly;
        var needsBefore = _plan.EmitsUpdateBefore || !appendOnly || !_aggregates.ChangesWithEveryRow;
        if (needsBefore)
            _aggregates.Emit(_tables, _tables.Main.Memory, offsets, this, _results);
        Accumulate(batch);
        _aggregates.Emit(_tables, _tables.Main.Memory, offsets, this, _results);
        var columns = new Column[_results.Length];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = _results[i].Build();
        try
        {
            EmitRows(batch, columns, groups, needsBefore, output);
        }
        finally
        {
            foreach (var column in columns)
                column.Release();
        }
        if (appendOnly)
            return;
        memory = _tables.Main.Memory;
        for (var j = 0; j < groups; j++)
        {
            if (Rows(memory, offsets[j]) == 0)
                _tables.Main.Delete(_touched.Entries[j]);
        }
    }

    void EmitRows(Batch batch, Column[] results, int groups, bool hasBefore, IOutput output)
    {
        var pool = _context.Pool;
        var resultRowsBuffer = pool.Rent(Math.Max(1, groups * 2) * sizeof(int));
        var keyRowsBuffer = pool.Rent(Math.Max(1, groups * 2) * sizeof(int));
        var kindsBuffer = pool.Rent(Math.Max(1, groups * 2));
        var kindsUsed = false;
        try
        {
            var resultRows = MemoryMarshal.Cast<byte, int>(resultRowsBuffer.AsSpan());
            var keyRows = MemoryMarshal.Cast<byte, int>(keyRowsBuffer.AsSpan());
            var count = Changes(batch, results, groups, hasBefore, resultRows, keyRows, MemoryMarshal.Cast<byte, RowKind>(kindsBuffer.AsSpan()), out var insertOnly);
            if (count == 0)
                return;
            var columns = new Column[_plan.Keys.Count + results.Length];
            for (var i = 0; i < _plan.Keys.Count; i++)
                columns[i] = ColumnFactory.Gather(_keyColumns[i], keyRows[..count], pool);
            for (var i = 0; i < results.Length; i++)
                columns[_plan.Keys.Count + i] = hasBefore || count < groups ? ColumnFactory.Gather(results[i], resultRows[..count], pool) : results[i].Retain();
            kindsUsed = !insertOnly;
            _context.Metrics.AddRowsOut(count);
            output.Emit(new Batch(columns, count, pool, kindsUsed ? kindsBuffer : null));
        }
        finally
        {
            pool.Return(resultRowsBuffer);
            pool.Return(keyRowsBuffer);
            if (!kindsUsed)
                pool.Return(kindsBuffer);
        }
    }

    int Changes(
        Batch batch, Column[] results, int groups, bool hasBefore, Span<int> resultRows, Span<int> keyRows, Span<RowKind> kinds, out bool insertOnly)
    {
        if (!hasBefore)
            return AllChanges(batch, groups, keyRows, kinds, out insertOnly);
        insertOnly = true;
        var count = 0;
        var differs = _differs.AsSpan(0, groups);
        var firstAfter = groups;
        ColumnCompare.Differ(results, differs);
        var memory = _tables.Main.Memory;
        for (var j = 0; j < groups; j++)
        {
            var isLive = Rows(memory, _touched.Offsets[j]) > 0;
            var key = _touched.FirstKeys[j];
            var row = batch.StoredRow(key);
            if (!_wasLive[j] && isLive)
            {
                Add(firstAfter + j, row, RowKind.Insert, resultRows, keyRows, kinds);
            }
            else if (_wasLive[j] && !isLive)
            {
                insertOnly = false;
                Add(j, row, RowKind.Delete, resultRows, keyRows, kinds);
            }
            else if (isLive && differs[j])
            {
                insertOnly = false;
                if (_plan.EmitsUpdateBefore)
                    Add(j, row, RowKind.UpdateBefore, resultRows, keyRows, kinds);
                Add(firstAfter + j, row, RowKind.UpdateAfter, resultRows, keyRows, kinds);
            }
        }
        return count;

        void Add(int result, int row, RowKind kind, Span<int> toResults, Span<int> toKeys, Span<RowKind> toKinds)
        {
            toResults[count] = result;
            toKeys[count] = row;
            toKinds[count++] = kind;
        }
    }

    // Where rows are only added to results that change with every row, each group gives one row of its new result.
    int AllChanges(Batch batch, int groups, Span<int> keyRows, Span<RowKind> kinds, out bool insertOnly)
    {
        var firstKeys = _touched.FirstKeys;
        var wasLive = _wasLive.AsSpan(0, groups);
        kinds = kinds[..groups];
        var anyUpdate = false;
        for (var j = 0; j < kinds.Length; j++)
        {
            kinds[j] = wasLive[j] ? RowKind.UpdateAfter : RowKind.Insert;
            anyUpdate |= wasLive[j];
        }
        if (batch.HasSelection)
        {
            var selection = batch.Selection;
            for (var j = 0; j < groups; j++)
                keyRows[j] = selection[firstKeys[j]];
        }
        else
        {
            firstKeys.CopyTo(keyRows);
        }
        insertOnly = !anyUpdate;
        return groups;
    }

    static long Rows(ReadOnlySpan<byte> memory, int offset) => MemoryMarshal.Read<long>(memory[offset..]);

    void Grow(int rows)
    {
        if (_offsets.Length >= rows)
            return;
        _offsets = new int[rows * 2];
        _known = new int[rows * 2];
        _wasLive = new bool[rows * 2];
        _differs = new bool[rows * 2];
    }
}
