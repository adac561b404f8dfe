using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Collections;

/// <summary>Functions that make one value of an array or a map.</summary>
static class ArrayValueFunctions
{
    public static IReadOnlyList<ScalarFunction> All { get; } =
    [
        new CollectionFunction<CardinalityOp>("CARDINALITY", "CARDINALITY(array) -> INT\nCARDINALITY(map) -> INT", CollectionPlans.Cardinality),
        new CollectionFunction<ElementOp>("ELEMENT", "ELEMENT(array) -> element", CollectionPlans.ArrayToElement),
        new CollectionFunction<ContainsOp>("ARRAY_CONTAINS", "ARRAY_CONTAINS(array, element) -> BOOLEAN", CollectionPlans.ArrayContains),
        new CollectionFunction<PositionOp>("ARRAY_POSITION", "ARRAY_POSITION(array, element) -> INT", CollectionPlans.ArrayPosition),
        new CollectionFunction<MaxOp>("ARRAY_MAX", "ARRAY_MAX(array) -> element", CollectionPlans.ArrayToExtreme),
        new CollectionFunction<MinOp>("ARRAY_MIN", "ARRAY_MIN(array) -> element", CollectionPlans.ArrayToExtreme),
        new CollectionFunction<JoinOp>("ARRAY_JOIN", "ARRAY_JOIN(array, delimiter [, null replacement]) -> STRING", CollectionPlans.Join),
    ];

    readonly struct CardinalityOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            ((FixedColumnBuilder<int>)output).Append(arguments[0] is ListColumn list ? list[row].Count : ((MapColumn)arguments[0])[row].Count);
            return true;
        }
    }

    readonly struct ElementOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var list = (ListColumn)arguments[0];
            var (start, count) = list[row];
            if (count > 1)
                throw FunctionErrors.NotASingleElement(count);
            if (count == 0)
                return false;
            output.AppendFrom(list.Elements, start);
            return true;
        }
    }

    // NULL is found, too.
    readonly struct ContainsOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            ((BoolColumnBuilder)output).Append(Find(arguments, row) >= 0);
            return true;
        }
    }

    readonly struct PositionOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            ((FixedColumnBuilder<int>)output).Append(Find(arguments, row) + 1);
            return true;
        }
    }

    readonly struct MaxOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output) =>
            TryWriteExtreme((ListColumn)arguments[0], row, 1, output);
    }

    readonly struct MinOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output) =>
            TryWriteExtreme((ListColumn)arguments[0], row, -1, output);
    }

    readonly struct JoinOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var list = (ListColumn)arguments[0];
            var elements = list.Elements;
            var delimiter = arguments.Text(1, row);
            var target = (BytesColumnBuilder)output;
            var (start, count) = list[row];
            var length = 0;
            for (var pass = 0; pass < 2; pass++)
            {
                var text = pass == 0 ? default : target.Reserve(length);
                var used = 0;
                var isFirst = true;
                for (var i = start; i < start + count; i++)
                {
                    if (elements.IsNull(i) && arguments.Length < 3)
                        continue;
                    var value = elements.IsNull(i) ? arguments.Text(2, row) : ((BytesColumn)elements)[i];
                    var before = isFirst ? [] : delimiter;
                    isFirst = false;
                    if (pass == 1)
                    {
                        before.CopyTo(text[used..]);
                        value.CopyTo(text[(used + before.Length)..]);
                    }
                    used += before.Length + value.Length;
                    if (used > Strings.TextLimits.BytesMax)
                        throw FunctionErrors.ResultTooLong("ARRAY_JOIN");
                }
                length = used;
            }
            target.Commit(length);
            return true;
        }
    }

    static int Find(ReadOnlySpan<Column> arguments, int row)
    {
        var list = (ListColumn)arguments[0];
        var (start, count) = list[row];
        for (var i = 0; i < count; i++)
        {
            if (ColumnValues.AreEqual(list.Elements, start + i, arguments[1], row))
                return i;
        }
        return -1;
    }

    static bool TryWriteExtreme(ListColumn list, int row, int sign, ColumnBuilder output)
    {
        var (start, count) = list[row];
        var best = -1;
        for (var i = start; i < start + count; i++)
        {
            if (!list.Elements.IsNull(i) && (best < 0 || Math.Sign(ColumnValues.Compare(list.Elements, i, list.Elements, best)) == sign))
                best = i;
        }
        if (best < 0)
            return false;
        output.AppendFrom(list.Elements, best);
        return true;
    }
}
