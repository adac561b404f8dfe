using System.Diagnostics;
using System.Numerics;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Numbers;

/// <summary>ROUND(number [, digits]) rounds half away from zero, TRUNCATE(number [, digits]) cuts towards zero, at a
/// number of digits after
/// the point (before it where negative).</summary>
/// <remarks>Integers and floating-point numbers keep their type. A DECIMAL gets the scale of the digits where these are
/// constant, else keeps
/// its own. Floating-point numbers are rounded in their shortest decimal form, so that ROUND(2.675E0, 2) is
/// 2.68.</remarks>
sealed class RoundFunction(string name, bool cut) : ScalarFunction
{
    public override string Name => name;

    public override string Signature => $"{name}(number [, digits]) -> number";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length is not (1 or 2) || Parameters.Match(Parameter.Number, arguments[0].Type) is not { } number)
            return null;
        SqlType[] types = arguments.Length == 1 ? [number] : [number, SqlType.Int];
        var nullable = arguments[0].Type.IsNullable;
        if (arguments.Length == 2)
        {
            if (Parameters.Match(Parameter.Int, arguments[1].Type) is null)
                return null;
            nullable |= arguments[1].Type.IsNullable;
        }
        var type = ReturnType(number, arguments).WithNullability(nullable || number is DecimalType);
        return new ScalarCall(types, type, Kernel(number, type));
    }

    static SqlType ReturnType(SqlType number, ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (number is not DecimalType type)
            return number;
        if (arguments.Length == 1)
            return TypeRules.RoundType(type, 0);
        return arguments[1].Value switch
        {
            int digits => TypeRules.RoundType(type, digits),
            sbyte digits => TypeRules.RoundType(type, digits),
            short digits => TypeRules.RoundType(type, digits),
            _ => type,
        };
    }

    ScalarKernel Kernel(SqlType number, SqlType type) => number switch
    {
        DecimalType from => (from.Layout == ColumnLayout.Int128, type.Layout == ColumnLayout.Int128) switch
        {
            (false, false) => Decimal<long, long>(from, (DecimalType)type),
            (false, true) => Decimal<long, Int128>(from, (DecimalType)type),
            (true, false) => Decimal<Int128, long>(from, (DecimalType)type),
            (true, true) => Decimal<Int128, Int128>(from, (DecimalType)type),
        },
        { Kind: SqlTypeKind.TinyInt } => Integer<sbyte>(type),
        { Kind: SqlTypeKind.SmallInt } => Integer<short>(type),
        { Kind: SqlTypeKind.Int } => Integer<int>(type),
        { Kind: SqlTypeKind.BigInt } => Integer<long>(type),
        { Kind: SqlTypeKind.Float } => Float<float>(type),
        { Kind: SqlTypeKind.Double } => Float<double>(type),
        _ => throw new UnreachableException($"type {number} has no rounding"),
    };

    ScalarKernel Integer<T>(SqlType type) where T : unmanaged, IBinaryInteger<T> => (context, columns) =>
        LaneKernels.Run<T, IntegerLane<T>>(context, columns, type, new(columns, cut, type));

    ScalarKernel Decimal<T, TResult>(DecimalType from, DecimalType to)
        where T : unmanaged, IBinaryInteger<T> where TResult : unmanaged, IBinaryInteger<TResult> =>
            (context, columns) =>
        LaneKernels.Run<TResult, DecimalLane<T, TResult>>(context, columns, to, new(columns, cut, from, to));

    ScalarKernel Float<T>(SqlType type) where T : unmanaged, IFloatingPoint<T> => (context, columns) =>
        LaneKernels.Run<T, FloatLane<T>>(context, columns, type, new(columns, cut));

    static int Digits(ReadOnlySpan<Column> columns, int row) => columns.Length > 1 ? columns.Int(1, row) : 0;

    // Drops decimal digits at the end of a number.
    static Int128 Drop(Int128 value, int count, bool cut)
    {
        if (count <= 0)
            return value;
        if (count > DecimalType.PrecisionMax)
            return 0;
        var power = Decimals.PowerOfTen(count);
        if (cut)
            return value / power * power;
        var rounded = (Int128)Decimals.DivideRounded(Decimals.Abs(value), (UInt128)power) * power;
        return value < 0 ? -rounded : rounded;
    }

    readonly ref struct IntegerLane<T>(ReadOnlySpan<Column> columns, bool cut, SqlType type) : ILane<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        readonly FixedReader<T> _values = new(columns[0]);
        readonly bool _cut = cut;
        readonly SqlType _type = type;

        public bool TryCompute(int row, out T result)
        {
            var digits = Math.Max(Digits(_columns, row), -DecimalType.PrecisionMax);
            var value = Drop(Int128.CreateTruncating(_values[row]), -digits, _cut);
            result = T.CreateTruncating(value);
            return Int128.CreateTruncating(result) == value;
        }

        public SqlException? Error(int row) => FunctionErrors.OutOfRange(_type);
    }

    readonly ref struct DecimalLane<T, TResult>(ReadOnlySpan<Column> columns, bool cut, DecimalType from, DecimalType to) : ILane<TResult>
        where T : unmanaged, IBinaryInteger<T> where TResult : unmanaged, IBinaryInteger<TResult>
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        readonly FixedReader<T> _values = new(columns[0]);
        readonly bool _cut = cut;
        readonly DecimalType _from = from;
        readonly DecimalType _to = to;

        public bool TryCompute(int row, out TResult result)
        {
            var digits = Math.Clamp(Digits(_columns, row), -DecimalType.PrecisionMax, DecimalType.PrecisionMax);
            var value = Drop(Int128.CreateTruncating(_values[row]), _from.Scale - digits, _cut);
            var ok = Decimals.TryRescale(value, _from.Scale, _to.Scale, Decimals.PowerOfTen(_to.Precision), out var rescaled);
            result = TResult.CreateTruncating(rescaled);
            return ok;
        }

        public SqlException? Error(int row) => null;
    }

    readonly ref struct FloatLane<T>(ReadOnlySpan<Column> columns, bool cut) : ILane<T>
        where T : unmanaged, IFloatingPoint<T>
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        readonly FixedReader<T> _values = new(columns[0]);
        readonly bool _cut = cut;

        public bool TryCompute(int row, out T result)
        {
            var value = _values[row];
            result = T.IsFinite(value) ? T.CreateTruncating(DoubleRounding.Round(double.CreateTruncating(value), Digits(_columns, row), _cut)) : value;
            return true;
        }

        public SqlException? Error(int row) => null;
    }
}
