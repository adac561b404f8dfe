using System.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Aggregate;

/// <summary>MIN and MAX; NULL over no values. Of floating-point numbers NaN is the greatest; strings are ordered by
/// code points.</summary>
/// <remarks>Over an input that only grows, numbers and times need one value of state and strings the bytes of one
/// value. Over an input that
/// takes rows away, all values are kept with their counts, ordered: see <see cref="OrderedMultiset"/>.</remarks>
sealed class ExtremeFunction(string name, bool isMax) : AggregateFunction
{
    public override string Name => name;

    public override string Signature => $"{name}(value) -> value";

    public override AggregateCall? Plan(ReadOnlySpan<ArgumentInfo> arguments, bool retracting)
    {
        if (arguments.Length != 1)
            return null;
        var type = arguments[0].Type.Kind == SqlTypeKind.Null ? SqlType.Int : arguments[0].Type;
        if (type.IsNested)
            return null;
        if (retracting)
            return new RetractingExtreme(isMax) { ParameterTypes = [type], ReturnType = type.WithNullability(true), StateLayout = $"multiset {GrowingValue.Layout(type)}" };
        return type.Layout switch
        {
            ColumnLayout.Int8 => Fixed<sbyte>(type),
            ColumnLayout.Int16 => Fixed<short>(type),
            ColumnLayout.Int32 => Fixed<int>(type),
            ColumnLayout.Int64 => Fixed<long>(type),
            ColumnLayout.Int128 => Fixed<Int128>(type),
            ColumnLayout.Float32 => Fixed<float>(type),
            ColumnLayout.Float64 => Fixed<double>(type),
            ColumnLayout.Bool or ColumnLayout.Bytes => new GrowingExtreme(isMax)
            {
                ParameterTypes = [type],
                ReturnType = type.WithNullability(true),
                StateLayout = $"value {GrowingValue.Layout(type)}",
            },
            _ => throw new UnreachableException($"layout {type.Layout} has no order"),
        };
    }

    FixedAggregate Fixed<T>(SqlType type) where T : unmanaged, IComparable<T> => isMax
        ? new FixedExtreme<T, IsGreater>
        {
            ParameterTypes = [type],
            ReturnType = type.WithNullability(true),
            StateLayout = $"present BIGINT, max {type.Name}",
        }
        : new FixedExtreme<T, IsLess>
        {
            ParameterTypes = [type],
            ReturnType = type.WithNullability(true),
            StateLayout = $"present BIGINT, min {type.Name}",
        };
}
