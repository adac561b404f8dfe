using System.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>A column of a SELECT list.</summary>
sealed record SelectOutput(BoundExpression Expression, string Name);

/// <summary>SELECT: FROM, WHERE, GROUP BY, HAVING, the list, DISTINCT, in that order.</summary>
sealed class SelectBinder(BindContext context)
{
    /// <summary>The node of a SELECT.</summary>
    public LogicalNode Bind(SelectQuery select) => Bind(select, [])?.Node ?? QueryBinder.Failed;

    /// <summary>The node of a SELECT with what it is ordered by, which may be columns after those of its list; null if it is in
    /// error.</summary>
    public OrderedRows? Bind(SelectQuery select, ValueList<OrderItem> orderBy)
    {
        var (ttls, lookups) = new QueryHints(context).Read(select);
        var hinted = context.WithHints(ttls, lookups);
        return ReferenceEquals(hinted, context) ? BindHinted(select, orderBy) : new SelectBinder(hinted).BindHinted(select, orderBy);
    }

    OrderedRows? BindHinted(SelectQuery select, ValueList<OrderItem> orderBy)
    {
        ReportUnsupported(select);
        var (input, scope) = select.From is null
            ? (LogicalValues.OneRow, Scope.Empty)
            : new TableBinder(context).Bind(select.From);
        var aliases = Aliases(select);
        if (select.Where is not null)
            input = Where(select.Where, input, scope, aliases);
        if (!new GroupWindowBinder(context).TryFind(select.GroupBy, input, scope, out var window))
            return null;
        var groups = new GroupBinder(context, window).Bind(select.GroupBy, scope, aliases);
        if (groups is { HasSets: true })
        {
            // What is not in every set is NULL in some groups, and the list must know.
            scope = scope.WithNullable(groups.LeftOutColumns());
            groups = new GroupBinder(context, window).Bind(select.GroupBy, scope, aliases);
        }
        var outputs = Outputs(select, scope, window);
        var visible = outputs.Count;
        var keys = Order(select, orderBy, outputs, scope, window);
        var having = select.Having is null
            ? null
            : new ExpressionBinder(context, scope, new Clause("HAVING", AllowsAggregates: true) { HiddenAliases = aliases, Window = window }) { AllowsSubqueries = true }
                .BindCondition(select.Having, "HAVING");
        if (input == QueryBinder.Failed || keys is null || groups is null || having is BoundError
            || outputs.Exists(output => output.Expression is BoundError))
            return null;
        var isGrouped = select.GroupBy.Count > 0 || having is not null || outputs.Any(output => HasAggregate(output.Expression));
        if (isGrouped)
        {
            if (Grouped(select, new GroupedQuery(input, groups, outputs, having), window, Ttl(scope)) is not { } grouped)
                return null;
            (input, outputs) = (grouped.Node, grouped.Outputs);
        }
        var errors = context.ErrorCount;
        var joined = new SubqueryInput(input);
        var placer = new SubqueryPlacer(context, joined);
        outputs = outputs.ConvertAll(output => output with { Expression = placer.Place(output.Expression) });
        if (context.ErrorCount > errors)
            return null;
        input = joined.Node;
        (input, outputs) = OverBinder.Place(input, outputs);
        LogicalNode result = new LogicalProject(
            input, [.. outputs.Select(output => output.Expression)], [.. outputs.Select(output => output.Name)])
        {
            Span = context.SpanOf(select),
        };
        if (select.Distinct && !new KeyCheck(context).AreKeys(result, "SELECT DISTINCT"))
            return null;
        return new OrderedRows(select.Distinct ? SetOperationBinder.Distinct(result) : result, [.. keys], visible);
    }

    // The groups that HAVING keeps, and the list over them.
    (LogicalNode Node, List<SelectOutput> Outputs)? Grouped(SelectQuery select, GroupedQuery? query, GroupWindow? window, TimeSpan? ttl)
    {
        query = query!.WithSubqueriesBelow(context, window);
        if (query is null)
            return null;
        var (input, groups, outputs, having) = query;
        if (window is not null)
        {
            if (new GroupWindowBinder(context).Apply(window, groups) is not var (windowed, move))
                return null;
            input = windowed;
            groups = groups with { Keys = groups.Keys.ConvertAll(key => move(key)) };
            outputs = outputs.ConvertAll(output => output with { Expression = move(output.Expression) });
            having = having is null ? null : move(having);
        }
        if (new AggregateBinder(context, groups).Bind(input, outputs, having, context.SpanOf(select), ttl) is not var (node, lifted, condition))
            return null;
        return condition is null ? (node, lifted) : SubqueryPlacer.Keep(context, node, condition) is { } kept ? (kept, lifted) : null;
    }

