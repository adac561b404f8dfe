using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Binding;

/// <summary>What windows are made of, whichever way they are written: a time and lengths.</summary>
sealed class WindowArguments(BindContext context)
{
    const long MicrosPerMilli = 1_000;

    /// <summary>An input over whose column windows can be made, or null after reporting that none can. A column that is PROCTIME() becomes the rowtime.</summary>
    /// <param name="column">The column.</param>
    /// <param name="input">What it is a column of.</param>
    /// <param name="nameOf">The names of the input's columns, for messages.</param>
    public LogicalNode? Timed(BoundColumn column, LogicalNode input, Func<int, string> nameOf)
    {
        var rowtimes = TimeAttributes.Rowtimes(input);
        var isProctime = ProcessingTime.IsColumn(input, column.Index);
        if (!isProctime && !rowtimes.Contains(column.Index))
        {
            context.Report(BindErrors.NotARowtime(column.Span, column.Name, [.. rowtimes.Select(nameOf)]));
            return null;
        }
        if (column.Type.Kind == SqlTypeKind.TimestampLtz && !IsUtc(context.Planner.Session.TimeZone))
        {
            context.Report(BindErrors.NotSupported(
                column.Span, $"window over {(isProctime ? "PROCTIME()" : "TIMESTAMP_LTZ")} in time zone {context.Planner.Session.TimeZone.Id}",
                isProctime ? "SET 'table.local-time-zone' = 'UTC'." : "SET 'table.local-time-zone' = 'UTC', or use a TIMESTAMP column."));
            return null;
        }
        return isProctime ? new LogicalProctime(input, column.Index) { Span = column.Span } : input;
    }

    /// <summary>A length in microseconds, or null after reporting what is wrong with it.</summary>
    public long? Interval(string function, ExpressionSyntax argument, string parameter, bool isPositive)
    {
        var bound = new ExpressionBinder(context, Scope.Empty, new Clause(function)).Bind(argument);
        if (bound is BoundError)
            return null;
        if (bound.Type.Kind == SqlTypeKind.IntervalYearMonth)
        {
            context.Report(BindErrors.NotSupported(bound.Span, "window of months or years", "Use an interval of days or less."));
            return null;
        }
        if (bound.Type.Kind != SqlTypeKind.IntervalDaySecond || context.Folder.Fold(bound) is not BoundLiteral { Value: long micros })
        {
            context.Report(BindErrors.WindowInterval(bound.Span, parameter));
            return null;
        }
        if ((isPositive && micros <= 0) || micros % MicrosPerMilli != 0)
        {
            context.Report(BindErrors.WindowIntervalValue(bound.Span, parameter, isPositive));
            return null;
        }
        return micros;
    }

    static bool IsUtc(TimeZoneInfo zone) => zone.BaseUtcOffset == TimeSpan.Zero && !zone.SupportsDaylightSavingTime;
}
