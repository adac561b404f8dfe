using SqlStream.Core.Types;

namespace SqlStream.Planner.Expressions;

/// <summary>Generic walks over expressions.</summary>
static class ExpressionTrees
{
    /// <summary>The expression with every node replaced, operands first.</summary>
    public static BoundExpression RewriteUp(this BoundExpression expression, Func<BoundExpression, BoundExpression> rewrite) =>
        rewrite(expression.MapChildren(child => child.RewriteUp(rewrite)));

    /// <summary>The expression with the topmost nodes replaced for which <paramref name="rewrite"/> is not
    /// null.</summary>
    public static BoundExpression RewriteDown(this BoundExpression expression, Func<BoundExpression, BoundExpression?> rewrite) =>
        rewrite(expression) ?? expression.MapChildren(child => child.RewriteDown(rewrite));

    /// <summary>The expression over columns at other places: old position to new.</summary>
    public static BoundExpression MapColumns(this BoundExpression expression, Func<int, int> map) =>
        expression.RewriteDown(node => node is BoundColumn column ? column with { Index = map(column.Index) } : null);

    /// <summary>The expression with every column replaced by what computes it.</summary>
    public static BoundExpression Inline(this BoundExpression expression, ValueList<BoundExpression> columns) =>
        expression.RewriteDown(node => node is BoundColumn column ? columns[column.Index] : null);

    /// <summary>Adds the positions of all columns to a set.</summary>
    public static void CollectColumns(this BoundExpression expression, ISet<int> columns)
    {
        if (expression is BoundColumn column)
            columns.Add(column.Index);
        foreach (var child in expression.Children)
            child.CollectColumns(columns);
    }

    /// <summary>The positions of all columns.</summary>
    public static SortedSet<int> Columns(this BoundExpression expression)
    {
        var columns = new SortedSet<int>();
        expression.CollectColumns(columns);
        return columns;
    }

    /// <summary>True if some node of the expression satisfies a condition.</summary>
    public static bool Contains(this BoundExpression expression, Func<BoundExpression, bool> condition)
    {
        if (condition(expression))
            return true;
        foreach (var child in expression.Children)
        {
            if (child.Contains(condition))
                return true;
        }
        return false;
    }

    /// <summary>The operands of AND, or the expression itself.</summary>
    public static IEnumerable<BoundExpression> Conjuncts(this BoundExpression expression) =>
        expression is BoundLogical { Operator: LogicalOperator.And } and ? and.Operands.SelectMany(Conjuncts) : [expression];

    /// <summary>All joined by AND; null where there is none.</summary>
    public static BoundExpression? And(IReadOnlyList<BoundExpression> conjuncts) => conjuncts.Count switch
    {
        0 => null,
        1 => conjuncts[0],
        _ => new BoundLogical(LogicalOperator.And, [.. conjuncts]) { Span = conjuncts[0].Span },
    };

    /// <summary>A reference to a column of a schema.</summary>
    public static BoundColumn Column(this Schema schema, int index) => new(index, schema[index].Type, schema[index].Name);

    static BoundExpression MapChildren(this BoundExpression expression, Func<BoundExpression, BoundExpression> map)
    {
        var children = expression.Children;
        if (children.IsEmpty)
            return expression;
        var mapped = new BoundExpression[children.Count];
        var changed = false;
        for (var i = 0; i < mapped.Length; i++)
        {
            mapped[i] = map(children[i]);
            changed |= !ReferenceEquals(mapped[i], children[i]);
        }
        return changed ? expression.WithChildren([.. mapped]) : expression;
    }
}