    // What is not in the list comes after it.
    List<SortKey>? Order(SelectQuery select, ValueList<OrderItem> items, List<SelectOutput> outputs, Scope scope, GroupWindow? window)
    {
        var keys = new List<SortKey>();
        var order = new OrderBinder(context);
        var binder = new ExpressionBinder(context, scope, new Clause("ORDER BY", AllowsAggregates: true, AllowsWindows: true) { Window = window }) { AllowsSubqueries = true, Windows = select.Windows };
        var names = outputs.ConvertAll(output => output.Name);
        var failed = false;
        foreach (var item in items)
        {
            var column = order.Output(item, names, (one, other) => outputs[one].Expression.Equals(outputs[other].Expression))
                ?? Expression(item, binder.Bind(item.Expression));
            failed |= column < 0 || (outputs[column].Expression is not BoundError
                && !new KeyCheck(context).IsKey(outputs[column].Expression.Type, "ORDER BY", context.SpanOf(item)));
            keys.Add(OrderBinder.Key(item, column));
        }
        return failed ? null : keys;

        int Expression(OrderItem item, BoundExpression bound)
        {
            if (bound is BoundError)
                return -1;
            var known = outputs.FindIndex(output => output.Expression.Equals(bound));
            if (known >= 0)
                return known;
            if (select.Distinct)
            {
                context.Report(BindErrors.OrderOfDistinct(context.SpanOf(item)));
                return -1;
            }
            outputs.Add(new SelectOutput(bound, bound.Describe()));
            return outputs.Count - 1;
        }
    }

    // Of one table; that of a join is said of its sides.
    TimeSpan? Ttl(Scope scope) =>
        scope.Tables.Count == 1 && context.StateTtls.TryGetValue(scope.Tables[0].Name, out var ttl) ? ttl : null;

    static bool HasAggregate(BoundExpression expression) => expression.Contains(node => node is BoundAggregateCall or BoundGrouping);

    // What stands directly for a column is no alias that anyone could miss.
    static HashSet<string> Aliases(SelectQuery select) => [.. select.Items
        .OfType<ExpressionItem>()
        .Where(item => item.Alias is not null)
        .Select(item => item.Alias!.Text)];

    void ReportUnsupported(SelectQuery select)
    {
        if (select.Qualify is not null)
            context.Report(BindErrors.NotSupported(context.SpanOf(select.Qualify), "QUALIFY"));
    }

    LogicalNode Where(ExpressionSyntax where, LogicalNode input, Scope scope, HashSet<string> aliases)
    {
        var errors = context.ErrorCount;
        var condition = new ExpressionBinder(context, scope, new Clause("WHERE") { HiddenAliases = aliases }) { AllowsSubqueries = true }.BindCondition(where, "WHERE");
        return input == QueryBinder.Failed || condition is BoundError || context.ErrorCount > errors
            ? QueryBinder.Failed
            : SubqueryPlacer.Keep(context, input, condition) ?? QueryBinder.Failed;
    }

    List<SelectOutput> Outputs(SelectQuery select, Scope scope, GroupWindow? window)
    {
        var binder = new ExpressionBinder(context, scope, new Clause("SELECT", AllowsAggregates: true, AllowsWindows: true) { Window = window }) { AllowsSubqueries = true, Windows = select.Windows };
        var outputs = new List<SelectOutput>();
        foreach (var item in select.Items)
        {
            switch (item)
            {
                case StarItem star:
                    outputs.AddRange(Star(star, scope));
                    break;
                case ExpressionItem expression:
                    var bound = binder.Bind(expression.Expression);
                    outputs.Add(new SelectOutput(bound, Name(expression, outputs.Count)));
                    break;
                default:
                    throw new UnreachableException($"select item {item.GetType().Name} has no binding");
            }
        }
        return outputs;
    }

    static string Name(ExpressionItem item, int position) => item switch
    {
        { Alias: { } alias } => alias.Text,
        { Expression: NameExpression name } => name.Parts[^1].Text,
        { Expression: FieldAccessExpression access } => access.Field.Text,
        _ => $"EXPR${position}",
    };

    IEnumerable<SelectOutput> Star(StarItem star, Scope scope)
    {
        var span = context.SpanOf(star);
        if (scope.IsUnknown)
            return [new SelectOutput(new BoundError { Span = span }, "*")];
        var tables = star.Qualifier is null ? scope.Tables : [.. scope.FindTable(star.Qualifier.Parts)];
        // What names no table may name a row.
        if (tables.IsEmpty && star.Qualifier is { } qualifier
            && new NameBinder(context, scope, new Clause("SELECT")).Expand(new NameExpression(qualifier.Parts) { Span = star.Span }) is { } fields)
            return fields.Select(field => new SelectOutput(field.Expression, field.Name));
        if (tables.IsEmpty)
        {
            var error = star.Qualifier is null
                ? BindErrors.StarWithoutFrom(span)
                : BindErrors.MissingTable(span, star.Qualifier.ToString(), scope.TableHint(star.Qualifier.Last.Text));
            return [new SelectOutput(context.Error(error), "*")];
        }
        var isQualified = star.Qualifier is not null;
        return tables.SelectMany(table => table.Columns.Fields
            .Select((field, i) => new SelectOutput(new BoundColumn(table.Offset + i, field.Type, field.Name) { Span = span }, field.Name))
            .Where(output => isQualified || !table.Hidden.Contains(output.Name)));
    }
}
