using System.Diagnostics;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Casts;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>FLOOR(time TO unit) and CEIL(time TO unit): the start of the unit, or of the next one where the time is not
/// at a start; of the
/// same type. Weeks begin on Sunday, as in Flink. A TIMESTAMP_LTZ is rounded in the session's time zone.</summary>
static class FloorTime
{
    public static ScalarCall? Plan(string function, ReadOnlySpan<ArgumentInfo> arguments, bool up)
    {
        var from = Parameters.InMicros(arguments[0].Type);
        if (!from.IsDatetime || TimeUnitNames.Find(arguments[1].Value) is not { } unit)
            return null;
        var isTime = from.Kind == SqlTypeKind.Time;
        if ((TimeUnitNames.Micros(unit) == 0 && TimeUnitNames.Months(unit) == 0) || (isTime && unit > TimeUnitName.Hour))
            throw FunctionErrors.UnitNotSupported(arguments[1].Span, function, (string)arguments[1].Value!, from);
        var local = from.Kind == SqlTypeKind.Timestamp ? from : SqlType.Timestamp(6);
        var round = LocalTimes.Over(from, (context, time) =>
            UnaryKernels.Run<long, long, FloorOp>(context, time, local, new(unit, up)));
        // Back to the type: a day for DATE, an instant for TIMESTAMP_LTZ.
        var back = from.Kind == SqlTypeKind.Timestamp ? null : CastPlanner.Plan(SqlType.Timestamp(6), from, isTry: false)!.Kernel;
        return new ScalarCall([from, arguments[1].Type], from, (context, columns) => Run(context, columns, round, back));
    }

    static Column Run(EvaluationContext context, ReadOnlySpan<Column> columns, ScalarKernel round, ScalarKernel? back)
    {
        var rounded = round(context, columns[..1]);
        if (back is null)
            return rounded;
        try
        {
            return back(context, [rounded]);
        }
        finally
        {
            rounded.Release();
        }
    }

    readonly struct FloorOp(TimeUnitName unit, bool up) : IUnary<long, long>
    {
        readonly TimeUnitName _unit = unit;
        readonly bool _up = up;

        public bool TryApply(long input, out long result)
        {
            result = Floor(input);
            if (!_up || result == input)
                return Calendar.IsTimestamp(result);
            result = Next(result);
            return Calendar.IsTimestamp(result);
        }

        public SqlException? Error(long input) => FunctionErrors.DatetimeOutOfRange(SqlType.Timestamp(6));

        long Floor(long input)
        {
            if (_unit == TimeUnitName.Week)
                return (Calendar.DayOf(input) - (Calendar.IsoDayOfWeek(Calendar.DayOf(input)) % 7)) * Calendar.MicrosPerDay;
            if (TimeUnitNames.Micros(_unit) is > 0 and var micros)
                return Calendar.FloorDivide(input, micros) * micros;
            var (year, month, _) = Calendar.Date(Calendar.DayOf(input));
            return _unit switch
            {
                TimeUnitName.Month => Start(year, month),
                TimeUnitName.Quarter => Start(year, ((month - 1) / 3 * 3) + 1),
                TimeUnitName.Year => Start(year, 1),
                TimeUnitName.Decade => Start(year / 10 * 10, 1),
                TimeUnitName.Century => Start(((year - 1) / 100 * 100) + 1, 1),
                TimeUnitName.Millennium => Start(((year - 1) / 1000 * 1000) + 1, 1),
                _ => throw new UnreachableException($"unit {_unit} has no start"),
            };
        }

        long Next(long start)
        {
            if (TimeUnitNames.Micros(_unit) is > 0 and var micros)
                return start + micros;
            return Calendar.TryAddMonths(Calendar.DayOf(start), TimeUnitNames.Months(_unit), out var days)
                ? days * Calendar.MicrosPerDay
                : long.MaxValue;
        }

        static long Start(int year, int month) => Calendar.Days(year, month, 1) * Calendar.MicrosPerDay;
    }
}
