using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>TIMESTAMPADD(unit, count, time): of the type of the time; a DATE becomes a TIMESTAMP where the unit is
/// shorter than a day.</summary>
sealed class TimestampAddFunction : ScalarFunction
{
    public override string Name => "TIMESTAMPADD";

    public override string Signature => "TIMESTAMPADD(unit, count, datetime) -> datetime";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 3 || TimeUnitNames.Find(arguments[0].Value) is not { } unit)
            return null;
        if (Parameters.Match(Parameter.BigInt, arguments[1].Type) is not { } count || Parameters.Match(Parameter.Point, arguments[2].Type) is not { } point)
            return null;
        var micros = TimeUnitNames.Micros(unit);
        var months = TimeUnitNames.Months(unit);
        if (micros == 0 && months == 0)
            throw FunctionErrors.UnitNotSupported(arguments[0].Span, Name, (string)arguments[0].Value!, point);
        if (point.Kind == SqlTypeKind.Date && micros is > 0 and < Calendar.MicrosPerDay)
            point = SqlType.Timestamp(unit == TimeUnitName.Microsecond ? 6 : 3);
        var type = point.WithNullability(arguments[1].Type.IsNullable || arguments[2].Type.IsNullable);
        return new ScalarCall([arguments[0].Type, count, point], type, Kernel(type, micros, months));
    }

    static ScalarKernel Kernel(SqlType type, long micros, int months) => (type.Kind == SqlTypeKind.Date, months > 0) switch
    {
        (true, true) =>
            (context, columns) =>
                BinaryKernels.Run<long, int, int, AddMonthsOp>(context, columns[1..], type, new(months)),
        (true, false) => (context, columns) =>
            BinaryKernels.Run<long, int, int, AddDaysOp>(context, columns[1..], type, new((int)(micros / Calendar.MicrosPerDay))),
        (false, true) =>
            (context, columns) =>
                BinaryKernels.Run<long, long, long, AddMonthsOp>(context, columns[1..], type, new(months)),
        (false, false) =>
            (context, columns) =>
                BinaryKernels.Run<long, long, long, AddMicrosOp>(context, columns[1..], type, new(micros)),
    };

    readonly struct AddMicrosOp(long micros) : IBinary<long, long, long>
    {
        readonly long _micros = micros;

        public bool TryApply(long left, long right, out long result)
        {
            var exact = ((Int128)left * _micros) + right;
            result = (long)exact;
            return exact == result && Calendar.IsTimestamp(result);
        }

        public SqlException? Error(long left, long right) => FunctionErrors.DatetimeOutOfRange(SqlType.Timestamp(6));
    }

    readonly struct AddDaysOp(int days) : IBinary<long, int, int>
    {
        readonly int _days = days;

        public bool TryApply(long left, int right, out int result)
        {
            var exact = ((Int128)left * _days) + right;
            result = (int)exact;
            return exact == result && Calendar.IsDate(result);
        }

        public SqlException? Error(long left, int right) => FunctionErrors.DatetimeOutOfRange(SqlType.Date);
    }

    readonly struct AddMonthsOp(int months) : IBinary<long, int, int>, IBinary<long, long, long>
    {
        // More months than there are in all years: a sum with them fits 64 bits and is out of range.
        const long CountMax = 200_000;

        readonly int _months = months;

        public bool TryApply(long left, int right, out int result) => Calendar.TryAddMonths(
            Math.Clamp(right, Calendar.DaysMin, Calendar.DaysMax), Math.Clamp(left, -CountMax, CountMax) * _months, out result);

        public bool TryApply(long left, long right, out long result)
        {
            var ok = TryApply(left, Calendar.DayOf(right), out var days);
            result = (days * Calendar.MicrosPerDay) + Calendar.TimeOf(right);
            return ok;
        }

        public SqlException? Error(long left, int right) => FunctionErrors.DatetimeOutOfRange(SqlType.Date);

        public SqlException? Error(long left, long right) => FunctionErrors.DatetimeOutOfRange(SqlType.Timestamp(6));
    }
}
