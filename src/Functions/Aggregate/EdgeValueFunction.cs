using System.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Aggregate;

/// <summary>FIRST_VALUE and LAST_VALUE: the value that came first or last, NULL values passed over; NULL over no values.</summary>
/// <remarks>The order is that of arrival, so that the result is determined only where the rows of a group come from one place. Over an
/// input that takes rows away, all values are kept in their order; of equal ones the oldest goes first, as in Flink.</remarks>
sealed class EdgeValueFunction(string name, bool isLast) : AggregateFunction
{
    public override string Name => name;

    public override string Signature => $"{name}(value) -> value";

    public override AggregateCall? Plan(ReadOnlySpan<ArgumentInfo> arguments, bool retracting)
    {
        if (arguments.Length != 1)
            return null;
        var type = arguments[0].Type.Kind == SqlTypeKind.Null ? SqlType.Int : arguments[0].Type;
        if (retracting)
            return new RetractingEdge(isLast) { ParameterTypes = [type], ReturnType = type.WithNullability(true), StateLayout = $"arrivals {GrowingValue.Layout(type)}" };
        return type.Layout switch
        {
            ColumnLayout.Int8 => Fixed<sbyte>(type),
            ColumnLayout.Int16 => Fixed<short>(type),
            ColumnLayout.Int32 => Fixed<int>(type),
            ColumnLayout.Int64 => Fixed<long>(type),
            ColumnLayout.Int128 => Fixed<Int128>(type),
            ColumnLayout.Float32 => Fixed<float>(type),
            ColumnLayout.Float64 => Fixed<double>(type),
            ColumnLayout.Bool or ColumnLayout.Bytes or ColumnLayout.Row or ColumnLayout.List or ColumnLayout.Map => new GrowingEdge(isLast)
            {
                ParameterTypes = [type],
                ReturnType = type.WithNullability(true),
                StateLayout = $"{Edge} {GrowingValue.Layout(type)}",
            },
            _ => throw new UnreachableException($"layout {type.Layout} has no first value"),
        };
    }

    string Edge => isLast ? "last" : "first";

    FixedEdge<T> Fixed<T>(SqlType type) where T : unmanaged => new(isLast)
    {
        ParameterTypes = [type],
        ReturnType = type.WithNullability(true),
        StateLayout = $"present BIGINT, {Edge} {type.Name}",
    };
}
