using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>LATERAL before a sub-query in FROM, which sees the columns of the tables before it: a join with what is left of the sub-query when its conditions
/// on them are taken out.</summary>
sealed class LateralBinder(BindContext context)
{
    /// <summary>A join whose right side is LATERAL, and the names that it gives.</summary>
    public (LogicalNode Node, Scope Scope) Bind(JoinTable join, DerivedTable table)
    {
        var span = context.SpanOf(table);
        var (left, leftScope) = new TableBinder(context).Bind(join.Left);
        if (left == QueryBinder.Failed)
            return (left, Scope.Unknown);
        if (join.Kind is JoinKind.Right or JoinKind.Full)
            return Failed(LateralErrors.KeepsRows(span, join.Kind == JoinKind.Right ? "RIGHT" : "FULL"));
        if (join.Natural || join.Using.Count > 0)
            return Failed(LateralErrors.SharedColumns(span, join.Natural ? "NATURAL" : "USING"));
        if (join.On is null && join.Kind != JoinKind.Cross)
            return Failed(BindErrors.JoinCondition(span));
        var (query, rightScope) = new TableBinder(context).Aliased(new QueryBinder(context.WithOuter(leftScope)).Bind(table.Query), [], table.Alias);
        if (query == QueryBinder.Failed)
            return (query, Scope.Unknown);
        var width = left.Schema.Count;
        rightScope = rightScope.Shifted(width);
        if (JoinBinder.Repeated(leftScope, rightScope) is { } repeated)
            return Failed(BindErrors.DuplicateTable(span, repeated));
        var both = leftScope.And(rightScope);
        var type = join.Kind == JoinKind.Left ? JoinType.Left : JoinType.Inner;
        var condition = join.On is null ? null : new ExpressionBinder(context, both, new Clause("ON of LATERAL")).BindCondition(join.On, "JOIN ... ON");
        if (condition is BoundError || new Decorrelation(context, span, left).Of(query) is not { } rows)
            return (QueryBinder.Failed, Scope.Unknown);
        var input = new SubqueryInput(left);
        input.Join(type, rows with { Node = rows.Node with { Span = span } }, condition is null ? null : InPair(context.Folder.Fold(condition)));
        var node = SubqueryInput.Trim(input.Node, width + query.Schema.Count);
        return (node, both.WithNullable(JoinBinder.Padded(type, width, query.Schema.Count)));

        // Columns of the left side are those around the query.
        BoundExpression InPair(BoundExpression expression) => expression.RewriteDown(part => part switch
        {
            BoundColumn column when column.Index < width => new BoundOuterColumn(column.Index, column.Type, column.Name) { Span = column.Span },
            BoundColumn column => column with { Index = column.Index - width },
            BoundOuterColumn outer => outer with { Level = outer.Level + 1 },
            _ => null,
        });
    }

    (LogicalNode Node, Scope Scope) Failed(Diagnostic error)
    {
        context.Report(error);
        return (QueryBinder.Failed, Scope.Unknown);
    }
}

/// <summary>Every message about LATERAL.</summary>
static class LateralErrors
{
    public static Diagnostic KeepsRows(SourceSpan span, string kind) =>
        new(SqlState.FeatureNotSupported, $"{kind} JOIN with LATERAL is not supported", span,
            Hint: "Rows of the sub-query belong to a row of the left side: use CROSS JOIN, or LEFT JOIN ... ON TRUE.");

    public static Diagnostic SharedColumns(SourceSpan span, string word) =>
        new(SqlState.FeatureNotSupported, $"{word} with LATERAL is not supported", span, Hint: "Compare the columns in the WHERE of the sub-query.");
}
