using SqlStream.Core.Types;

namespace SqlStream.Core.Columns;

/// <summary>Builds MAP and MULTISET columns: append the entries of a row to <see cref="Keys"/> and <see cref="Values"/>, then
/// <see cref="EndMap"/>.</summary>
public sealed class MapColumnBuilder : OffsetColumnBuilder
{
    /// <summary>A builder of a MAP or MULTISET type.</summary>
    public MapColumnBuilder(SqlType type, ColumnPool pool) : base(type, pool)
    {
        var (key, value) = MapColumn.EntryTypes(type);
        Keys = Create(key, pool);
        Values = Create(value, pool);
    }

    /// <summary>The builder of the keys.</summary>
    public ColumnBuilder Keys { get; }

    /// <summary>The builder of the values.</summary>
    public ColumnBuilder Values { get; }

    private protected override int ChildCount => Keys.Count;

    /// <summary>Ends a row: its entries are those appended since the last one; their keys must be different.</summary>
    public void EndMap() => End(valid: true);

    /// <inheritdoc/>
    public override void AppendFrom(Column source, int row)
    {
        if (source.IsNull(row))
        {
            AppendNull();
            return;
        }
        var typed = (MapColumn)source;
        var (start, count) = typed[row];
        Keys.AppendRange(typed.Keys, start, count);
        Values.AppendRange(typed.Values, start, count);
        EndMap();
    }

    /// <inheritdoc/>
    public override Column Build()
    {
        Truncate(Count);
        var column = new MapColumn(Type, Count, TakeOffsets(), Keys.Build(), Values.Build(), TakeValidity(), Pool);
        Count = 0;
        return column;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        Keys.Dispose();
        Values.Dispose();
    }

    private protected override void TruncateChildren(int count)
    {
        Keys.Truncate(count);
        Values.Truncate(count);
    }
}
