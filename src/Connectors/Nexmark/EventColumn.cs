using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Nexmark;

/// <summary>Makes a column of batches of events. Not thread-safe; one per reader.</summary>
abstract class EventColumn : IDisposable
{
    /// <summary>The column for the events of a batch.</summary>
    public abstract Column Build(EventBatch events, long baseMillis);

    public virtual void Dispose()
    {
        // Most have nothing.
    }
}

/// <summary>The kind of each event.</summary>
sealed class EventKindColumn(SqlType type, ColumnPool pool) : EventColumn
{
    readonly FixedColumnBuilder<int> _builder = new(type, pool);

    public override Column Build(EventBatch events, long baseMillis)
    {
        var runs = events.Runs;
        if (runs.Length == 1)
            return ColumnFactory.Constant(type, (int)runs[0].Kind, events.Rows, pool);
        foreach (var run in runs)
            _builder.AppendSpan(run.Count).Fill((int)run.Kind);
        return _builder.Build();
    }

    public override void Dispose() => _builder.Dispose();
}

/// <summary>The events of one kind as rows; NULL where an event is of another kind.</summary>
sealed class EventRowColumn : EventColumn
{
    const int ValidityBytesMin = 64;

    readonly EventKind _kind;
    readonly RowType _type;
    readonly ColumnPool _pool;
    readonly IReadOnlyList<EventField> _fields;
    readonly ColumnBuilder?[] _builders;

    /// <summary>A column of which only the fields at <paramref name="read"/> are made; the others stay NULL.</summary>
    public EventRowColumn(EventKind kind, RowType type, IReadOnlyList<EventField> fields, IReadOnlyList<int> read, ColumnPool pool)
    {
        _kind = kind;
        _type = type;
        _pool = pool;
        _fields = fields;
        _builders = [.. type.Fields.Select((field, i) => read.Contains(i) ? ColumnBuilder.Create(field.Type, pool) : null)];
    }

    public override Column Build(EventBatch events, long baseMillis)
    {
        var rows = events.Rows;
        var ofKind = events.RowsOf(_kind);
        if (ofKind == 0)
            return ColumnFactory.Constant(_type, null, rows, _pool);
        var columns = new Column[_builders.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = _builders[i] is { } builder
                ? Field(_fields[i], builder, events, baseMillis)
                : ColumnFactory.Constant(_type.Fields[i].Type, null, rows, _pool);
        }
        return new RowColumn(_type, rows, columns, ofKind == rows ? null : Validity(events), _pool);
    }

    public override void Dispose()
    {
        foreach (var builder in _builders)
            builder?.Dispose();
    }

    Column Field(EventField field, ColumnBuilder builder, EventBatch events, long baseMillis)
    {
        foreach (var run in events.Runs)
        {
            if (run.Kind == _kind)
            {
                field.Append(builder, events.Of(run, baseMillis));
                continue;
            }
            for (var i = 0; i < run.Count; i++)
                builder.AppendNull();
        }
        return builder.Build();
    }

    byte[] Validity(EventBatch events)
    {
        var validity = _pool.Rent(Math.Max(ValidityBytesMin, Bitmap.Words(events.Rows) * sizeof(ulong)));
        var words = MemoryMarshal.Cast<byte, ulong>(validity.AsSpan());
        words.Clear();
        foreach (var run in events.Runs)
        {
            for (var row = run.Start; run.Kind == _kind && row < run.Start + run.Count; row++)
                Bitmap.Set(words, row);
        }
        return validity;
    }
}
