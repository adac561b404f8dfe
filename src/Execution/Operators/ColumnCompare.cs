using SqlStream.Core.Columns;

namespace SqlStream.Execution.Operators;

/// <summary>Compares the results before a batch with those after it; NULL equals NULL here.</summary>
static class ColumnCompare
{
    /// <summary>Each column holds the n results before and then the n results after; says for each pair whether some column differs.</summary>
    public static void Differ(ReadOnlySpan<Column> columns, Span<bool> differs)
    {
        differs.Clear();
        foreach (var column in columns)
        {
            if (column.MayHaveNulls)
                DifferWithNulls(column, differs);
            else
                DifferValues(column, differs);
        }
    }

    static void DifferValues(Column column, Span<bool> differs)
    {
        switch (column)
        {
            case FixedColumn<long> values: DifferFixed(values.Values, differs); break;
            case FixedColumn<int> values: DifferFixed(values.Values, differs); break;
            case FixedColumn<double> values: DifferFixed(values.Values, differs); break;
            case FixedColumn<Int128> values: DifferFixed(values.Values, differs); break;
            default: DifferWithNulls(column, differs); break;
        }
    }

    static void DifferFixed<T>(ReadOnlySpan<T> values, Span<bool> differs) where T : unmanaged, IEquatable<T>
    {
        var before = values[..differs.Length];
        var after = values.Slice(differs.Length, differs.Length);
        for (var i = 0; i < differs.Length; i++)
            differs[i] |= !before[i].Equals(after[i]);
    }

    static void DifferWithNulls(Column column, Span<bool> differs)
    {
        for (var i = 0; i < differs.Length; i++)
            differs[i] |= !ColumnValues.AreEqual(column, i, column, differs.Length + i);
    }
}
