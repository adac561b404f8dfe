using System.Buffers;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Collections;

/// <summary>Functions from and to maps.</summary>
static class MapFunctions
{
    public static IReadOnlyList<ScalarFunction> All { get; } =
    [
        new CollectionFunction<KeysOp>("MAP_KEYS", "MAP_KEYS(map) -> ARRAY<key>", CollectionPlans.MapToArray(map => map.Key)),
        new CollectionFunction<ValuesOp>("MAP_VALUES", "MAP_VALUES(map) -> ARRAY<value>", CollectionPlans.MapToArray(map => map.Value)),
        new CollectionFunction<EntriesOp>("MAP_ENTRIES", "MAP_ENTRIES(map) -> ARRAY<ROW<key, value>>", CollectionPlans.MapToArray(
            map => SqlType.Row(new Field("key", map.Key), new Field("value", map.Value)))),
        new CollectionFunction<FromArraysOp>(
            "MAP_FROM_ARRAYS", "MAP_FROM_ARRAYS(array of keys, array of values) -> MAP<key, value>", CollectionPlans.MapFromArrays),
        new CollectionFunction<UnionOp>("MAP_UNION", "MAP_UNION(map, ...) -> MAP<key, value>", CollectionPlans.Maps),
    ];

    readonly struct KeysOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var (map, target) = ((MapColumn)arguments[0], (ListColumnBuilder)output);
            var (start, count) = map[row];
            target.Elements.AppendRange(map.Keys, start, count);
            target.EndList();
            return true;
        }
    }

    readonly struct ValuesOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var (map, target) = ((MapColumn)arguments[0], (ListColumnBuilder)output);
            var (start, count) = map[row];
            target.Elements.AppendRange(map.Values, start, count);
            target.EndList();
            return true;
        }
    }

    readonly struct EntriesOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var (map, target) = ((MapColumn)arguments[0], (ListColumnBuilder)output);
            var entries = (RowColumnBuilder)target.Elements;
            var (start, count) = map[row];
            for (var i = start; i < start + count; i++)
            {
                entries.Fields[0].AppendFrom(map.Keys, i);
                entries.Fields[1].AppendFrom(map.Values, i);
                entries.EndRow();
            }
            target.EndList();
            return true;
        }
    }

    readonly struct FromArraysOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var (keys, values) = ((ListColumn)arguments[0], (ListColumn)arguments[1]);
            var ((keyStart, count), (valueStart, valueCount)) = (keys[row], values[row]);
            if (count != valueCount)
                throw FunctionErrors.KeysAndValuesDiffer(count, valueCount);
            var target = (MapColumnBuilder)output;
            using var index = new ValueIndex(count);
            var last = ArrayPool<int>.Shared.Rent(Math.Max(1, count));
            for (var i = 0; i < count; i++)
            {
                index.TryAdd(keys.Elements, keyStart + i);
                last[index.Find(keys.Elements, keyStart + i)] = i;
            }
            for (var i = 0; i < index.Count; i++)
            {
                target.Keys.AppendFrom(keys.Elements, keyStart + last[i]);
                target.Values.AppendFrom(values.Elements, valueStart + last[i]);
            }
            target.EndMap();
            ArrayPool<int>.Shared.Return(last);
            return true;
        }
    }

    // Of the values of one key that of the last map counts, at the place of the first.
    readonly struct UnionOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var total = 0;
            foreach (var argument in arguments)
                total += ((MapColumn)argument)[row].Count;
            using var index = new ValueIndex(total);
            var last = ArrayPool<(MapColumn Map, int Entry)>.Shared.Rent(Math.Max(1, total));
            foreach (var argument in arguments)
            {
                var map = (MapColumn)argument;
                var (start, count) = map[row];
                for (var i = start; i < start + count; i++)
                {
                    index.TryAdd(map.Keys, i);
                    last[index.Find(map.Keys, i)] = (map, i);
                }
            }
            var target = (MapColumnBuilder)output;
            foreach (var (map, entry) in last.AsSpan(0, index.Count))
            {
                target.Keys.AppendFrom(map.Keys, entry);
                target.Values.AppendFrom(map.Values, entry);
            }
            target.EndMap();
            ArrayPool<(MapColumn Map, int Entry)>.Shared.Return(last, clearArray: true);
            return true;
        }
    }
}
