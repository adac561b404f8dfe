using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>Window table functions, with positions or names: TUMBLE(TABLE t, DESCRIPTOR(ts), size [, offset]), HOP with slide and size,
/// CUMULATE with step and size, SESSION(TABLE t [PARTITION BY k, ...], DESCRIPTOR(ts), gap).</summary>
sealed class WindowTableBinder(BindContext context)
{
    static readonly Dictionary<string, string[]> s_parameters = new()
    {
        ["TUMBLE"] = ["DATA", "TIMECOL", "SIZE", "OFFSET"],
        ["HOP"] = ["DATA", "TIMECOL", "SLIDE", "SIZE", "OFFSET"],
        ["CUMULATE"] = ["DATA", "TIMECOL", "STEP", "SIZE", "OFFSET"],
        ["SESSION"] = ["DATA", "TIMECOL", "GAP"],
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
        if (call.Name.Parts.Count > 1 || !s_parameters.TryGetValue(name, out var parameters))
            return Fail(CorrelateErrors.UndefinedFunction(span, call.Name.ToString(), null));
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
        if (!values.AsSpan(0, RequiredCount(parameters)).Contains(null))
            return values;
        context.Report(BindErrors.WindowArguments(span, name));
        return null;
    }

    // All but the offset must be there.
    static int RequiredCount(string[] parameters) => parameters[^1] == "OFFSET" ? parameters.Length - 1 : parameters.Length;

    LogicalNode Window(string name, string[] parameters, ExpressionSyntax?[] arguments, SourceSpan span)
    {
        if (arguments[0] is not TableArgumentExpression table)
            return Fail(BindErrors.WindowArguments(context.SpanOf(arguments[0]!), name));
        if (table.PartitionBy.Count > 0 && name != "SESSION")
            return Fail(BindErrors.NotSupported(context.SpanOf(table.PartitionBy[0]), $"PARTITION BY in {name}"));
        if (table.OrderBy.Count > 0)
            return Fail(BindErrors.NotSupported(context.SpanOf(table.OrderBy[0]), $"ORDER BY in {name}"));
        var (input, scope) = new TableBinder(context).Bind(table.Table);
        if (input == QueryBinder.Failed)
            return input;
        var timed = Timed(arguments[1]!, input, scope);
        var required = RequiredCount(parameters);
        var lengths = new long?[parameters.Length];
        for (var i = 2; i < parameters.Length; i++)
            lengths[i] = arguments[i] is { } length ? new WindowArguments(context).Interval(name, length, parameters[i], isPositive: i < required) : 0;
        var partitionKeys = PartitionKeys(table, scope);
        if (timed is not (var rows, var time) || lengths.AsSpan(2).Contains(null) || partitionKeys is null)
            return QueryBinder.Failed;
        if (name == "SESSION")
            return new LogicalWindowTable(Named(rows, scope), new SessionSpec(time, lengths[2]!.Value), [.. partitionKeys]) { Span = span };
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
        return new LogicalWindowTable(Named(rows, scope), window) { Span = span };
    }

    // Null after reporting what is wrong with them.
    List<int>? PartitionKeys(TableArgumentExpression table, Scope scope)
    {
        var keys = new List<int>();
        var failed = false;
        foreach (var expression in table.PartitionBy)
        {
            var bound = new ExpressionBinder(context, scope, new Clause("PARTITION BY")).Bind(expression);
            if (bound is BoundColumn column && new KeyCheck(context).IsKey(column, "PARTITION BY"))
            {
                if (!keys.Contains(column.Index))
                    keys.Add(column.Index);
                continue;
            }
            failed = true;
            if (bound is not (BoundError or BoundColumn))
                context.Report(BindErrors.PartitionColumn(bound.Span));
        }
        return failed ? null : keys;
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

    (LogicalNode Rows, int Time)? Timed(ExpressionSyntax argument, LogicalNode input, Scope scope)
    {
        var span = context.SpanOf(argument);
        if (argument is not DescriptorExpression { Columns.Count: 1 } descriptor)
        {
            context.Report(BindErrors.Descriptor(span));
            return null;
        }
        var name = new NameExpression(descriptor.Columns) { Span = descriptor.Columns[0].Span };
        // A column of a query around is none of the table.
        if (new NameBinder(context.WithoutOuter(), scope, new Clause("DESCRIPTOR")).Bind(name) is not BoundColumn column)
            return null;
        return new WindowArguments(context).Timed(column, input, index => scope.Tables[0].Columns[index].Name) is { } rows ? (rows, column.Index) : null;
    }

    LogicalNode Fail(Diagnostic error)
    {
        context.Report(error);
        return QueryBinder.Failed;
    }
}
