using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>EXTRACT(unit FROM x) from dates, times and intervals, and its short forms YEAR(x), MONTH(x) and so on;
/// BIGINT.</summary>
/// <remarks>Weeks are those of ISO 8601; DOW counts from Sunday = 1, ISODOW from Monday = 1; MILLISECOND and smaller
/// units are the fraction
/// of the second. A TIMESTAMP_LTZ is taken apart in the session's time zone, but EPOCH is that of the
/// instant.</remarks>
static class ExtractFunctions
{
    public static ScalarFunction Extract() => new ExtractFunction();

    public static ScalarFunction Short(string name, TimeUnitName unit) => new ShortFunction(name, unit);

    static ScalarCall? Plan(string function, TimeUnitName unit, string unitName, ArgumentInfo argument, SourceSpan span)
    {
        var from = Parameters.InMicros(argument.Type);
        if (from.IsInterval)
            return PlanInterval(function, unit, unitName, from, span);
        if (from.Kind != SqlTypeKind.Time && Parameters.Match(Parameter.Point, from) is not { })
            return null;
        if (from.Kind == SqlTypeKind.Time && unit > TimeUnitName.Hour)
            throw FunctionErrors.UnitNotSupported(span, function, unitName, from);
        var parameter = from.Kind == SqlTypeKind.Time ? from : Parameters.Match(Parameter.Point, from)!;
        var type = SqlType.BigInt.WithNullability(from.IsNullable);
        if (unit == TimeUnitName.Epoch && from.Kind == SqlTypeKind.TimestampLtz)
        {
            return new ScalarCall([from], type, (context, columns) =>
                UnaryKernels.Run<long, long, ExtractOp>(context, columns[0], type, new(unit)));
        }
        return new ScalarCall([parameter], type, LocalTimes.Over(parameter, (context, local) =>
            UnaryKernels.Run<long, long, ExtractOp>(context, local, type, new(unit))));
    }

    static ScalarCall PlanInterval(string function, TimeUnitName unit, string unitName, SqlType from, SourceSpan span)
    {
        var type = SqlType.BigInt.WithNullability(from.IsNullable);
        var isMonths = from.Kind == SqlTypeKind.IntervalYearMonth;
        var fits = isMonths
            ? unit is TimeUnitName.Month or TimeUnitName.Quarter or TimeUnitName.Year or TimeUnitName.Decade or TimeUnitName.Century or TimeUnitName.Millennium
            : unit <= TimeUnitName.Day;
        if (!fits)
            throw FunctionErrors.UnitNotSupported(span, function, unitName, from);
        return new ScalarCall([from], type, isMonths
            ? (context, columns) => UnaryKernels.Run<int, long, ExtractMonthsOp>(context, columns[0], type, new(unit))
            : (context, columns) =>
                UnaryKernels.Run<long, long, ExtractDurationOp>(context, columns[0], type, new(unit)));
    }

    sealed class ExtractFunction : ScalarFunction
    {
        public override string Name => "EXTRACT";

        public override string Signature =>
            "EXTRACT(unit FROM datetime) -> BIGINT\nEXTRACT(unit FROM interval) -> BIGINT";

        public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
        {
            if (arguments.Length != 2 || TimeUnitNames.Find(arguments[0].Value) is not { } unit)
                return null;
            if (ExtractFunctions.Plan(Name, unit, (string)arguments[0].Value!, arguments[1], arguments[0].Span) is not { } call)
                return null;
            return new ScalarCall(
                [arguments[0].Type, call.ParameterTypes[0]], call.ReturnType, (context, columns) =>
                    call.Kernel(context, columns[1..]));
        }
    }

    sealed class ShortFunction(string name, TimeUnitName unit) : ScalarFunction
    {
        public override string Name => name;

        public override string Signature => $"{name}(datetime) -> BIGINT";

        public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments) =>
            arguments.Length == 1 && !arguments[0].Type.IsInterval
            ? ExtractFunctions.Plan(name, unit, unit.ToString().ToUpperInvariant(), arguments[0], arguments[0].Span)
            : null;
    }
}
