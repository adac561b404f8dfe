using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>Turns an upsert stream, whose updates do not say what they replace, into a retract stream.</summary>
/// <remarks>Changelog: +I or +U of a key that is not there gives +I; of a key that is, -U with the old row and +U with the new, or
/// nothing if they are equal; -D gives -D with the old row, or nothing if there is none. State: the last row of every key.</remarks>
sealed class ChangelogNormalizeOperator : Operator, IKeyedState
{
    readonly OperatorContext _context;
    readonly PhysicalChangelogNormalize _plan;
    readonly ValueTable _rows;
    readonly KeyBatch _keys = new();
    readonly KeyBatch _values = new();
    readonly BatchBuilder _output;
    readonly int _maxParallelism;
    readonly KeyRetention? _retention;

    public ChangelogNormalizeOperator(OperatorContext context, PhysicalChangelogNormalize plan)
    {
        _context = context;
        _plan = plan;
        var table = context.Tables("row");
        _maxParallelism = table.MaxParallelism;
        _rows = new ValueTable(table);
        _output = new BatchBuilder(plan.Schema, context.Pool);
        if (plan.TtlMillis > 0)
            _retention = new KeyRetention(new ValueTable(context.Tables(StateTtl.TimeTable)), this, context.Session.Clock, plan.TtlMillis);
    }

    public override string Name => "ChangelogNormalize";

    public override bool HasPending => _retention is { IsSweeping: true };

    public override long DirtyBytes => _rows.DirtyBytes + (_retention?.Times.DirtyBytes ?? 0);

    public override void OnData(Batch batch, IOutput output)
    {
        _context.Metrics.AddRowsIn(batch.Rows);
        try
        {
            Normalize(batch);
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
        seal.Add(_rows.Seal(epoch));
        if (_retention is not null)
            seal.Add(_retention.Times.Seal(epoch));
    }

    public override void OnCommitted(Epoch epoch)
    {
        _rows.Committed(epoch);
        _retention?.Times.Committed(epoch);
    }

    public override void Dispose()
    {
        _output.Dispose();
        _retention?.Dispose();
    }

    void IKeyedState.Forget(SweptKeys keys, int first, int count)
    {
        for (var i = first; i < first + count; i++)
            _rows.Put(keys.KeyGroup(i), keys[i], []);
    }

    void Normalize(Batch batch)
    {
        var keyColumns = new Column[_plan.Keys.Count];
        for (var i = 0; i < keyColumns.Length; i++)
            keyColumns[i] = batch[_plan.Keys[i]];
        _keys.Encode(keyColumns, batch.StoredRows, batch.Selection);
        _values.Encode(batch.Columns, batch.StoredRows, batch.Selection);
        if (_retention is not null)
            Forget(_retention);
        for (var i = 0; i < _keys.Count; i++)
        {
            var row = batch.StoredRow(i);
            Normalize(batch.Kind(row), _keys.KeyGroup(i, _maxParallelism), _keys[i], _values[i]);
        }
    }

    // What should be forgotten by now is unknown.
    void Forget(KeyRetention retention)
    {
        retention.Touch(_keys);
        for (var i = 0; i < retention.Count; i++)
        {
            if (retention.HasExpired(i) && retention.FirstKey(i) is var key)
                _rows.Put(_keys.KeyGroup(key, _maxParallelism), _keys[key], []);
        }
    }

    void Normalize(RowKind kind, ushort keyGroup, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        // An upsert source gives no -U; one that does anyway says nothing that the state does not know.
        if (kind == RowKind.UpdateBefore)
            return;
        var old = _rows.Get(keyGroup, key);
        if (kind == RowKind.Delete)
        {
            if (old.IsEmpty)
                return;
            Emit(old, RowKind.Delete);
            _rows.Put(keyGroup, key, []);
            return;
        }
        if (old.SequenceEqual(value))
            return;
        if (old.IsEmpty)
        {
            Emit(value, RowKind.Insert);
        }
        else
        {
            Emit(old, RowKind.UpdateBefore);
            Emit(value, RowKind.UpdateAfter);
        }
        _rows.Put(keyGroup, key, value);
    }

    void Emit(ReadOnlySpan<byte> row, RowKind kind)
    {
        KeyEncoder.Decode(row, _output.Columns);
        _output.EndRow(kind);
    }
}
