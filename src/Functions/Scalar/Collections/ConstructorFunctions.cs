using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Collections;

/// <summary>ARRAY[a, b], MAP[k, v] and ROW(a, b). The binder calls them by names that no call can have.</summary>
static class ConstructorFunctions
{
    /// <summary>Elements of one type to an array; the empty array has elements of the type NULL.</summary>
    public static ScalarFunction Array { get; } =
        new CollectionFunction<ArrayOp>("ARRAY[]", "ARRAY[value, ...] -> ARRAY<value>", PlanArray);

    /// <summary>Keys and values in turn to a map; of several values of one key the last counts.</summary>
    public static ScalarFunction Map { get; } =
        new CollectionFunction<MapOp>("MAP[]", "MAP[key, value, ...] -> MAP<key, value>", PlanMap);

    static CollectionTypes? PlanArray(ReadOnlySpan<ArgumentInfo> arguments) => Common(arguments, 0, 1) is { } element
        ? new([.. Enumerable.Repeat(element, arguments.Length)], SqlType.Array(element).WithNullability(false), 0)
        : null;

    static CollectionTypes? PlanMap(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length % 2 != 0 || Common(arguments, 0, 2) is not { } key || Common(arguments, 1, 2) is not { } value)
            return null;
        var types = new SqlType[arguments.Length];
        for (var i = 0; i < types.Length; i++)
            types[i] = i % 2 == 0 ? key : value;
        return new(types, SqlType.Map(key, value).WithNullability(false), 0);
    }

    static SqlType? Common(ReadOnlySpan<ArgumentInfo> arguments, int first, int step)
    {
        var types = new List<SqlType>();
        for (var i = first; i < arguments.Length; i += step)
            types.Add(arguments[i].Type);
        return types.Count == 0 ? SqlType.Null : TypeRules.CommonType([.. types]);
    }

    readonly struct ArrayOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var list = (ListColumnBuilder)output;
            foreach (var argument in arguments)
                list.Elements.AppendFrom(argument, row);
            list.EndList();
            return true;
        }
    }

    readonly struct MapOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var map = (MapColumnBuilder)output;
            for (var i = 0; i < arguments.Length; i += 2)
            {
                if (Find(arguments, row, 0, i) >= 0)
                    continue;
                var last = i;
                for (var later = i; later >= 0; later = Find(arguments, row, last + 2, arguments.Length, i))
                    last = later;
                map.Keys.AppendFrom(arguments[i], row);
                map.Values.AppendFrom(arguments[last + 1], row);
            }
            map.EndMap();
            return true;
        }

        static int Find(ReadOnlySpan<Column> arguments, int row, int from, int to) => Find(arguments, row, from, to, to);

        static int Find(ReadOnlySpan<Column> arguments, int row, int from, int to, int key)
        {
            for (var i = from; i < to; i += 2)
            {
                if (ColumnValues.AreEqual(arguments[i], row, arguments[key], row))
                    return i;
            }
            return -1;
        }
    }
}

/// <summary>ROW(a, b): the arguments become the fields <c>EXPR$0</c>, <c>EXPR$1</c>, ... as they are, without a copy.</summary>
sealed class RowFunction : ScalarFunction
{
    public override string Name => "ROW()";

    public override string Signature => "ROW(value, ...) -> ROW";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.IsEmpty)
            return null;
        var types = new SqlType[arguments.Length];
        var fields = new Field[arguments.Length];
        for (var i = 0; i < types.Length; i++)
        {
            types[i] = arguments[i].Type;
            fields[i] = new Field($"EXPR${i}", types[i]);
        }
        var type = SqlType.Row([.. fields]).WithNullability(false);
        return new ScalarCall(types, type, (context, columns) => Make(context, columns, type));
    }

    static RowColumn Make(EvaluationContext context, ReadOnlySpan<Column> columns, SqlType type)
    {
        var isConstant = Lanes.AllConstant(columns);
        var fields = new Column[columns.Length];
        for (var i = 0; i < fields.Length; i++)
            fields[i] = isConstant ? ColumnFactory.Resize(columns[i], 1, context.Pool) : columns[i].Retain();
        return new RowColumn(type, context.Rows, fields, null, context.Pool, isConstant);
    }
}
