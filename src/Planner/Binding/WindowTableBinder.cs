using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>Window table functions, with positions or names: TUMBLE(TABLE t, DESCRIPTOR(ts), size [, offset]), HOP with slide and size,
/// CUMULATE with step and size.</summary>
sealed class WindowTableBinder(BindContext context)
{
    const long MicrosPerMilli = 1_000;

    static readonly Dictionary<string, string[]> s_parameters = new()
    {
        ["TUMBLE"] = ["DATA", "TIMECOL", "SIZE", "OFFSET"],
        ["HOP"] = ["DATA", "TIMECOL", "SLIDE", "SIZE", "OFFSET"],
        ["CUMULATE"] = ["DATA", "TIMECOL", "STEP", "SIZE", "OFFSET"],
    };

    /// <summary>True for the names of window table functions.</summary>
    public static bool IsWindow(FunctionCall call)
    {
        var name = call.Name.Last.Text.ToUpperInvariant();
        return name == "SESSION" || s_parameters.ContainsKey(name);
    }

    /// <summary>The node of the call, or the one for errors.</summary>
    public LogicalNode Bind(FunctionCall call, SourceSpan span)
    {
        var name = call.Name.Last.Text.ToUpperInvariant();
        if (name == "SESSION")
            return Fail(BindErrors.NotSupported(span, $"window table function {name}"));
        if (call.Name.Parts.Count > 1 || !s_parameters.TryGetValue(name, out var parameters))
        {
            return Fail(context.Planner.Functions.TryGetScalar(name, out _)
                ? BindErrors.NotATableFunction(span, name)
                : BindErrors.UndefinedFunction(
                    span, call.Name.ToString(), NearestName.Hint(name, ["TUMBLE", "HOP", "CUMULATE", "SESSION"])));
        }
        return Arguments(call, name, parameters, span) is { } arguments ? Window(name, parameters, arguments, span) : QueryBinder.Failed;
    }

    // The arguments in the order of the parameters; an absent one is null.
    ExpressionSyntax?[]? Arguments(FunctionCall call, string name, string[] parameters, SourceSpan span)
    {
        var values = new ExpressionSyntax?[parameters.Length];
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            var argument = call.Arguments[i];
            var position = argument.Name is null ? i : Array.IndexOf(parameters, argument.Name.Text.ToUpperInvariant());
            if (position < 0 || position >= values.Length)
            {
                context.Report(argument.Name is null
                    ? BindErrors.WindowArguments(span, name)
                    : BindErrors.WindowParameter(context.SpanOf(argument.Name), name, argument.Name.Text, parameters));
                return null;
            }
            if (values[position] is not null)
            {
                context.Report(BindErrors.DuplicateAlias(context.SpanOf(argument), parameters[position]));
                return null;
            }
            values[position] = argument.Value;
        }
        // All but the offset must be there.
        if (!values.AsSpan(0, values.Length - 1).Contains(null))
            return values;
        context.Report(BindErrors.WindowArguments(span, name));
        return null;
    }

    LogicalNode Window(string name, string[] parameters, ExpressionSyntax?[] arguments, SourceSpan span)
    {
        if (arguments[0] is not TableArgumentExpression table)
            return Fail(BindErrors.WindowArguments(context.SpanOf(arguments[0]!), name));
        if (table.PartitionBy.Count > 0)
            return Fail(BindErrors.NotSupported(context.SpanOf(table.PartitionBy[0]), $"PARTITION BY in {name}"));
        if (table.OrderBy.Count > 0)
            return Fail(BindErrors.NotSupported(context.SpanOf(table.OrderBy[0]), $"ORDER BY in {name}"));
        var (input, scope) = new TableBinder(context).Bind(table.Table);
        if (input == QueryBinder.Failed)
            return input;
        var timeColumn = TimeColumn(arguments[1]!, input, scope);
        var lengths = new long?[parameters.Length];
        for (var i = 2; i < parameters.Length; i++)
            lengths[i] = arguments[i] is { } length ? Interval(name, length, parameters[i], isPositive: i < parameters.Length - 1) : 0;
        if (timeColumn is not { } time || lengths.AsSpan(2).Contains(null))
            return QueryBinder.Failed;
        var size = lengths[^2]!.Value;
        var shift = lengths[^1]!.Value;
        WindowSpec window = name switch
        {
            "TUMBLE" => new TumbleSpec(time, size, FloorModulo(shift, size)),
            "HOP" => new HopSpec(time, lengths[2]!.Value, size, FloorModulo(shift, lengths[2]!.Value)),
            _ => new CumulateSpec(time, lengths[2]!.Value, size, FloorModulo(shift, size)),
        };
        if (window is CumulateSpec { StepMicros: var step } && step > size)
            return Fail(BindErrors.StepLongerThanWindow(context.SpanOf(arguments[2]!)));
        return new LogicalWindowTable(Named(input, scope), window) { Span = span };
    }

    static long FloorModulo(long value, long divisor) => ((value % divisor) + divisor) % divisor;

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

    long? Interval(string name, ExpressionSyntax argument, string parameter, bool isPositive)
    {
        var bound = new ExpressionBinder(context, Scope.Empty, new Clause(name)).Bind(argument);
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
