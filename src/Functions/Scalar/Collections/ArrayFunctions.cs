using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Collections;

/// <summary>Functions that make an array of the elements of another.</summary>
static class ArrayFunctions
{
    public static IReadOnlyList<ScalarFunction> All { get; } =
    [
        new CollectionFunction<AppendOp>("ARRAY_APPEND", "ARRAY_APPEND(array, element) -> ARRAY", CollectionPlans.ArrayAndElement),
        new CollectionFunction<PrependOp>("ARRAY_PREPEND", "ARRAY_PREPEND(array, element) -> ARRAY", CollectionPlans.ArrayAndElement),
        new CollectionFunction<RemoveOp>("ARRAY_REMOVE", "ARRAY_REMOVE(array, element) -> ARRAY", CollectionPlans.ArrayWithoutElement),
        new CollectionFunction<ConcatOp>("ARRAY_CONCAT", "ARRAY_CONCAT(array, ...) -> ARRAY", CollectionPlans.Arrays),
        new CollectionFunction<ReverseOp>("ARRAY_REVERSE", "ARRAY_REVERSE(array) -> ARRAY", CollectionPlans.ArrayToArray),
        new CollectionFunction<SliceOp>("ARRAY_SLICE", "ARRAY_SLICE(array, start [, end]) -> ARRAY", CollectionPlans.Slice),
        new CollectionFunction<DistinctOp>("ARRAY_DISTINCT", "ARRAY_DISTINCT(array) -> ARRAY", CollectionPlans.ArrayToArray),
        new CollectionFunction<UnionOp>("ARRAY_UNION", "ARRAY_UNION(array, array) -> ARRAY", CollectionPlans.TwoArrays),
        new CollectionFunction<ExceptOp>("ARRAY_EXCEPT", "ARRAY_EXCEPT(array, array) -> ARRAY", CollectionPlans.TwoArrays),
        new CollectionFunction<IntersectOp>("ARRAY_INTERSECT", "ARRAY_INTERSECT(array, array) -> ARRAY", CollectionPlans.TwoArrays),
    ];

    static ListColumn List(this ReadOnlySpan<Column> arguments, int index) => (ListColumn)arguments[index];

    readonly struct AppendOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var (list, target) = (arguments.List(0), (ListColumnBuilder)output);
            var (start, count) = list[row];
            target.Elements.AppendRange(list.Elements, start, count);
            target.Elements.AppendFrom(arguments[1], row);
            target.EndList();
            return true;
        }
    }

    readonly struct PrependOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var (list, target) = (arguments.List(0), (ListColumnBuilder)output);
            var (start, count) = list[row];
            target.Elements.AppendFrom(arguments[1], row);
            target.Elements.AppendRange(list.Elements, start, count);
            target.EndList();
            return true;
        }
    }

    readonly struct RemoveOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var (list, target) = (arguments.List(0), (ListColumnBuilder)output);
            var (start, count) = list[row];
            for (var i = start; i < start + count; i++)
            {
                if (!ColumnValues.AreEqual(list.Elements, i, arguments[1], row))
                    target.Elements.AppendFrom(list.Elements, i);
            }
            target.EndList();
            return true;
        }
    }

    readonly struct ConcatOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var target = (ListColumnBuilder)output;
            for (var i = 0; i < arguments.Length; i++)
            {
                var list = arguments.List(i);
                var (start, count) = list[row];
                target.Elements.AppendRange(list.Elements, start, count);
            }
            target.EndList();
            return true;
        }
    }

    readonly struct ReverseOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var (list, target) = (arguments.List(0), (ListColumnBuilder)output);
            var (start, count) = list[row];
            for (var i = start + count - 1; i >= start; i--)
                target.Elements.AppendFrom(list.Elements, i);
            target.EndList();
            return true;
        }
    }

    // Both ends count, from 1; negative ones count from the end; 0 is the beginning.
    readonly struct SliceOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var (list, target) = (arguments.List(0), (ListColumnBuilder)output);
            var (start, count) = list[row];
            long first = arguments.Int(1, row);
            long last = arguments.Length > 2 ? arguments.Int(2, row) : count;
            first = Math.Max(1, first < 0 ? first + count + 1 : first);
            last = last == 0 ? 1 : Math.Min(count, last < 0 ? last + count + 1 : last);
            if (first <= last && count > 0)
                target.Elements.AppendRange(list.Elements, start + (int)first - 1, (int)(last - first + 1));
            target.EndList();
            return true;
        }
    }

    readonly struct DistinctOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var (list, target) = (arguments.List(0), (ListColumnBuilder)output);
            using var seen = new ValueIndex(list[row].Count);
            AppendNew(list, row, seen, target);
            target.EndList();
            return true;
        }
    }

    readonly struct UnionOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var (left, right, target) = (arguments.List(0), arguments.List(1), (ListColumnBuilder)output);
            using var seen = new ValueIndex(left[row].Count + right[row].Count);
            AppendNew(left, row, seen, target);
            AppendNew(right, row, seen, target);
            target.EndList();
            return true;
        }
    }

    readonly struct ExceptOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var (left, right, target) = (arguments.List(0), arguments.List(1), (ListColumnBuilder)output);
            using var seen = new ValueIndex(left[row].Count + right[row].Count);
            AddAll(right, row, seen);
            AppendNew(left, row, seen, target);
            target.EndList();
            return true;
        }
    }

    readonly struct IntersectOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var (left, right, target) = (arguments.List(0), arguments.List(1), (ListColumnBuilder)output);
            var (start, count) = left[row];
            using var wanted = new ValueIndex(right[row].Count);
            using var seen = new ValueIndex(count);
            AddAll(right, row, wanted);
            for (var i = start; i < start + count; i++)
            {
                if (wanted.Find(left.Elements, i) >= 0 && seen.TryAdd(left.Elements, i))
                    target.Elements.AppendFrom(left.Elements, i);
            }
            target.EndList();
            return true;
        }
    }

    static void AddAll(ListColumn list, int row, ValueIndex index)
    {
        var (start, count) = list[row];
        for (var i = start; i < start + count; i++)
            index.TryAdd(list.Elements, i);
    }

    static void AppendNew(ListColumn list, int row, ValueIndex seen, ListColumnBuilder target)
    {
        var (start, count) = list[row];
        for (var i = start; i < start + count; i++)
        {
            if (seen.TryAdd(list.Elements, i))
                target.Elements.AppendFrom(list.Elements, i);
        }
    }
}
