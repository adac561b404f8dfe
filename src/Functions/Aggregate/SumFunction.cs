using System.Diagnostics;
using System.Numerics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Aggregate;

/// <summary>SUM of numbers; NULL over no values. Integers keep their type and raise 22003 where the sum does not fit at
/// the end;
/// a DECIMAL sum has 38 digits and is NULL where it needs more.</summary>
sealed class SumFunction : AggregateFunction
{
    public override string Name => "SUM";

    public override string Signature => "SUM(number) -> number";

    public override AggregateCall? Plan(ReadOnlySpan<ArgumentInfo> arguments, bool retracting)
    {
        if (arguments.Length != 1)
            return null;
        var type = arguments[0].Type.Kind == SqlTypeKind.Null ? SqlType.Int : arguments[0].Type;
        if (!type.IsNumeric)
            return null;
        var result = TypeRules.SumType(type).WithNullability(true);
        return type.Layout switch
        {
            _ when type is DecimalType { Layout: ColumnLayout.Int64 } =>
                Decimal<long, IntegerSum<long>, DecimalResult>(type, result),
            _ when type is DecimalType => Decimal<Int128, WideSum, WideResult>(type, result),
            ColumnLayout.Int8 => Integer<sbyte>(type, result),
            ColumnLayout.Int16 => Integer<short>(type, result),
            ColumnLayout.Int32 => Integer<int>(type, result),
            ColumnLayout.Int64 => Integer<long>(type, result),
            ColumnLayout.Float32 => Float<float>(type, result),
            ColumnLayout.Float64 => Float<double>(type, result),
            _ => throw new UnreachableException($"type {type} has no sum"),
        };
    }

    static AggregateCall Integer<T>(SqlType type, SqlType result) where T : unmanaged, IBinaryInteger<T> =>
        new NumberAggregate<T, IntegerSum<T>, T, IntegerResult<T>>(new(result))
        {
            ParameterTypes = [type],
            ReturnType = result,
            StateLayout = "count BIGINT, sum DECIMAL(38, 0)",
        };

    static AggregateCall Decimal<T, TSum, TFinish>(SqlType type, SqlType result)
        where T : unmanaged where TSum : unmanaged, ISum<T, TSum> where TFinish : struct, IAggregateResult<TSum, Int128> =>
        new NumberAggregate<T, TSum, Int128, TFinish>(default)
        {
            ParameterTypes = [type],
            ReturnType = result,
            StateLayout = $"count BIGINT, sum {result.Name}",
        };

    static AggregateCall Float<T>(SqlType type, SqlType result) where T : unmanaged, IFloatingPoint<T> =>
        new NumberAggregate<T, FloatSum<T>, T, FloatResult<T>>(default)
        {
            ParameterTypes = [type],
            ReturnType = result,
            StateLayout = "count BIGINT, sum DOUBLE",
        };

    readonly struct IntegerResult<T>(SqlType type) : IAggregateResult<IntegerSum<T>, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        readonly SqlType _type = type;

        public bool TryCompute(IntegerSum<T> sum, long count, out T result)
        {
            result = T.CreateTruncating(sum.Value);
            return Int128.CreateTruncating(result) == sum.Value;
        }

        public SqlException? Error() => FunctionErrors.OutOfRange(_type);
    }

    readonly struct DecimalResult : IAggregateResult<IntegerSum<long>, Int128>
    {
        public bool TryCompute(IntegerSum<long> sum, long count, out Int128 result)
        {
            result = sum.Value;
            return Decimals.Abs(result) < (UInt128)Decimals.PowerOfTen(DecimalType.PrecisionMax);
        }

        public SqlException? Error() => null;
    }

    readonly struct WideResult : IAggregateResult<WideSum, Int128>
    {
        public bool TryCompute(WideSum sum, long count, out Int128 result)
        {
            var (negative, magnitude) = sum.Split();
            result = 0;
            return magnitude.High == 0
                && Decimals.TrySign(magnitude.Low, negative, Decimals.PowerOfTen(DecimalType.PrecisionMax), out result);
        }

        public SqlException? Error() => null;
    }

    readonly struct FloatResult<T> : IAggregateResult<FloatSum<T>, T> where T : unmanaged, IFloatingPoint<T>
    {
        public bool TryCompute(FloatSum<T> sum, long count, out T result)
        {
            result = T.CreateTruncating(sum.Value);
            return true;
        }

        public SqlException? Error() => null;
    }
}
