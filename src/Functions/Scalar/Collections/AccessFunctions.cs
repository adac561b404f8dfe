using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Collections;

/// <summary>array[index], counted from 1, and map[key]; NULL where there is no such element.</summary>
sealed class ItemFunction : ScalarFunction
{
    public override string Name => "[]";

    public override string Signature => "array[integer] -> element\nmap[key] -> value";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 2)
            return null;
        return arguments[0].Type switch
        {
            MapType map => PlanMap(map, arguments[1].Type),
            CollectionType { Kind: SqlTypeKind.Array } array => PlanArray(array, arguments[1]),
            _ => null,
        };
    }

    static ScalarCall? PlanArray(CollectionType array, ArgumentInfo index)
    {
        if (Parameters.Match(Parameter.BigInt, index.Type) is not { } type)
            return null;
        if (index.IsConstant && index.Value is not null && Convert.ToInt64(index.Value, null) < 1)
            throw FunctionErrors.ArrayIndex(index.Span, $"{index.Value}");
        var result = array.Element.WithNullability(true);
        return new ScalarCall([array, type], result, (context, columns) => NestedKernels.Run<ElementOp>(context, columns, 2, result));
    }

    static ScalarCall? PlanMap(MapType map, SqlType key)
    {
        if (TypeRules.CommonType([map.Key, key]) is not { } common)
            return null;
        // Strings are found as they are, whatever their lengths.
        var isSame = map.Key.SameIgnoringNullability(common) || (map.Key.IsCharacter && common.IsCharacter);
        var result = map.Value.WithNullability(true);
        return new ScalarCall([isSame ? map : SqlType.Map(common, map.Value), isSame && map.Key.IsCharacter ? key : common], result,
            (context, columns) => NestedKernels.Run<ValueOp>(context, columns, 2, result));
    }

    readonly struct ElementOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var list = (ListColumn)arguments[0];
            var (start, count) = list[row];
            var index = arguments.Long(1, row);
            if (index < 1 || index > count)
                return false;
            output.AppendFrom(list.Elements, start + (int)index - 1);
            return true;
        }
    }

    readonly struct ValueOp : INestedComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output)
        {
            var map = (MapColumn)arguments[0];
            var entry = ColumnValues.FindKey(map, map[row], arguments[1], row);
            if (entry < 0)
                return false;
            output.AppendFrom(map.Values, entry);
            return true;
        }
    }
}

/// <summary>row.field: the child column itself, without a copy; NULL where the row is.</summary>
sealed class FieldFunction : ScalarFunction
{
    public override string Name => ".";

    public override string Signature => "row.field -> value";

    /// <inheritdoc/>
    /// <remarks>The second argument is the name of the field, a constant.</remarks>
    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 2 || arguments[0].Type is not RowType row || arguments[1].Value is not string name
            || row.IndexOf(name) is not (>= 0 and var index))
            return null;
        var type = row.Fields[index].Type;
        return new ScalarCall([row, arguments[1].Type], type.WithNullability(type.IsNullable || row.IsNullable), (context, columns) =>
        {
            var value = (RowColumn)columns[0];
            return value.IsConstant
                ? ColumnFactory.Repeat(value.Fields[index], 0, context.Rows, context.Pool)
                : value.Fields[index].Retain();
        });
    }
}
