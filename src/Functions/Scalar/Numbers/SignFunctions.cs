using System.Diagnostics;
using System.Numerics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Numbers;

/// <summary>ABS(number): the magnitude, of the same type; the smallest integer of a type has none (22003).</summary>
sealed class AbsFunction() : StrictFunction("ABS", "ABS(number) -> number", [Parameter.Number])
{
    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => types[0];

    protected override ScalarKernel Kernel(SqlType type, IReadOnlyList<SqlType> types, ReadOnlySpan<ArgumentInfo> arguments) => type.Layout switch
    {
        ColumnLayout.Int8 => Integer<sbyte>(type),
        ColumnLayout.Int16 => Integer<short>(type),
        ColumnLayout.Int32 => Integer<int>(type),
        ColumnLayout.Int64 => Integer<long>(type),
        ColumnLayout.Int128 => Integer<Int128>(type),
        ColumnLayout.Float32 => Float<float>(type),
        ColumnLayout.Float64 => Float<double>(type),
        _ => throw new UnreachableException($"type {type} has no magnitude"),
    };

    static ScalarKernel Integer<T>(SqlType type) where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        (context, columns) => UnaryKernels.Run<T, T, AbsInteger<T>>(context, columns[0], type, new(type));

    static ScalarKernel Float<T>(SqlType type) where T : unmanaged, IFloatingPoint<T> =>
        (context, columns) => UnaryKernels.Run<T, T, AbsFloat<T>>(context, columns[0], type, default);

    readonly struct AbsFloat<T> : IUnary<T, T> where T : IFloatingPoint<T>
    {
        public bool TryApply(T input, out T result)
        {
            result = T.Abs(input);
            return true;
        }

        public SqlException? Error(T input) => null;
    }
}

/// <summary>SIGN(number): -1, 0 or 1, of the same type.</summary>
sealed class SignFunction() : StrictFunction("SIGN", "SIGN(number) -> number", [Parameter.Number])
{
    // One needs a digit before the point.
    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) =>
        types[0] is DecimalType number && number.Scale == number.Precision
        ? SqlType.Decimal(Math.Min(DecimalType.PrecisionMax, number.Precision + 1), Math.Min(number.Scale, DecimalType.PrecisionMax - 1))
        : types[0];

    protected override ScalarKernel Kernel(SqlType type, IReadOnlyList<SqlType> types, ReadOnlySpan<ArgumentInfo> arguments) =>
        (types[0].Layout, type.Layout) switch
        {
            (ColumnLayout.Int8, _) => Run<sbyte, sbyte>(type),
            (ColumnLayout.Int16, _) => Run<short, short>(type),
            (ColumnLayout.Int32, _) => Run<int, int>(type),
            (ColumnLayout.Int64, ColumnLayout.Int64) => Run<long, long>(type),
            (ColumnLayout.Int64, ColumnLayout.Int128) => Run<long, Int128>(type),
            (ColumnLayout.Int128, _) => Run<Int128, Int128>(type),
            (ColumnLayout.Float32, _) => Float<float>(type),
            (ColumnLayout.Float64, _) => Float<double>(type),
            _ => throw new UnreachableException($"type {type} has no sign"),
        };

    static ScalarKernel Run<T, TResult>(SqlType type)
        where T : unmanaged, IBinaryInteger<T> where TResult : unmanaged, IBinaryInteger<TResult>
    {
        var one = TResult.CreateTruncating(type is DecimalType number ? Decimals.PowerOfTen(number.Scale) : 1);
        return (context, columns) => UnaryKernels.Run<T, TResult, IntegerSign<T, TResult>>(context, columns[0], type, new(one));
    }

    static ScalarKernel Float<T>(SqlType type) where T : unmanaged, IFloatingPoint<T> =>
        (context, columns) => UnaryKernels.Run<T, T, FloatSign<T>>(context, columns[0], type, default);

    readonly struct IntegerSign<T, TResult>(TResult one) : IUnary<T, TResult>
        where T : IBinaryInteger<T> where TResult : IBinaryInteger<TResult>
    {
        readonly TResult _one = one;

        public bool TryApply(T input, out TResult result)
        {
            result = T.IsZero(input) ? TResult.Zero : T.IsNegative(input) ? -_one : _one;
            return true;
        }

        public SqlException? Error(T input) => null;
    }

    readonly struct FloatSign<T> : IUnary<T, T> where T : IFloatingPoint<T>
    {
        public bool TryApply(T input, out T result)
        {
            result = T.IsNaN(input) || T.IsZero(input) ? input : T.IsNegative(input) ? T.NegativeOne : T.One;
            return true;
        }

        public SqlException? Error(T input) => null;
    }
}
