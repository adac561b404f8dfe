using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>A window function among the keys of GROUP BY: <c>TUMBLE(ts, INTERVAL '1' HOUR)</c>.</summary>
/// <param name="Call">The call.</param>
/// <param name="Input">The rows that are grouped.</param>
/// <param name="Scope">Their names.</param>
/// <param name="Window">The windows.</param>
sealed record GroupWindow(FunctionCall Call, LogicalNode Input, Scope Scope, WindowSpec Window)
{
    /// <summary>The columns that tell of the window, behind those of the input.</summary>
    public ValueList<BoundColumn> Keys { get; } = [.. WindowColumns.Properties(Input.Schema[Window.TimeColumn].Type)
        .Select((property, i) => new BoundColumn(Input.Schema.Count + i, property.Type, property.Name))];

    /// <summary>The name of the function.</summary>
    public string Function => Call.Name.Last.Text.ToUpperInvariant();
}

/// <summary>The older spelling of windows: TUMBLE, HOP and SESSION in GROUP BY, and TUMBLE_START and the like beside them. They become the
/// windows of the table functions.</summary>
sealed class GroupWindowBinder(BindContext context)
{
    static readonly Dictionary<string, string[]> s_lengths = new()
    {
        ["TUMBLE"] = ["SIZE"],
        ["HOP"] = ["SLIDE", "SIZE"],
        ["SESSION"] = ["GAP"],
    };

    /// <summary>True for the name of a window, or of a function that tells of one, in upper case.</summary>
    public static bool IsGroupWindow(string upper) => s_lengths.ContainsKey(upper) || KindOf(upper) is not null;

    /// <summary>Finds the window by which GROUP BY groups.</summary>
    /// <returns>False after reporting what is wrong with it; the window is null where there is none.</returns>
    public bool TryFind(ValueList<GroupItem> items, LogicalNode input, Scope scope, out GroupWindow? window)
    {
        window = null;
        foreach (var item in items)
        {
            if (item is not GroupExpression { Expression: FunctionCall { Name.Parts.Count: 1 } call } || !s_lengths.ContainsKey(call.Name.Last.Text.ToUpperInvariant()))
                continue;
            if (window is not null)
            {
                context.Report(BindErrors.SecondGroupWindow(context.SpanOf(call)));
                return false;
            }
            if (input == QueryBinder.Failed || Spec(call, input, scope) is not var (rows, spec))
                return false;
            window = new GroupWindow(call, rows, scope, spec);
        }
        return true;
    }

    /// <summary>A call of TUMBLE_START or the like, or of a window outside of GROUP BY.</summary>
    public BoundExpression Bind(FunctionCall call, string upper, SourceSpan span, GroupWindow? window)
    {
        if (KindOf(upper) is not { } kind)
            return context.Error(BindErrors.GroupWindowElsewhere(span, upper));
        var function = upper[..upper.IndexOf('_', StringComparison.Ordinal)];
        if (window is null)
            return context.Error(BindErrors.WithoutGroupWindow(span, upper, function));
        if (Spec(call, window.Input, window.Scope) is not var (_, spec))
            return new BoundError { Span = span };
        if (function != window.Function || spec != window.Window)
            return context.Error(BindErrors.OtherGroupWindow(span, upper, window.Window.Describe(window.Input.Schema)));
        var isProctime = window.Input is LogicalProctime;
        if (upper.EndsWith(isProctime ? "_ROWTIME" : "_PROCTIME", StringComparison.Ordinal))
            return context.Error(BindErrors.OtherTimeOfWindow(span, upper, function, isProctime));
        return window.Keys[(int)kind] with { Span = span };
    }

    /// <summary>Gives the rows their windows. Sessions are made of rows that are equal in the other keys: keys that are computed become columns
    /// before the windows.</summary>
    /// <returns>The rows, and what expressions over the rows without windows become.</returns>
    public (LogicalNode Node, Func<BoundExpression, BoundExpression> Move)? Apply(GroupWindow window, GroupKeys groups)
    {
        var span = context.SpanOf(window.Call);
        var input = window.Input;
        if (window.Window is not SessionSpec)
            return (new LogicalWindowTable(input, window.Window) { Span = span }, expression => expression);
        if (groups.HasSets)
        {
            context.Report(BindErrors.NotSupported(span, "SESSION beside grouping sets"));
            return null;
        }
        var width = input.Schema.Count;
        var keys = groups.Keys.Where(key => key is not BoundColumn column || column.Index < width).ToList();
        var computed = keys.Where(key => key is not BoundColumn).ToList();
        if (computed.Count > 0)
        {
            input = new LogicalProject(
                input,
                [.. Enumerable.Range(0, width).Select(i => (BoundExpression)input.Schema.Column(i)), .. computed],
                [.. input.Schema.Fields.Select(field => field.Name), .. computed.Select(key => key.Describe())])
            { Span = span };
        }
        ValueList<int> partition = [.. keys.Select(Move).Cast<BoundColumn>().Select(column => column.Index)];
        return (new LogicalWindowTable(input, window.Window, partition) { Span = span }, Move);

        BoundExpression Move(BoundExpression expression) => expression.RewriteDown(node =>
        {
            var key = computed.IndexOf(node);
            if (key >= 0)
                return new BoundColumn(width + key, node.Type, node.Describe()) { Span = node.Span };
            return node is BoundColumn column && column.Index >= width ? column with { Index = column.Index + computed.Count } : null;
        });
    }

    static WindowPropertyKind? KindOf(string upper)
    {
        var underscore = upper.IndexOf('_', StringComparison.Ordinal);
        if (underscore < 0 || !s_lengths.ContainsKey(upper[..underscore]))
            return null;
        return upper[(underscore + 1)..] switch
        {
            "START" => WindowPropertyKind.Start,
            "END" => WindowPropertyKind.End,
            "ROWTIME" or "PROCTIME" => WindowPropertyKind.Time,
            _ => null,
        };
    }

    (LogicalNode Rows, WindowSpec Window)? Spec(FunctionCall call, LogicalNode input, Scope scope)
    {
        var upper = call.Name.Last.Text.ToUpperInvariant();
        var function = s_lengths.ContainsKey(upper) ? upper : upper[..upper.IndexOf('_', StringComparison.Ordinal)];
        var parameters = s_lengths[function];
        if (call.Arguments.Count != parameters.Length + 1 || call.Arguments.Any(argument => argument.Name is not null))
        {
            context.Report(BindErrors.GroupWindowArguments(context.SpanOf(call), upper, parameters.Length));
            return null;
        }
        var bound = new ExpressionBinder(context, scope, new Clause(upper)).Bind(call.Arguments[0].Value);
        if (bound is BoundError)
            return null;
        if (bound is not BoundColumn column)
        {
            context.Report(BindErrors.GroupWindowTime(bound.Span, upper));
            return null;
        }
        var arguments = new WindowArguments(context);
        var rows = arguments.Timed(column, input, index => input.Schema[index].Name);
        var lengths = parameters.Select((parameter, i) => arguments.Interval(upper, call.Arguments[i + 1].Value, parameter, isPositive: true)).ToList();
        if (rows is null || lengths.Contains(null))
            return null;
        return (rows, Window(function, column.Index, lengths));
    }

    static WindowSpec Window(string function, int index, List<long?> lengths) => function switch
    {
        "TUMBLE" => new TumbleSpec(index, lengths[0]!.Value, 0),
        "HOP" => new HopSpec(index, lengths[0]!.Value, lengths[1]!.Value, 0),
        _ => new SessionSpec(index, lengths[0]!.Value),
    };
}
