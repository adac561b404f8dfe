using System.Buffers;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Collections;

/// <summary>ARRAY_SORT(array [, ascending [, nulls first]]): ascending unless said otherwise; NULL comes first in ascending order and last in
/// descending, unless said otherwise.</summary>
static class ArraySortFunction
{
    const int ShortMax = 16;

    public static ScalarFunction Create() => new CollectionFunction<Op>(
        "ARRAY_SORT", "ARRAY_SORT(array [, ascending [, nulls first]]) -> ARRAY", CollectionPlans.Sort);

    readonly struct Op : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var list = (ListColumn)arguments[0];
            var ascending = arguments.Length < 2 || ((BoolColumn)arguments[1])[row];
            var nullsFirst = arguments.Length < 3 ? ascending : ((BoolColumn)arguments[2])[row];
            var (start, count) = list[row];
            var rows = ArrayPool<int>.Shared.Rent(Math.Max(1, count));
            for (var i = 0; i < count; i++)
                rows[i] = start + i;
            Sort(rows.AsSpan(0, count), new Order(list.Elements, ascending, nullsFirst));
            var target = (ListColumnBuilder)output;
            target.Elements.AppendRows(list.Elements, rows.AsSpan(0, count));
            target.EndList();
            ArrayPool<int>.Shared.Return(rows);
            return true;
        }
    }

    // Most arrays are short, and sorting a span by an order makes objects of it.
    static void Sort(Span<int> rows, Order order)
    {
        if (rows.Length > ShortMax)
        {
            rows.Sort(order);
            return;
        }
        for (var i = 1; i < rows.Length; i++)
        {
            var (row, at) = (rows[i], i);
            for (; at > 0 && order.Compare(rows[at - 1], row) > 0; at--)
                rows[at] = rows[at - 1];
            rows[at] = row;
        }
    }

    readonly struct Order(Column elements, bool ascending, bool nullsFirst) : IComparer<int>
    {
        readonly Column _elements = elements;
        readonly bool _ascending = ascending;
        readonly bool _nullsFirst = nullsFirst;

        public int Compare(int x, int y)
        {
            var order = ColumnValues.Compare(_elements, x, _elements, y);
            return (_elements.IsNull(x) || _elements.IsNull(y) ? _nullsFirst : _ascending) ? order : -order;
        }
    }
}
