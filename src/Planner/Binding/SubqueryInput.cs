using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>The rows that a clause computes its expressions of, to which sub-queries are joined one after the other.</summary>
/// <param name="input">The rows.</param>
sealed class SubqueryInput(LogicalNode input)
{
    /// <summary>The rows with what was joined so far: their own columns first.</summary>
    public LogicalNode Node { get; private set; } = input;

    /// <summary>Adds the columns of a sub-query that has at most one row for each row; those of rows without one are NULL. Returns the position of
    /// the first.</summary>
    public int Attach(Correlated subquery, BoundExpression? condition)
    {
        var width = Node.Schema.Count;
        Join(JoinType.Left, subquery, condition);
        return width;
    }

    /// <summary>Keeps the rows that have, or with ANTI have not, a row of a sub-query.</summary>
    public void Join(JoinType type, Correlated subquery, BoundExpression? condition)
    {
        var width = Node.Schema.Count;
        List<BoundExpression> conditions = [.. subquery.Conditions];
        if (condition is not null)
            conditions.Add(condition);
        Node = new LogicalJoin(Node, OuterColumns.Moved(subquery.Node, -1), type, ExpressionTrees.And(conditions.ConvertAll(InPair))) { Span = subquery.Node.Span };

        // A column of the query around becomes one of the left side, one of the sub-query one of the right side.
        BoundExpression InPair(BoundExpression expression) => expression.RewriteDown(node => node switch
        {
            BoundOuterColumn outer => OfInput(outer),
            BoundColumn column => column with { Index = column.Index + width },
            _ => null,
        });
    }

    /// <summary>An expression that a sub-query has of the query around, over the rows of that query.</summary>
    public static BoundExpression OfInput(BoundExpression expression) => expression.RewriteDown(node => node is BoundOuterColumn outer ? OfInput(outer) : null);

    static BoundExpression OfInput(BoundOuterColumn outer) => outer.Level == 1
        ? new BoundColumn(outer.Index, outer.Type, outer.Name) { Span = outer.Span }
        : outer with { Level = outer.Level - 1 };

    /// <summary>The rows without what was joined.</summary>
    public static LogicalNode Trim(LogicalNode node, int width) => node.Schema.Count == width
        ? node
        : new LogicalProject(
            node, [.. Enumerable.Range(0, width).Select(i => (BoundExpression)node.Schema.Column(i))], [.. node.Schema.Fields.Take(width).Select(field => field.Name)])
        {
            Span = node.Span,
        };
}
