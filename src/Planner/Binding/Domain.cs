using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>Rows in which columns of the query around have become columns.</summary>
/// <param name="Node">The rows: the columns that they had come first.</param>
/// <param name="Conditions">What they must satisfy to count for a row of the query around.</param>
/// <param name="Replacement">What stands for a column of the query around.</param>
sealed record BoundRows(LogicalNode Node, ValueList<BoundExpression> Conditions, Func<BoundOuterColumn, BoundExpression> Replacement)
{
    /// <summary>An expression over the rows.</summary>
    public BoundExpression Place(BoundExpression expression) => OuterColumns.Replace(expression, Replacement);
}

/// <summary>The domain of a sub-query: the distinct values that the columns have of which it reads in the query around. Joined with rows of the
/// sub-query it makes columns of them, so that the sub-query can be computed for all values at once.</summary>
/// <remarks>After T. Neumann and A. Kemper, Unnesting Arbitrary Queries, BTW 2015.</remarks>
/// <param name="context">Where errors go.</param>
/// <param name="span">Where the sub-query stands.</param>
/// <param name="around">The rows of the query around.</param>
sealed class Domain(BindContext context, SourceSpan span, LogicalNode around)
{
    /// <summary>The distinct values of columns, in this order; null after an error.</summary>
    public LogicalNode? Of(IReadOnlyList<BoundOuterColumn> columns)
    {
        if (!IsDeterministic(around, [.. columns.Select(column => column.Index)]))
        {
            context.Report(BindErrors.NotSupported(
                span, "a sub-query that depends on values which are not deterministic", "Write the values to a table first, or join the query in FROM by equality."));
            return null;
        }
        var keys = new KeyCheck(context);
        if (!columns.All(column => keys.IsKey(column.Type, "a sub-query", span)))
            return null;
        return SetOperationBinder.Distinct(
            new LogicalProject(OuterColumns.Moved(around, 1), [.. columns.Select(column => new BoundColumn(column.Index, column.Type, column.Name))], [.. columns.Select(column => column.Name)])
            {
                Span = span,
            });
    }

    /// <summary>A column of the domain is the one of the query around.</summary>
    public BoundExpression Same(BoundExpression inner, BoundOuterColumn outer) =>
        context.Calls.Operator(outer.Type.IsNullable || outer.Type.Kind is SqlTypeKind.Float or SqlTypeKind.Double ? "IS NOT DISTINCT FROM" : "=", span, [inner, outer]);

    /// <summary>Makes columns of what expressions read of the query around; null after an error.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="readers">The expressions.</param>
    /// <param name="alsoConditions">The conditions of the rows may only be of equality afterwards.</param>
    /// <param name="alwaysJoins">The columns stand behind the others, in their order, whatever the conditions say of them.</param>
    public BoundRows? Bind(Correlated rows, IEnumerable<BoundExpression> readers, bool alsoConditions = false, bool alwaysJoins = false)
    {
        var comparing = rows.Conditions.Where(condition => Decorrelation.EqualTo(condition) is null).ToList();
        var needed = OuterColumns.Of([.. readers, .. alsoConditions ? comparing : []]);
        if (needed.Count == 0)
            return new BoundRows(rows.Node, rows.Conditions, column => throw new EngineBugException($"nothing stands for {column}"));
        var same = Equal(rows.Conditions);
        if (!alwaysJoins && needed.TrueForAll(same.ContainsKey))
            return Filtered(rows, comparing, needed, same);
        var columns = OuterColumns.Of([.. readers, .. rows.Conditions]);
        if (Of(columns) is not { } domain)
            return null;
        var width = rows.Node.Schema.Count;
        BoundExpression Replacement(BoundOuterColumn column) => new BoundColumn(width + columns.IndexOf(column), column.Type, column.Name) { Span = column.Span };
        LogicalNode joined = width == 0 && rows.Node == LogicalValues.OneRow
            ? domain
            : new LogicalJoin(
                rows.Node, domain, JoinType.Inner, ExpressionTrees.And([.. rows.Conditions.Select(condition => OuterColumns.Replace(condition, Replacement))]))
            {
                Span = span,
            };
        return new BoundRows(joined, [.. columns.Select(column => Same(Replacement(column), column))], Replacement);
    }

    // What is equal to the columns anyway stands for them.
    BoundRows Filtered(Correlated rows, List<BoundExpression> comparing, List<BoundOuterColumn> needed, Dictionary<BoundOuterColumn, BoundExpression> same)
    {
        BoundExpression Replacement(BoundOuterColumn column)
        {
            var known = same[column];
            return column.Type.IsNullable || !known.Type.IsNullable
                ? known
                : new BoundCase([new BoundCaseArm(IsNotNull(known), known)], null, column.Type) { Span = column.Span };
        }
        List<BoundExpression> conditions = [.. needed.Where(column => same[column].Type.IsNullable).Select(column => IsNotNull(same[column])).Distinct()];
        var kept = rows.Conditions;
        if (comparing.TrueForAll(condition => OuterColumns.Of([condition]).TrueForAll(same.ContainsKey)))
        {
            conditions.AddRange(comparing.Select(condition => OuterColumns.Replace(condition, Replacement)));
            kept = [.. rows.Conditions.Where(condition => !comparing.Contains(condition))];
        }
        var node = ExpressionTrees.And(conditions) is { } predicate ? new LogicalFilter(rows.Node, predicate) { Span = span } : rows.Node;
        return new BoundRows(node, kept, Replacement);
    }

    BoundExpression IsNotNull(BoundExpression expression) => context.Calls.Operator("IS NOT NULL", span, [expression]);

    // Equal values of these types are written alike, so that the one may stand for the other.
    static Dictionary<BoundOuterColumn, BoundExpression> Equal(ValueList<BoundExpression> conditions)
    {
        var same = new Dictionary<BoundOuterColumn, BoundExpression>();
        foreach (var condition in conditions)
        {
            if (condition is BoundCall { Function.Name: "=" } && Decorrelation.EqualTo(condition) is var (inner, around) && around is BoundOuterColumn outer
                && inner.IsDeterministic && inner.Type.SameIgnoringNullability(outer.Type) && BoundIn.Supports(outer.Type))
                same.TryAdd(outer, inner);
        }
        return same;
    }

    // The rows around are computed twice, once for the domain, and must give the same values.
    static bool IsDeterministic(LogicalNode node, SortedSet<int> columns) => node switch
    {
        LogicalProject project => columns.All(column => project.Projections[column].IsDeterministic)
            && IsDeterministic(project.Input, [.. columns.SelectMany(column => project.Projections[column].Columns())]),
        LogicalFilter filter => filter.Predicate.IsDeterministic && IsDeterministic(filter.Input, [.. columns, .. filter.Predicate.Columns()]),
        _ => node.Expressions.All(expression => expression.IsDeterministic)
            && node.Children.All(child => IsDeterministic(child, [.. Enumerable.Range(0, child.Schema.Count)])),
    };
}
