using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>A query whose first columns are its own, and what it is ordered by.</summary>
sealed record OrderedRows(LogicalNode Node, ValueList<SortKey> Keys, int Visible);

/// <summary>ORDER BY, OFFSET and LIMIT. What rows are ordered by is a column of the result by name or position, or, for a plain SELECT, any
/// expression that its list might hold.</summary>
sealed class OrderBinder(BindContext context)
{
    /// <summary>The sorted query.</summary>
    public LogicalNode Bind(OrderedQuery ordered)
    {
        var offset = Count(ordered.Offset, "OFFSET");
        var fetch = Count(ordered.Limit, "LIMIT");
        var bound = ordered.Query is SelectQuery select && ordered.OrderBy.Count > 0
            ? new SelectBinder(context).Bind(select, ordered.OrderBy)
            : Columns(new QueryBinder(context).Bind(ordered.Query), ordered.OrderBy);
        if (bound is not { } query || offset is null || fetch is null)
            return QueryBinder.Failed;
        var span = context.SpanOf(ordered.OrderBy.Count > 0 ? ordered.OrderBy[0] : (SyntaxNode?)ordered.Limit ?? ordered.Offset ?? (SyntaxNode)ordered);
        var sort = new LogicalSort(query.Node, query.Keys, offset.Value, ordered.Limit is null ? null : fetch) { Span = span };
        return query.Visible == sort.Schema.Count ? sort : LogicalProject.Pick(sort, Enumerable.Range(0, query.Visible));
    }

    /// <summary>Looks an item of ORDER BY up among the columns of a result: by position, or by a name that stands alone. Null if it is
    /// neither; -1 after reporting an error.</summary>
    public int? Output(OrderItem item, IReadOnlyList<string> names, Func<int, int, bool> areSame)
    {
        var span = context.SpanOf(item.Expression);
        if (item.Expression is IntegerLiteral position)
        {
            if (position.Value >= 1 && position.Value <= names.Count)
                return (int)position.Value - 1;
            context.Report(BindErrors.OrderByPosition(span, position.Value.ToString(), names.Count));
            return -1;
        }
        if (item.Expression is not NameExpression { Parts: [var name] })
            return null;
        var found = Enumerable.Range(0, names.Count).Where(i => names[i] == name.Text).ToList();
        if (found.Count == 0)
            return null;
        if (found.TrueForAll(other => areSame(found[0], other)))
            return found[0];
        context.Report(BindErrors.AmbiguousOutput(span, name.Text));
        return -1;
    }

    /// <summary>A sort key; NULL is the lowest value where nothing is written.</summary>
    public static SortKey Key(OrderItem item, int column) => new(column, item.Descending, item.NullsFirst ?? !item.Descending);

    OrderedRows? Columns(LogicalNode query, ValueList<OrderItem> items)
    {
        if (query == QueryBinder.Failed)
            return null;
        var names = query.Schema.Fields.Select(field => field.Name).ToList();
        var keys = new List<SortKey>();
        var projections = Enumerable.Range(0, names.Count).Select(i => (BoundExpression)query.Schema.Column(i)).ToList();
        var failed = false;
        foreach (var item in items)
        {
            var column = Output(item, names, (one, other) => one == other) ?? Expression(item, query, projections);
            failed |= column < 0 || !new KeyCheck(context).IsKey(projections[column].Type, "ORDER BY", context.SpanOf(item));
            keys.Add(Key(item, column));
        }
        if (failed)
            return null;
        if (projections.Count > names.Count)
        {
            var hidden = projections.Skip(names.Count).Select(expression => expression.Describe());
            query = new LogicalProject(query, [.. projections], [.. names, .. hidden]) { Span = query.Span };
        }
        return new OrderedRows(query, [.. keys], names.Count);
    }

    int Expression(OrderItem item, LogicalNode query, List<BoundExpression> projections)
    {
        var scope = Scope.Of([], query.Schema);
        var bound = new ExpressionBinder(context, scope, new Clause("ORDER BY")).Bind(item.Expression);
        if (bound is BoundError)
            return -1;
        var known = projections.IndexOf(bound);
        if (known >= 0)
            return known;
        projections.Add(bound);
        return projections.Count - 1;
    }

    // Zero where nothing is written; null after reporting an error.
    long? Count(ExpressionSyntax? syntax, string clause)
    {
        if (syntax is null)
            return 0;
        var bound = new ExpressionBinder(context, Scope.Empty, new Clause(clause)).Bind(syntax);
        if (bound is BoundError)
            return null;
        if (context.Calls.ImplicitCast(bound, SqlType.BigInt.WithNullability(bound.Type.IsNullable)) is { } cast
            && bound.Type.IsInteger && context.Folder.Fold(cast) is BoundLiteral { Value: long and >= 0 } literal)
            return (long)literal.Value!;
        context.Report(BindErrors.RowCount(bound.Span, clause));
        return null;
    }
}
