using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Optimizer;
using LogicalOperator = SqlStream.Planner.Expressions.LogicalOperator;

namespace SqlStream.Planner.Binding;

/// <summary>Sub-queries where a value or a condition stands, as far as their rows are known now: those over constants. Over tables they
/// are joins.</summary>
sealed class SubqueryBinder(BindContext context, ExpressionBinder expressions)
{
    CallFactory Calls => context.Calls;

    /// <summary>EXISTS: whether the query has a row.</summary>
    public BoundExpression Exists(ExistsExpression exists, SourceSpan span) => Rows(exists.Query, "EXISTS (query)", columns: null, span) is { } rows
        ? (rows.Rows.IsEmpty ? BoundLiteral.False : BoundLiteral.True) with { Span = span }
        : new BoundError { Span = span };

    /// <summary>A query as a value: that of its only row, NULL if there is none.</summary>
    public BoundExpression Scalar(SubqueryExpression subquery, SourceSpan span)
    {
        if (Rows(subquery.Query, "sub-query where a value stands", columns: 1, span) is not { } values)
            return new BoundError { Span = span };
        var type = values.Columns[0].Type;
        return values.Rows.Count switch
        {
            0 => new BoundLiteral(type.WithNullability(true), null) { Span = span },
            1 => new BoundLiteral(type, values.Rows[0][0]) { Span = span },
            _ => context.Error(BindErrors.SeveralRows(span, values.Rows.Count)),
        };
    }

    /// <summary>IN: equal to some row. Without rows it is FALSE, whatever the operand is.</summary>
    public BoundExpression In(InQueryExpression test, SourceSpan span)
    {
        var result = Compare(test.Operand, BinaryOperator.Equal, isAll: false, test.Query, "IN", span);
        return test.Negated ? Calls.Operator("NOT", span, [result]) : result;
    }

    /// <summary>A comparison with some row, or with all.</summary>
    public BoundExpression Quantified(QuantifiedExpression test, SourceSpan span) =>
        Compare(test.Operand, test.Operator, test.All, test.Query, test.All ? "ALL" : "ANY", span);

    BoundExpression Compare(ExpressionSyntax left, BinaryOperator @operator, bool isAll, QuerySyntax query, string name, SourceSpan span)
    {
        var operand = expressions.Bind(left);
        var values = Rows(query, $"{name} (query)", columns: 1, span);
        if (values is null || operand is BoundError)
            return new BoundError { Span = span };
        if (new PredicateBinder(context, expressions).Repeatable(operand, name) is { } error)
            return error;
        var symbol = ExpressionBinder.Symbol(@operator);
        var type = values.Columns[0].Type;
        var tests = values.Rows.Map(row => Calls.Operator(symbol, span, [operand, new BoundLiteral(type, row[0]) { Span = span }]));
        if (CallFactory.ErrorAmong(tests) is { } failed)
            return failed;
        return tests.Count switch
        {
            0 => (isAll ? BoundLiteral.True : BoundLiteral.False) with { Span = span },
            1 => tests[0],
            _ => new BoundLogical(isAll ? LogicalOperator.And : LogicalOperator.Or, tests) { Span = span },
        };
    }

    LogicalValues? Rows(QuerySyntax query, string what, int? columns, SourceSpan span)
    {
        var node = new QueryBinder(context).Bind(query);
        if (node == QueryBinder.Failed)
            return null;
        if (columns is { } count && node.Schema.Count != count)
        {
            context.Report(BindErrors.SubqueryColumns(context.SpanOf(query), count, node.Schema.Count));
            return null;
        }
        if (new LogicalOptimizer(context.Folder).Optimize(node) is LogicalValues values)
            return values;
        context.Report(BindErrors.NotSupported(span, $"{what} over a table", "It is a join; sub-queries over constants work."));
        return null;
    }
}
