using System.Buffers;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Collections;

/// <summary>ARRAY_SORT(array [, ascending [, nulls first]]): ascending unless said otherwise; NULL comes first in ascending order and last in
/// descending, unless said otherwise.</summary>
static class ArraySortFunction
{
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
            rows.AsSpan(0, count).Sort(new Order(list.Elements, ascending, nullsFirst));
            var target = (ListColumnBuilder)output;
            target.Elements.AppendRows(list.Elements, rows.AsSpan(0, count));
            target.EndList();
            ArrayPool<int>.Shared.Return(rows);
            return true;
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
