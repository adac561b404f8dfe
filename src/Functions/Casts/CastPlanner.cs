using System.Numerics;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Casts;

/// <summary>The matrix of casts: for two types the kernel, or null where there is no cast.</summary>
static class CastPlanner
{
    /// <summary>Plans a cast. With <paramref name="isTry"/> failure gives NULL; without, it raises 22018, 22003 or
    /// 22007.</summary>
    public static ScalarCall? Plan(SqlType from, SqlType to, bool isTry)
    {
        var type = to.WithNullability(from.IsNullable || isTry);
        var kernel = from.Kind == SqlTypeKind.Null ? NullKernel(type)
            : from.SameIgnoringNullability(to) ? Identity
            : Kernel(from, type, isTry);
        return kernel is null ? null : new ScalarCall([from], type, kernel);
    }

    static Column Identity(EvaluationContext context, ReadOnlySpan<Column> arguments) => arguments[0].Retain();

    static ScalarKernel NullKernel(SqlType type) => (context, arguments) => Lanes.Null(context, type);

    static ScalarKernel? Kernel(SqlType from, SqlType to, bool isTry) => to switch
    {
        StringType { IsCharacter: true } text when from.IsBinary => (context, arguments) =>
            LaneKernels.RunText(context, arguments, text, new BytesToText(arguments[0], text, isTry)),
        StringType { IsCharacter: true } text => ToText.Kernel(from, text),
        StringType bytes when from.IsCharacter || from.IsBinary => (context, arguments) =>
            LaneKernels.RunText(context, arguments, bytes, new ToBytes(arguments[0], bytes)),
        TemporalType or { Kind: SqlTypeKind.Date } => ToTime.Kernel(from, to, isTry),
        { IsNested: true } => NestedCasts.Kernel(from, to, isTry),
        { IsInterval: true } => ToInterval(from, to, isTry),
        { Kind: SqlTypeKind.Boolean } => ToBoolean(from, to, isTry),
        _ when !to.IsNumeric => null,
        _ when from.IsCharacter => FromText(to, isTry),
        _ when from.Kind == SqlTypeKind.Boolean => FromBoolean(to),
        _ when from.IsNumeric => Number(from, to, isTry),
        _ when from.IsInterval => FromInterval(from, to),
        _ => null,
    };

    // As numbers, intervals are months in an INT, or milliseconds in a BIGINT.
    static ScalarKernel? ToInterval(SqlType from, SqlType to, bool isTry) => (from.Kind, to.Kind) switch
    {
        (SqlTypeKind.Int, SqlTypeKind.IntervalYearMonth) => (context, arguments) =>
            UnaryKernels.Run<int, int, IntegerToInteger<int, int>>(context, arguments[0], to, new(to, isTry)),
        (SqlTypeKind.BigInt, SqlTypeKind.IntervalDaySecond) => (context, arguments) =>
            UnaryKernels.Run<long, long, MillisToMicros>(context, arguments[0], to, new(to, isTry)),
        _ => null,
    };

    static ScalarKernel? FromInterval(SqlType from, SqlType to) => (from.Kind, to.Kind) switch
    {
        (SqlTypeKind.IntervalYearMonth, SqlTypeKind.Int) => NumberCastTargets.FromInteger<int>(to, isTry: false),
        (SqlTypeKind.IntervalDaySecond, SqlTypeKind.BigInt) => (context, arguments) =>
            UnaryKernels.Run<long, long, MicrosToMillis>(context, arguments[0], to, default),
        _ => null,
    };

    static ScalarKernel? ToBoolean(SqlType from, SqlType to, bool isTry)
    {
        if (from.IsCharacter)
        {
            return (context, arguments) =>
                LaneKernels.RunBool(context, arguments, to, new TextToBool(arguments[0], to, isTry));
        }
        return from.Kind switch
        {
            SqlTypeKind.TinyInt => NotZero<sbyte>(to),
            SqlTypeKind.SmallInt => NotZero<short>(to),
            SqlTypeKind.Int => NotZero<int>(to),
            SqlTypeKind.BigInt => NotZero<long>(to),
            _ => null,
        };
    }

    static ScalarKernel NotZero<T>(SqlType to) where T : unmanaged, IBinaryInteger<T> =>
        (context, arguments) => LaneKernels.RunBool(context, arguments, to, new IsNotZero<T>(arguments[0]));

