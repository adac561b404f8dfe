using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Binding;

/// <summary>The columns of queries around a sub-query, in its nodes and expressions.</summary>
static class OuterColumns
{
    /// <summary>True if something in it is a column of the query directly around.</summary>
    public static bool IsCorrelated(LogicalNode node) => node.Expressions.Any(IsOuter) || node.Children.Any(IsCorrelated);

    /// <summary>True if something in it is a column of any query around.</summary>
    public static bool HasAny(LogicalNode node) =>
        node.Expressions.Any(expression => expression.Contains(part => part is BoundOuterColumn)) || node.Children.Any(HasAny);

    /// <summary>True if something in it is a column of the query directly around.</summary>
    public static bool IsOuter(BoundExpression expression) => expression.Contains(node => node is BoundOuterColumn { Level: 1 });

    /// <summary>The columns of the query directly around, each once, in the order in which they stand.</summary>
    public static List<BoundOuterColumn> Of(IEnumerable<BoundExpression> expressions)
    {
        var found = new List<BoundOuterColumn>();
        foreach (var expression in expressions)
            Collect(expression, found);
        return found;
    }

    /// <summary>The same of all expressions of a query.</summary>
    public static List<BoundOuterColumn> Of(LogicalNode node)
    {
        var found = new List<BoundOuterColumn>();
        Collect(node, found);
        return found;
    }

    /// <summary>An expression of the query around, as the sub-query sees it.</summary>
    public static BoundExpression AsOuter(BoundExpression expression) => expression.RewriteDown(node => node switch
    {
        BoundColumn column => new BoundOuterColumn(column.Index, column.Type, column.Name) { Span = column.Span },
        BoundOuterColumn outer => outer with { Level = outer.Level + 1 },
        _ => null,
    });

    /// <summary>The columns of the query directly around, replaced.</summary>
    public static BoundExpression Replace(BoundExpression expression, Func<BoundOuterColumn, BoundExpression> replacement) =>
        expression.RewriteDown(node => node is BoundOuterColumn { Level: 1 } outer ? replacement(outer) : null);

    /// <summary>The same in all expressions of a query.</summary>
    public static LogicalNode Replace(LogicalNode node, Func<BoundOuterColumn, BoundExpression> replacement) =>
        Rewrite(node, expression => Replace(expression, replacement));

    /// <summary>A query that stands so many levels deeper, or, below zero, higher.</summary>
    public static LogicalNode Moved(LogicalNode node, int levels) => levels == 0 || !HasAny(node) ? node : Rewrite(node, expression => Moved(expression, levels));

    /// <summary>An expression that stands so many levels deeper, or, below zero, higher.</summary>
    public static BoundExpression Moved(BoundExpression expression, int levels) =>
        expression.RewriteDown(node => node is BoundOuterColumn outer ? outer with { Level = outer.Level + levels } : null);

    static LogicalNode Rewrite(LogicalNode node, Func<BoundExpression, BoundExpression> rewrite)
    {
        var children = node.Children;
        var rewrittenChildren = children.Map(child => Rewrite(child, rewrite));
        if (!AreSame(children, rewrittenChildren))
            node = node.WithChildren(rewrittenChildren);
        var expressions = node.Expressions;
        var rewritten = expressions.Map(rewrite);
        return AreSame(expressions, rewritten) ? node : node.WithExpressions(rewritten);
    }

    static bool AreSame<T>(ValueList<T> one, ValueList<T> other) where T : class
    {
        for (var i = 0; i < one.Count; i++)
        {
            if (!ReferenceEquals(one[i], other[i]))
                return false;
        }
        return true;
    }

    static void Collect(LogicalNode node, List<BoundOuterColumn> found)
    {
        foreach (var expression in node.Expressions)
            Collect(expression, found);
        foreach (var child in node.Children)
            Collect(child, found);
    }

    static void Collect(BoundExpression expression, List<BoundOuterColumn> found)
    {
        if (expression is BoundOuterColumn { Level: 1 } outer && !found.Contains(outer))
            found.Add(outer);
        foreach (var child in expression.Children)
            Collect(child, found);
    }
}
