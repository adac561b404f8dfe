using SqlStream.Core.Types;

namespace SqlStream.Core.Columns;

/// <summary>Builds ARRAY columns: append the elements of a row to <see cref="Elements"/>, then <see cref="EndList"/>.</summary>
public sealed class ListColumnBuilder(SqlType type, ColumnPool pool) : OffsetColumnBuilder(type, pool)
{
    /// <summary>The builder of the elements.</summary>
    public ColumnBuilder Elements { get; } = Create(((CollectionType)type).Element, pool);

    private protected override int ChildCount => Elements.Count;

    /// <summary>Ends a row: its elements are those appended since the last one.</summary>
    public void EndList() => End(valid: true);

    /// <inheritdoc/>
    public override void AppendFrom(Column source, int row)
    {
        if (source.IsNull(row))
        {
            AppendNull();
            return;
        }
        var typed = (ListColumn)source;
        var (start, count) = typed[row];
        Elements.AppendRange(typed.Elements, start, count);
        EndList();
    }

    /// <inheritdoc/>
    public override Column Build()
    {
        Truncate(Count);
        var column = new ListColumn(Type, Count, TakeOffsets(), Elements.Build(), TakeValidity(), Pool);
        Count = 0;
        return column;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        Elements.Dispose();
    }

    private protected override void TruncateChildren(int count) => Elements.Truncate(count);
}