    static ScalarKernel? FromText(SqlType to, bool isTry) => to switch
    {
        { Kind: SqlTypeKind.TinyInt } => TextInteger<sbyte>(to, isTry),
        { Kind: SqlTypeKind.SmallInt } => TextInteger<short>(to, isTry),
        { Kind: SqlTypeKind.Int } => TextInteger<int>(to, isTry),
        { Kind: SqlTypeKind.BigInt } => TextInteger<long>(to, isTry),
        { Kind: SqlTypeKind.Float } => TextFloat<float>(to, isTry),
        { Kind: SqlTypeKind.Double } => TextFloat<double>(to, isTry),
        DecimalType { Layout: ColumnLayout.Int64 } number => TextDecimal<long>(number, isTry),
        DecimalType number => TextDecimal<Int128>(number, isTry),
        _ => null,
    };

    static ScalarKernel TextInteger<T>(SqlType to, bool isTry)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        (context, arguments) =>
            LaneKernels.Run<T, TextToInteger<T>>(context, arguments, to, new(arguments[0], to, isTry));

    static ScalarKernel TextFloat<T>(SqlType to, bool isTry) where T : unmanaged, IFloatingPoint<T> =>
        (context, arguments) =>
            LaneKernels.Run<T, TextToFloat<T>>(context, arguments, to, new(arguments[0], to, isTry));

    static ScalarKernel TextDecimal<T>(DecimalType to, bool isTry) where T : unmanaged, IBinaryInteger<T> =>
        (context, arguments) =>
            LaneKernels.Run<T, TextToDecimal<T>>(context, arguments, to, new(arguments[0], to, isTry));

    static ScalarKernel FromBoolean(SqlType to) => to switch
    {
        { Kind: SqlTypeKind.TinyInt } => BoolTo<sbyte>(to, 1),
        { Kind: SqlTypeKind.SmallInt } => BoolTo<short>(to, 1),
        { Kind: SqlTypeKind.Int } => BoolTo(to, 1),
        { Kind: SqlTypeKind.BigInt } => BoolTo(to, 1L),
        { Kind: SqlTypeKind.Float } => BoolTo(to, 1f),
        { Kind: SqlTypeKind.Double } => BoolTo(to, 1d),
        DecimalType { Layout: ColumnLayout.Int64 } number => BoolTo(to, (long)One(number)),
        DecimalType number => BoolTo(to, One(number)),
        _ => throw new System.Diagnostics.UnreachableException($"type {to} is no number"),
    };

    // DECIMAL(2, 2) has no one: then TRUE is as large a number as there is.
    static Int128 One(DecimalType type) => Decimals.PowerOfTen(type.Scale) - (type.Scale == type.Precision ? 1 : 0);

    static ScalarKernel BoolTo<T>(SqlType to, T one) where T : unmanaged =>
        (context, arguments) => LaneKernels.Run<T, BoolToNumber<T>>(context, arguments, to, new(arguments[0], one));

    static ScalarKernel Number(SqlType from, SqlType to, bool isTry) => from.Layout switch
    {
        _ when from is DecimalType { Layout: ColumnLayout.Int64 } number =>
            NumberCastTargets.FromDecimal<long>(number, to, isTry),
        _ when from is DecimalType number => NumberCastTargets.FromDecimal<Int128>(number, to, isTry),
        ColumnLayout.Int8 => NumberCastTargets.FromInteger<sbyte>(to, isTry),
        ColumnLayout.Int16 => NumberCastTargets.FromInteger<short>(to, isTry),
        ColumnLayout.Int32 => NumberCastTargets.FromInteger<int>(to, isTry),
        ColumnLayout.Int64 => NumberCastTargets.FromInteger<long>(to, isTry),
        ColumnLayout.Float32 => NumberCastTargets.FromFloat<float>(to, isTry),
        _ => NumberCastTargets.FromFloat<double>(to, isTry),
    };

    readonly ref struct IsNotZero<T>(Column input) : ILane<bool> where T : unmanaged, IBinaryInteger<T>
    {
        readonly FixedReader<T> _input = new(input);

        public bool TryCompute(int row, out bool result)
        {
            result = !T.IsZero(_input[row]);
            return true;
        }

        public Core.Diagnostics.SqlException? Error(int row) => null;
    }

    readonly ref struct BoolToNumber<T>(Column input, T one) : ILane<T> where T : unmanaged
    {
        readonly BoolColumn _input = (BoolColumn)input;
        readonly T _one = one;

        public bool TryCompute(int row, out T result)
        {
            result = _input[row] ? _one : default;
            return true;
        }

        public Core.Diagnostics.SqlException? Error(int row) => null;
    }
}
