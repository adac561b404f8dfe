using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>TIMESTAMPDIFF(unit, from, to): the number of whole units between two times, negative where the second is
/// earlier; INT.</summary>
sealed class TimestampDiffFunction : ScalarFunction
{
    public override string Name => "TIMESTAMPDIFF";

    public override string Signature => "TIMESTAMPDIFF(unit, datetime, datetime) -> INT";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 3 || TimeUnitNames.Find(arguments[0].Value) is not { } unit)
            return null;
        if (Parameters.Match(Parameter.Point, arguments[1].Type) is not { } from || Parameters.Match(Parameter.Point, arguments[2].Type) is not { } to)
            return null;
        var micros = TimeUnitNames.Micros(unit);
        var months = TimeUnitNames.Months(unit);
        if (micros == 0 && months == 0)
            throw FunctionErrors.UnitNotSupported(arguments[0].Span, Name, (string)arguments[0].Value!, from);
        if (TypeRules.CommonType([from, to, SqlType.Timestamp(0)]) is not { } common)
            return null;
        var type = SqlType.Int.WithNullability(arguments[1].Type.IsNullable || arguments[2].Type.IsNullable);
        return new ScalarCall([arguments[0].Type, AsPoint(from, common), AsPoint(to, common)], type, months > 0
            ? (context, columns) =>
                BinaryKernels.Run<long, long, int, MonthsBetween>(context, columns[1..], type, new(months))
            : (context, columns) =>
                BinaryKernels.Run<long, long, int, MicrosBetween>(context, columns[1..], type, new(micros)));
    }

    // TIMESTAMP of any precision needs no cast to another.
    static SqlType AsPoint(SqlType type, SqlType common) => type.Kind == common.Kind ? type : common;

    readonly struct MicrosBetween(long unit) : IBinary<long, long, int>
    {
        readonly long _unit = unit;

        public bool TryApply(long left, long right, out int result)
        {
            var exact = unchecked(right - left) / _unit;
            result = (int)exact;
            return exact == result;
        }

        public SqlException? Error(long left, long right) => FunctionErrors.OutOfRange(SqlType.Int);
    }

    readonly struct MonthsBetween(int unit) : IBinary<long, long, int>
    {
        readonly int _unit = unit;

        public bool TryApply(long left, long right, out int result)
        {
            result = left <= right ? Whole(left, right) / _unit : -(Whole(right, left) / _unit);
            return true;
        }

        public SqlException? Error(long left, long right) => null;

        static int Whole(long from, long to)
        {
            var first = Calendar.Date(Calendar.DayOf(from));
            var last = Calendar.Date(Calendar.DayOf(to));
            var months = ((last.Year - first.Year) * 12) + last.Month - first.Month;
            // The last month is whole only where the day and time have been reached.
            var isShort = last.Day < first.Day || (last.Day == first.Day && Calendar.TimeOf(to) < Calendar.TimeOf(from));
            return isShort ? months - 1 : months;
        }
    }
}
