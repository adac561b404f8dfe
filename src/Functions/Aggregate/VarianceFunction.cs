using System.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Aggregate;

/// <summary>VAR_POP, VAR_SAMP (also VARIANCE), STDDEV_POP and STDDEV_SAMP (also STDDEV) of numbers; NULL over no values, and of a sample
/// over one value. The result has the type of AVG.</summary>
/// <remarks>Integers and DECIMAL of up to 18 digits are summed exactly, so that nothing is lost where values are large and close to each
/// other, and rows that are taken away leave no trace. FLOAT, DOUBLE and longer DECIMAL use the algorithm of Welford (Technometrics 4,
/// 1962) and Chan et al. (1979).</remarks>
sealed class VarianceFunction(string name, bool isSample, bool isRoot) : AggregateFunction
{
    public override string Name => name;

    public override string Signature => $"{name}(number) -> number";

    public override AggregateCall? Plan(ReadOnlySpan<ArgumentInfo> arguments, bool retracting)
    {
        if (arguments.Length != 1)
            return null;
        var type = arguments[0].Type.Kind == SqlTypeKind.Null ? SqlType.Int : arguments[0].Type;
        if (!type.IsNumeric)
            return null;
        var result = TypeRules.AverageType(type).WithNullability(true);
        return type.Layout switch
        {
            _ when type is DecimalType { Layout: ColumnLayout.Int64 } number => Exact<long>(type, result, number.Scale),
            ColumnLayout.Int128 => Approximate(SqlType.Double, result),
            ColumnLayout.Int8 => Exact<sbyte>(type, result, 0),
            ColumnLayout.Int16 => Exact<short>(type, result, 0),
            ColumnLayout.Int32 => Exact<int>(type, result, 0),
            ColumnLayout.Int64 => Exact<long>(type, result, 0),
            ColumnLayout.Float32 => Approximate(type, result),
            ColumnLayout.Float64 => Approximate(type, result),
            _ => throw new UnreachableException($"type {type} has no variance"),
        };
    }

    ExactVariance<T> Exact<T>(SqlType type, SqlType result, int scale) where T : unmanaged, System.Numerics.IBinaryInteger<T> =>
        new(isSample, isRoot, scale, result)
        {
            ParameterTypes = [type],
            ReturnType = result,
            StateLayout = $"count BIGINT, sum DECIMAL(38, {scale}), squares",
        };

    // A long DECIMAL is cast to DOUBLE first.
    FixedAggregate Approximate(SqlType type, SqlType result) => type.Kind == SqlTypeKind.Float
        ? new WelfordVariance<float>(isSample, isRoot, result) { ParameterTypes = [type], ReturnType = result, StateLayout = Welford }
        : new WelfordVariance<double>(isSample, isRoot, result) { ParameterTypes = [type], ReturnType = result, StateLayout = Welford };

    const string Welford = "count BIGINT, mean DOUBLE, m2 DOUBLE";
}
