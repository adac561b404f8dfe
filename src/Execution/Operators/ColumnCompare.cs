using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Execution.Operators;

/// <summary>Compares rows of the same columns; NULL equals NULL here.</summary>
static class ColumnCompare
{
    /// <summary>True if two rows differ in some column.</summary>
    public static bool Differ(Column[] columns, int left, int right)
    {
        foreach (var column in columns)
        {
            if (Differ(column, left, right))
                return true;
        }
        return false;
    }

    static bool Differ(Column column, int left, int right)
    {
        var leftNull = column.IsNull(left);
        if (leftNull || column.IsNull(right))
            return leftNull != column.IsNull(right);
        return column switch
        {
            FixedColumn<long> values => values[left] != values[right],
            FixedColumn<int> values => values[left] != values[right],
            FixedColumn<short> values => values[left] != values[right],
            FixedColumn<sbyte> values => values[left] != values[right],
            FixedColumn<double> values => !values[left].Equals(values[right]),
            FixedColumn<float> values => !values[left].Equals(values[right]),
            FixedColumn<Int128> values => values[left] != values[right],
            BoolColumn values => values[left] != values[right],
            BytesColumn values => !values[left].SequenceEqual(values[right]),
            _ => throw new EngineBugException($"column {column.GetType().Name} cannot be compared"),
        };
    }
}
