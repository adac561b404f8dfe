using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Binding;

/// <summary>Functions with OVER: first what stands for them in an expression, then the columns that they become.</summary>
sealed class OverBinder(BindContext context)
{
    /// <summary>What stands for a call, or a reported error.</summary>
    /// <param name="call">The call, with OVER.</param>
    /// <param name="expressions">Binds its operands.</param>
    /// <param name="span">Where it stands.</param>
    public BoundExpression Bind(FunctionCall call, ExpressionBinder expressions, SourceSpan span)
    {
        var name = call.Name.Last.Text.ToUpperInvariant();
        if (!expressions.Clause.AllowsWindows)
            return context.Error(BindErrors.OverNotAllowed(span, name, expressions.Clause.Name));
        if (!OverCallBinder.IsKnown(name) && !context.Planner.Functions.TryGetAggregate(name, out _))
        {
            return context.Error(context.Planner.Functions.TryGetScalar(name, out _)
                ? BindErrors.NotAWindowFunction(span, name)
                : BindErrors.UndefinedFunction(span, name, NearestName.Hint(name, OverCallBinder.Names)));
        }
        if (Window(call.Over!, expressions.Windows, []) is not { } window)
            return new BoundError { Span = span };
        var inner = expressions.InsideOver();
        var partition = inner.BindAll(window.PartitionBy);
        var order = inner.BindAll(window.OrderBy.Select(item => item.Expression));
        if ((CallFactory.ErrorAmong(partition) ?? CallFactory.ErrorAmong(order)) is not null)
            return new BoundError { Span = span };
        var keys = new KeyCheck(context);
        if (!partition.All(expression => keys.IsKey(expression, "PARTITION BY")) || !order.All(expression => keys.IsKey(expression, "ORDER BY")))
            return new BoundError { Span = span };
        if (new OverCallBinder(context, inner).Bind(call, name, window, order, span) is not var (function, arguments))
            return new BoundError { Span = span };
        return new BoundOver(function, arguments, partition, order, [.. window.OrderBy.Select(OrderBinder.Key)]) { Span = span };
    }

    /// <summary>Puts the functions of a list beside the rows that it is computed of.</summary>
    /// <returns>The rows, and the list over them.</returns>
    public static (LogicalNode Node, List<SelectOutput> Outputs) Place(LogicalNode input, List<SelectOutput> outputs)
    {
        var calls = new List<BoundOver>();
        foreach (var output in outputs)
            Collect(output.Expression, calls);
        if (calls.Count == 0)
            return (input, outputs);
        var columns = Enumerable.Range(0, input.Schema.Count).Select(i => (BoundExpression)input.Schema.Column(i)).ToList();
        var names = input.Schema.Fields.Select(field => field.Name).ToList();
        // Functions of one window stand in one node.
        var windows = calls
            .Select(call => (
                Call: call,
                Function: call.Call.MapColumns(argument => Column(call.Arguments[argument])),
                Partition: call.Partition.Map(Column),
                Order: call.Directions.Map(key => key with { Column = Column(call.Order[key.Column]) })))
            .GroupBy(placed => (placed.Partition, placed.Order))
            .ToList();
        var node = columns.Count == input.Schema.Count ? input : new LogicalProject(input, [.. columns], [.. names]) { Span = input.Span };
        var places = new Dictionary<BoundOver, int>();
        foreach (var window in windows)
        {
            foreach (var placed in window)
                places.Add(placed.Call, node.Schema.Count + window.ToList().IndexOf(placed));
            var functions = window.Select(placed => placed.Function with { Name = Name(placed.Call) });
            node = new LogicalOver(node, window.Key.Partition, window.Key.Order, [.. functions]) { Span = window.First().Call.Span };
        }
        return (node, outputs.ConvertAll(output => output with
        {
            Expression = output.Expression.RewriteDown(part => part is BoundOver over ? node.Schema.Column(places[over]) with { Span = over.Span } : null),
        }));

        // The name that the call has in the list says more than the call.
        string Name(BoundOver call) => outputs.Find(output => output.Expression.Equals(call))?.Name ?? call.Call.Name;

        int Column(BoundExpression expression)
        {
            var known = expression.IsDeterministic ? columns.IndexOf(expression) : -1;
            if (known >= 0)
                return known;
            columns.Add(expression);
            names.Add(expression.Describe());
            return columns.Count - 1;
        }
    }

    static void Collect(BoundExpression expression, List<BoundOver> calls)
    {
        if (expression is BoundOver over && !calls.Contains(over))
            calls.Add(over);
        foreach (var child in expression.Children)
            Collect(child, calls);
    }

    // A window by its name, or one that is written, with what it takes of the one that it names.
    WindowSpecification? Window(OverSyntax over, ValueList<NamedWindow> windows, HashSet<string> seen)
    {
        if (over is WindowReference reference)
            return Named(reference.Name, windows, seen);
        var window = (WindowSpecification)over;
        if (window.Base is null)
            return window;
        if (Named(window.Base, windows, seen) is not { } named)
            return null;
        var span = context.SpanOf(window.Base);
        if (window.PartitionBy.Count > 0)
            return Fail(BindErrors.WindowOverridden(span, window.Base.Text, "PARTITION BY"));
        if (window.OrderBy.Count > 0 && named.OrderBy.Count > 0)
            return Fail(BindErrors.WindowOverridden(span, window.Base.Text, "ORDER BY"));
        if (named.Frame is not null)
            return Fail(BindErrors.WindowOverridden(span, window.Base.Text, "frame"));
        return window with { Base = null, PartitionBy = named.PartitionBy, OrderBy = named.OrderBy.Count > 0 ? named.OrderBy : window.OrderBy };
    }

    WindowSpecification? Named(Identifier name, ValueList<NamedWindow> windows, HashSet<string> seen)
    {
        var found = windows.FirstOrDefault(window => window.Name.Text == name.Text);
        if (found is not null)
            return seen.Add(name.Text) ? Window(found.Specification, windows, seen) : Fail(BindErrors.CircularWindow(context.SpanOf(name), name.Text));
        return Fail(BindErrors.UndefinedWindow(context.SpanOf(name), name.Text, NearestName.Hint(name.Text, windows.Select(window => window.Name.Text))));
    }

    WindowSpecification? Fail(Diagnostic error)
    {
        context.Report(error);
        return null;
    }
}
