using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Operators;

/// <summary>Chooses the kernels of arithmetic on dates and intervals.</summary>
static class TimeArithmetic
{
    public static ScalarCall? Plan(ArithmeticOperator op, SqlType left, SqlType right, bool nullable) => op switch
    {
        ArithmeticOperator.Add when right.IsInterval && left.IsDatetime => PlanShift(left, right, 1, nullable),
        ArithmeticOperator.Add when left.IsInterval && right.IsDatetime => PlanSwapped(left, right, nullable),
        ArithmeticOperator.Subtract when right.IsInterval && left.IsDatetime => PlanShift(left, right, -1, nullable),
        ArithmeticOperator.Add or ArithmeticOperator.Subtract when left.IsInterval && left.Kind == right.Kind =>
            PlanSame(op, left, nullable),
        ArithmeticOperator.Subtract when left.IsDatetime && right.IsDatetime => PlanDifference(left, right, nullable),
        ArithmeticOperator.Multiply when left.IsInterval && right.IsInteger =>
            PlanTimes(left, right, nullable, swapped: false),
        ArithmeticOperator.Multiply when right.IsInterval && left.IsInteger =>
            PlanTimes(right, left, nullable, swapped: true),
        _ => null,
    };

    static ScalarCall? PlanShift(SqlType left, SqlType right, int sign, bool nullable)
    {
        var type = left.WithNullability(nullable);
        return Shift(type, right, sign) is { } kernel ? new ScalarCall([left, right], type, kernel) : null;
    }

    static ScalarCall? PlanSwapped(SqlType interval, SqlType datetime, bool nullable)
    {
        var type = datetime.WithNullability(nullable);
        if (Shift(type, interval, 1) is not { } kernel)
            return null;
        return new ScalarCall([interval, datetime], type, (context, arguments) => kernel(context, [arguments[1], arguments[0]]));
    }

    static ScalarKernel? Shift(SqlType type, SqlType interval, int sign)
    {
        var months = interval.Kind == SqlTypeKind.IntervalYearMonth;
        return (type.Kind, months) switch
        {
            (SqlTypeKind.Timestamp or SqlTypeKind.TimestampLtz, false) when type.Layout == ColumnLayout.Int128 =>
                (context, arguments) =>
                    BinaryKernels.Run<Int128, long, Int128, AddMicrosToNanos>(context, arguments, type, new(type, sign)),
            (SqlTypeKind.Timestamp or SqlTypeKind.TimestampLtz, true) when type.Layout == ColumnLayout.Int128 =>
                (context, arguments) =>
                    BinaryKernels.Run<Int128, int, Int128, AddMonthsToNanos>(context, arguments, type, new(type, sign)),
            (SqlTypeKind.Timestamp or SqlTypeKind.TimestampLtz, false) =>
                (context, arguments) =>
                    BinaryKernels.Run<long, long, long, AddMicros>(context, arguments, type, new(type, sign)),
            (SqlTypeKind.Timestamp or SqlTypeKind.TimestampLtz, true) =>
                (context, arguments) =>
                    BinaryKernels.Run<long, int, long, AddMonths>(context, arguments, type, new(type, sign)),
            (SqlTypeKind.Date, false) =>
                (context, arguments) => BinaryKernels.Run<int, long, int, AddDays>(context, arguments, type, new(sign)),
            (SqlTypeKind.Date, true) =>
                (context, arguments) =>
                    BinaryKernels.Run<int, int, int, AddMonthsToDate>(context, arguments, type, new(sign)),
            (SqlTypeKind.Time, false) =>
                (context, arguments) =>
                    BinaryKernels.Run<int, long, int, AddToTime>(context, arguments, type, new(sign)),
            _ => null,
        };
    }

    static ScalarCall PlanSame(ArithmeticOperator op, SqlType interval, bool nullable)
    {
        var type = interval.WithNullability(nullable);
        return new ScalarCall([type, type], type, ArithmeticKernels.Kernel(op, type));
    }

    static ScalarCall? PlanDifference(SqlType left, SqlType right, bool nullable)
    {
        var type = SqlType.IntervalDaySecond.WithNullability(nullable);
        if (left.Kind == SqlTypeKind.Date && right.Kind == SqlTypeKind.Date)
        {
            return new ScalarCall([left, right], type,
                (context, arguments) =>
                    BinaryKernels.Run<int, int, long, SubtractDates>(context, arguments, type, default));
        }
        if (TypeRules.CommonType([left, right]) is not { IsTimestamp: true } common)
            return null;
        var leftType = Parameters.InMicros(left.Kind == common.Kind ? left : common);
        var rightType = Parameters.InMicros(right.Kind == common.Kind ? right : common);
        return new ScalarCall([leftType, rightType], type, ArithmeticKernels.Kernel(ArithmeticOperator.Subtract, type));
    }

    static ScalarCall PlanTimes(SqlType interval, SqlType factor, bool nullable, bool swapped)
    {
        var type = interval.WithNullability(nullable);
        var number = interval.Kind == SqlTypeKind.IntervalYearMonth ? SqlType.Int : SqlType.BigInt;
        var kernel = ArithmeticKernels.Kernel(ArithmeticOperator.Multiply, type);
        SqlType[] types = swapped ? [number, type] : [type, number];
        return new ScalarCall(types, type, kernel);
    }
}
