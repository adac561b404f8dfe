using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>The last row of each key of a table that is written.</summary>
/// <remarks>Changelog: <see cref="PhysicalUpsertMaterialize"/>. The changes of a batch are folded per key: +I for a key that appears, +U where another row is the last
/// one, -D for a key without rows; nothing where the last row is the same. State: the rows of each key as they came.</remarks>
sealed class UpsertMaterializeOperator : Operator, IKeyedState
{
    readonly OperatorContext _context;
    readonly SortedLists _lists;
    readonly RowsByKey _rows;
    readonly KeyBatch _values = new();
    readonly ByteBuffer _before = new(256);
    readonly ByteBuffer _after = new(256);
    readonly BatchBuilder _output;
    readonly KeyRetention? _retention;

    public UpsertMaterializeOperator(OperatorContext context, PhysicalUpsertMaterialize plan)
    {
        _context = context;
        var table = context.Tables(PhysicalUpsertMaterialize.RowsTable);
        _lists = new SortedLists(new ValueTable(table));
        _rows = new RowsByKey(plan.Keys, table.MaxParallelism);
        _output = new BatchBuilder(plan.Schema, context.Pool);
        if (plan.TtlMillis > 0)
            _retention = new KeyRetention(new ValueTable(context.Tables(StateTtl.TimeTable)), this, context.Session.Clock, plan.TtlMillis);
    }

    public override string Name => "UpsertMaterialize";

    public override bool HasPending => _retention is { IsSweeping: true };

    public override long DirtyBytes => _lists.Table.DirtyBytes + (_retention?.Times.DirtyBytes ?? 0);

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        try
        {
            _values.Encode(batch.Columns, batch.StoredRows, batch.Selection);
            _rows.Read(batch);
            _retention?.Touch(_rows.Keys);
            _rows.Fetch(_lists);
            for (var number = 0; number < _rows.Count; number++)
                Apply(batch, _rows.First(number), _retention is not null && _retention.HasExpired(number));
            _lists.EndBatch();
        }
        finally
        {
            batch.Release();
        }
        if (_output.Rows == 0)
            return;
        _context.Metrics.AddRowsOut(_output.Rows);
        output.Emit(_output.Build());
    }

    public override void Drain(IOutput output, int maxBatches) => _retention?.Step();

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        seal.Add(_lists.Table.Seal(epoch));
        if (_retention is not null)
            seal.Add(_retention.Times.Seal(epoch));
    }

    public override void OnCommitted(Epoch epoch)
    {
        _lists.Table.Committed(epoch);
        _retention?.Times.Committed(epoch);
    }

    public override void Dispose()
    {
        _output.Dispose();
        _retention?.Dispose();
    }

    void IKeyedState.Forget(SweptKeys keys, int first, int count) => RowsByKey.Forget(_lists, keys, first, count);

    void Apply(Batch batch, int first, bool hasExpired)
    {
        _lists.Select(_rows.KeyGroup(first), _rows.Key(first));
        if (hasExpired)
            _lists.Truncate(0);
        var existed = ReadLast(_before);
        for (var i = first; i >= 0; i = _rows.Next(i))
        {
            if (batch.Kind(batch.StoredRow(i)) is RowKind.Insert or RowKind.UpdateAfter)
                _lists.Insert([], _values[i], before: false);
            else
                _lists.TryRemove([], _values[i]);
        }
        _lists.Rewind();
        var exists = ReadLast(_after);
        if (exists && !(existed && _before.Written.SequenceEqual(_after.Written)))
            Emit(_after, existed ? RowKind.UpdateAfter : RowKind.Insert);
        else if (existed && !exists)
            Emit(_before, RowKind.Delete);
    }

    bool ReadLast(ByteBuffer row)
    {
        var found = false;
        while (_lists.MoveNext())
        {
            found = true;
            row.Clear();
            row.Append(_lists.Row);
        }
        return found;
    }

    void Emit(ByteBuffer row, RowKind kind)
    {
        KeyEncoder.Decode(row.Written, _output.Columns);
        _output.EndRow(kind);
    }
}
