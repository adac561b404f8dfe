using System.Diagnostics;
using System.Numerics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Aggregate;

/// <summary>AVG of numbers; NULL over no values. Integers keep their type and the mean is cut towards zero; a DECIMAL
/// mean has
/// at least six digits after the point, rounded half up.</summary>
sealed class AvgFunction : AggregateFunction
{
    public override string Name => "AVG";

    public override string Signature => "AVG(number) -> number";

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
            _ when type is DecimalType { Layout: ColumnLayout.Int64 } number =>
                Decimal<long, IntegerSum<long>, DecimalMean>(number, (DecimalType)result, new(((DecimalType)result).Scale - number.Scale)),
            _ when type is DecimalType number =>
                Decimal<Int128, WideSum, WideMean>(number, (DecimalType)result, new(((DecimalType)result).Scale - number.Scale)),
            ColumnLayout.Int8 => Integer<sbyte>(type, result),
            ColumnLayout.Int16 => Integer<short>(type, result),
            ColumnLayout.Int32 => Integer<int>(type, result),
            ColumnLayout.Int64 => Integer<long>(type, result),
            ColumnLayout.Float32 => Float<float>(type, result),
            ColumnLayout.Float64 => Float<double>(type, result),
            _ => throw new UnreachableException($"type {type} has no mean"),
        };
    }

    static AggregateCall Integer<T>(SqlType type, SqlType result) where T : unmanaged, IBinaryInteger<T> =>
        new NumberAggregate<T, IntegerSum<T>, T, IntegerMean<T>>(new(result))
        {
            ParameterTypes = [type],
            ReturnType = result,
            StateLayout = "count BIGINT, sum DECIMAL(38, 0)",
        };

    static AggregateCall Decimal<T, TSum, TFinish>(DecimalType type, DecimalType result, TFinish finish)
        where T : unmanaged where TSum : unmanaged, ISum<T, TSum> where TFinish : struct, IAggregateResult<TSum, Int128> =>
        new NumberAggregate<T, TSum, Int128, TFinish>(finish)
        {
            ParameterTypes = [type],
            ReturnType = result,
            StateLayout = $"count BIGINT, sum DECIMAL(38, {type.Scale})",
        };

    static AggregateCall Float<T>(SqlType type, SqlType result) where T : unmanaged, IFloatingPoint<T> =>
        new NumberAggregate<T, FloatSum<T>, T, FloatMean<T>>(default)
        {
            ParameterTypes = [type],
            ReturnType = result,
            StateLayout = "count BIGINT, sum DOUBLE",
        };

    readonly struct IntegerMean<T>(SqlType type) : IAggregateResult<IntegerSum<T>, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        readonly SqlType _type = type;

        // A mean lies between the smallest and the greatest value, unless rows were taken away that were never added.
        public bool TryCompute(IntegerSum<T> sum, long count, out T result)
        {
            var mean = sum.Value / count;
            result = T.CreateTruncating(mean);
            return Int128.CreateTruncating(result) == mean;
        }

        public SqlException? Error() => FunctionErrors.OutOfRange(_type);
    }

    readonly struct DecimalMean(int digits) : IAggregateResult<IntegerSum<long>, Int128>
    {
        readonly Int128 _factor = Decimals.PowerOfTen(digits);

        public bool TryCompute(IntegerSum<long> sum, long count, out Int128 result) =>
            TryDivide(sum.Value < 0, new WideInteger(0, Decimals.Abs(sum.Value)), count, _factor, out result);

        public SqlException? Error() => null;
    }

    readonly struct WideMean(int digits) : IAggregateResult<WideSum, Int128>
    {
        readonly Int128 _factor = Decimals.PowerOfTen(digits);

        public bool TryCompute(WideSum sum, long count, out Int128 result)
        {
            var (negative, magnitude) = sum.Split();
            return TryDivide(negative, magnitude, count, _factor, out result);
        }

        public SqlException? Error() => null;
    }

    static bool TryDivide(bool negative, WideInteger magnitude, long count, Int128 factor, out Int128 result)
    {
        result = 0;
        return WideInteger.Multiply(magnitude, (UInt128)factor) is { } scaled
            && scaled.TryDivideRounded(Decimals.Abs(count), out var mean)
            && Decimals.TrySign(mean, negative != count < 0, Decimals.PowerOfTen(DecimalType.PrecisionMax), out result);
    }

    readonly struct FloatMean<T> : IAggregateResult<FloatSum<T>, T> where T : unmanaged, IFloatingPoint<T>
    {
        public bool TryCompute(FloatSum<T> sum, long count, out T result)
        {
            result = T.CreateTruncating(sum.Value / count);
            return true;
        }

        public SqlException? Error() => null;
    }
}
