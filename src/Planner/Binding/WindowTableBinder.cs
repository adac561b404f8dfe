using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>Window table functions: TUMBLE(TABLE t, DESCRIPTOR(ts), size [, offset]), with positions or
/// names.</summary>
sealed class WindowTableBinder(BindContext context)
{
    const long MicrosPerMilli = 1_000;

    static readonly string[] s_tumbleParameters = ["DATA", "TIMECOL", "SIZE", "OFFSET"];

    /// <summary>The node of the call, or the one for errors.</summary>
    public LogicalNode Bind(FunctionCall call, SourceSpan span)
    {
        var name = call.Name.Last.Text.ToUpperInvariant();
        if (name is "HOP" or "CUMULATE" or "SESSION")
            return Fail(BindErrors.NotSupported(span, $"window table function {name}"));
        if (name != "TUMBLE" || call.Name.Parts.Count > 1)
        {
            return Fail(context.Planner.Functions.TryGetScalar(name, out _)
                ? BindErrors.NotATableFunction(span, name)
                : BindErrors.UndefinedFunction(
                    span, call.Name.ToString(), NearestName.Hint(name, ["TUMBLE", "HOP", "CUMULATE", "SESSION"])));
        }
        return Arguments(call, span) is { } arguments ? Tumble(arguments, span) : QueryBinder.Failed;
    }

    // The arguments in the order of the parameters; an absent one is null.
    ExpressionSyntax?[]? Arguments(FunctionCall call, SourceSpan span)
    {
        var values = new ExpressionSyntax?[s_tumbleParameters.Length];
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            var argument = call.Arguments[i];
            var position = argument.Name is null ? i : Array.IndexOf(s_tumbleParameters, argument.Name.Text.ToUpperInvariant());
            if (position < 0 || position >= values.Length)
            {
                context.Report(argument.Name is null
                    ? BindErrors.WindowArguments(span)
                    : BindErrors.WindowParameter(context.SpanOf(argument.Name), argument.Name.Text, s_tumbleParameters));
                return null;
            }
            if (values[position] is not null)
            {
                context.Report(BindErrors.DuplicateAlias(context.SpanOf(argument), s_tumbleParameters[position]));
                return null;
            }
            values[position] = argument.Value;
        }
        if (values[0] is not null && values[1] is not null && values[2] is not null)
            return values;
        context.Report(BindErrors.WindowArguments(span));
        return null;
    }

    LogicalNode Tumble(ExpressionSyntax?[] arguments, SourceSpan span)
    {
        if (arguments[0] is not TableArgumentExpression table)
            return Fail(BindErrors.WindowArguments(context.SpanOf(arguments[0]!)));
        if (table.PartitionBy.Count > 0)
            return Fail(BindErrors.NotSupported(context.SpanOf(table.PartitionBy[0]), "PARTITION BY in TUMBLE"));
        if (table.OrderBy.Count > 0)
            return Fail(BindErrors.NotSupported(context.SpanOf(table.OrderBy[0]), "ORDER BY in TUMBLE"));
        var (input, scope) = new TableBinder(context).Bind(table.Table);
        if (input == QueryBinder.Failed)
            return input;
        var timeColumn = TimeColumn(arguments[1]!, input, scope);
        var size = Interval(arguments[2]!, "SIZE", isPositive: true);
        var offset = arguments[3] is null ? 0L : Interval(arguments[3]!, "OFFSET", isPositive: false);
        if (timeColumn is null || size is null || offset is null)
            return QueryBinder.Failed;
        input = Named(input, scope);
        var shift = ((offset.Value % size.Value) + size.Value) % size.Value;
        return new LogicalWindowTable(input, new TumbleSpec(timeColumn.Value, size.Value, shift)) { Span = span };
    }

    // The window columns come after columns by the names that the alias of the argument gives.
    static LogicalNode Named(LogicalNode input, Scope scope)
    {
        var names = scope.Tables[0].Columns.Fields.Map(field => field.Name);
        if (names == input.Schema.Fields.Map(field => field.Name))
            return input;
        var columns = Enumerable.Range(0, names.Count).Select(i => (BoundExpression)input.Schema.Column(i));
        return new LogicalProject(input, [.. columns], names) { Span = input.Span };
    }

    int? TimeColumn(ExpressionSyntax argument, LogicalNode input, Scope scope)
    {
        var span = context.SpanOf(argument);
        if (argument is not DescriptorExpression { Columns.Count: 1 } descriptor)
        {
            context.Report(BindErrors.Descriptor(span));
            return null;
        }
        var name = new NameExpression(descriptor.Columns) { Span = descriptor.Columns[0].Span };
        if (new NameBinder(context, scope, new Clause("DESCRIPTOR")).Bind(name) is not BoundColumn column)
            return null;
        var rowtimes = TimeAttributes.Rowtimes(input);
        if (!rowtimes.Contains(column.Index))
        {
            context.Report(BindErrors.NotARowtime(
                column.Span, column.Name, [.. rowtimes.Select(index => scope.Tables[0].Columns[index].Name)]));
            return null;
        }
        if (column.Type.Kind == SqlTypeKind.TimestampLtz && !IsUtc(context.Planner.Session.TimeZone))
        {
            context.Report(BindErrors.NotSupported(
                column.Span, $"window over TIMESTAMP_LTZ in time zone {context.Planner.Session.TimeZone.Id}",
                "SET 'table.local-time-zone' = 'UTC', or use a TIMESTAMP column."));
            return null;
        }
        return column.Index;
    }

    static bool IsUtc(TimeZoneInfo zone) => zone.BaseUtcOffset == TimeSpan.Zero && !zone.SupportsDaylightSavingTime;

    long? Interval(ExpressionSyntax argument, string parameter, bool isPositive)
    {
        var bound = new ExpressionBinder(context, Scope.Empty, new Clause("TUMBLE")).Bind(argument);
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

    LogicalNode Fail(Diagnostic error)
    {
        context.Report(error);
        return QueryBinder.Failed;
    }
}
