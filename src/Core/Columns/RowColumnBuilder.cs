using SqlStream.Core.Types;

namespace SqlStream.Core.Columns;

/// <summary>Builds ROW columns: append one value to every field, then <see cref="EndRow"/>.</summary>
public sealed class RowColumnBuilder : ColumnBuilder
{
    readonly ColumnBuilder[] _fields;

    /// <summary>A builder of a ROW type.</summary>
    public RowColumnBuilder(SqlType type, ColumnPool pool) : base(type, pool) =>
        _fields = [.. ((RowType)type).Fields.Select(field => Create(field.Type, pool))];

    /// <summary>The builders of the fields.</summary>
    public ReadOnlySpan<ColumnBuilder> Fields => _fields;

    /// <summary>Ends a row to whose fields one value each has been appended.</summary>
    public void EndRow()
    {
        MarkNext(valid: true);
        Count++;
    }

    /// <inheritdoc/>
    public override void AppendNull()
    {
        foreach (var field in _fields)
            field.AppendNull();
        MarkNext(valid: false);
        Count++;
    }

    /// <inheritdoc/>
    public override void AppendFrom(Column source, int row)
    {
        if (source.IsNull(row))
        {
            AppendNull();
            return;
        }
        var typed = (RowColumn)source;
        var stored = typed.Stored(row);
        for (var i = 0; i < _fields.Length; i++)
            _fields[i].AppendFrom(typed.Fields[i], stored);
        EndRow();
    }

    /// <inheritdoc/>
    public override void AppendRows(Column source, ReadOnlySpan<int> rows)
    {
        if (source.IsConstant)
        {
            foreach (var row in rows)
                AppendFrom(source, row);
            return;
        }
        var typed = (RowColumn)source;
        for (var i = 0; i < _fields.Length; i++)
            _fields[i].AppendRows(typed.Fields[i], rows);
        MarkRows(source, rows);
        Count += rows.Length;
    }

    /// <inheritdoc/>
    public override Column Build()
    {
        var fields = new Column[_fields.Length];
        for (var i = 0; i < fields.Length; i++)
            fields[i] = _fields[i].Build();
        var column = new RowColumn(Type, Count, fields, TakeValidity(), Pool);
        Count = 0;
        return column;
    }

    /// <inheritdoc/>
    public override void Truncate(int count)
    {
        foreach (var field in _fields)
            field.Truncate(count);
        Count = count;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        foreach (var field in _fields)
            field.Dispose();
    }
}
