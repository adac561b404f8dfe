using System.Diagnostics;
using System.Numerics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Casts;

/// <summary>The casts from one kind of number to each other.</summary>
static class NumberCastTargets
{
    public static ScalarKernel FromInteger<T>(SqlType to, bool isTry)
        where T : unmanaged, IBinaryInteger<T> => to switch
        {
            { Kind: SqlTypeKind.TinyInt } => Run<T, sbyte, IntegerToInteger<T, sbyte>>(to, new(to, isTry)),
            { Kind: SqlTypeKind.SmallInt } => Run<T, short, IntegerToInteger<T, short>>(to, new(to, isTry)),
            { Kind: SqlTypeKind.Int } => Run<T, int, IntegerToInteger<T, int>>(to, new(to, isTry)),
            { Kind: SqlTypeKind.BigInt } => Run<T, long, IntegerToInteger<T, long>>(to, new(to, isTry)),
            { Kind: SqlTypeKind.Float } => Run<T, float, NumberToFloat<T, float>>(to, default),
            { Kind: SqlTypeKind.Double } => Run<T, double, NumberToFloat<T, double>>(to, default),
            DecimalType { Layout: ColumnLayout.Int64 } number =>
                Run<T, long, ToDecimal<T, long>>(to, new(0, number, isTry)),
            DecimalType number => Run<T, Int128, ToDecimal<T, Int128>>(to, new(0, number, isTry)),
            _ => throw new UnreachableException($"type {to} is no number"),
        };

    public static ScalarKernel FromFloat<T>(SqlType to, bool isTry) where T : unmanaged, IFloatingPoint<T> => to switch
    {
        { Kind: SqlTypeKind.TinyInt } => Run<T, sbyte, FloatToInteger<T, sbyte>>(to, new(to, isTry)),
        { Kind: SqlTypeKind.SmallInt } => Run<T, short, FloatToInteger<T, short>>(to, new(to, isTry)),
        { Kind: SqlTypeKind.Int } => Run<T, int, FloatToInteger<T, int>>(to, new(to, isTry)),
        { Kind: SqlTypeKind.BigInt } => Run<T, long, FloatToInteger<T, long>>(to, new(to, isTry)),
        { Kind: SqlTypeKind.Float } => Run<T, float, NumberToFloat<T, float>>(to, default),
        { Kind: SqlTypeKind.Double } => Run<T, double, NumberToFloat<T, double>>(to, default),
        DecimalType { Layout: ColumnLayout.Int64 } number =>
            Run<T, long, FloatToDecimal<T, long>>(to, new(number, isTry)),
        DecimalType number => Run<T, Int128, FloatToDecimal<T, Int128>>(to, new(number, isTry)),
        _ => throw new UnreachableException($"type {to} is no number"),
    };

    public static ScalarKernel FromDecimal<T>(DecimalType from, SqlType to, bool isTry)
        where T : unmanaged, IBinaryInteger<T> => to switch
        {
            { Kind: SqlTypeKind.TinyInt } => Run<T, sbyte, DecimalToInteger<T, sbyte>>(to, new(from.Scale, to, isTry)),
            { Kind: SqlTypeKind.SmallInt } => Run<T, short, DecimalToInteger<T, short>>(to, new(from.Scale, to, isTry)),
            { Kind: SqlTypeKind.Int } => Run<T, int, DecimalToInteger<T, int>>(to, new(from.Scale, to, isTry)),
            { Kind: SqlTypeKind.BigInt } => Run<T, long, DecimalToInteger<T, long>>(to, new(from.Scale, to, isTry)),
            { Kind: SqlTypeKind.Float } => Run<T, float, DecimalToFloat<T, float>>(to, new(from.Scale)),
            { Kind: SqlTypeKind.Double } => Run<T, double, DecimalToFloat<T, double>>(to, new(from.Scale)),
            DecimalType { Layout: ColumnLayout.Int64 } number =>
                Run<T, long, ToDecimal<T, long>>(to, new(from.Scale, number, isTry)),
            DecimalType number => Run<T, Int128, ToDecimal<T, Int128>>(to, new(from.Scale, number, isTry)),
            _ => throw new UnreachableException($"type {to} is no number"),
        };

    static ScalarKernel Run<TFrom, TTo, TOp>(SqlType to, TOp op)
        where TFrom : unmanaged where TTo : unmanaged where TOp : struct, IUnary<TFrom, TTo> =>
        (context, arguments) => UnaryKernels.Run<TFrom, TTo, TOp>(context, arguments[0], to, op);
}
