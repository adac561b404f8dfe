using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Optimizer;
using LogicalOperator = SqlStream.Planner.Expressions.LogicalOperator;

namespace SqlStream.Planner.Binding;

/// <summary>Sub-queries where a value or a condition stands. Those whose rows are known now become constants; for the others stands a
/// <see cref="BoundSubquery"/>, of which <see cref="SubqueryPlacer"/> makes a join.</summary>
sealed class SubqueryBinder(BindContext context, ExpressionBinder expressions)
{
    CallFactory Calls => context.Calls;

    /// <summary>EXISTS: whether the query has a row.</summary>
    public BoundExpression Exists(ExistsExpression exists, SourceSpan span)
    {
        if (Node(exists.Query, null) is not { } node)
            return new BoundError { Span = span };
        if (Values(node) is { } values)
            return (values.Rows.IsEmpty ? BoundLiteral.False : BoundLiteral.True) with { Span = span };
        node = WithoutColumns(node);
        // All rows make one group, also where there are none.
        return node is LogicalAggregate { Keys.IsEmpty: true }
            ? BoundLiteral.True with { Span = span }
            : Subquery(node, SubqueryTest.Exists, "", [], SqlType.Boolean.WithNullability(false), "EXISTS (query)", span);
    }

    // The columns of the query do not count, nor does the order of its rows, nor how many there are beyond the first.
    static LogicalNode WithoutColumns(LogicalNode node)
    {
        while (true)
        {
            switch (node)
            {
                case LogicalProject project:
                    node = project.Input;
                    break;
                case LogicalSort { Offset: 0, Fetch: null or > 0 } sort:
                    node = sort.Input;
                    break;
                default:
                    return node;
            }
        }
    }

    /// <summary>A query as a value: that of its only row, NULL if there is none.</summary>
    public BoundExpression Scalar(SubqueryExpression subquery, SourceSpan span)
    {
        if (Node(subquery.Query, 1) is not { } node)
            return new BoundError { Span = span };
        var type = node.Schema[0].Type.WithNullability(true);
        if (Values(node) is not { } values)
            return Subquery(node, SubqueryTest.Scalar, "", [], type, "sub-query where a value stands", span);
        return values.Rows.Count switch
        {
            0 => new BoundLiteral(type, null) { Span = span },
            1 => new BoundLiteral(values.Schema[0].Type, values.Rows[0][0]) { Span = span },
            _ => context.Error(BindErrors.SeveralRows(span, values.Rows.Count)),
        };
    }

    /// <summary>IN: equal to some row. Without rows it is FALSE, whatever the operand is.</summary>
    public BoundExpression In(InQueryExpression test, SourceSpan span)
    {
        var result = Compared(test.Operand, test.Query, "=", isAll: false, "IN", span);
        return test.Negated ? Calls.Operator("NOT", span, [result]) : result;
    }

    /// <summary>A comparison with some row, or with all.</summary>
    public BoundExpression Quantified(QuantifiedExpression test, SourceSpan span) =>
        Compared(test.Operand, test.Query, ExpressionBinder.Symbol(test.Operator), test.All, test.All ? "ALL" : "ANY", span);

    BoundExpression Compared(ExpressionSyntax left, QuerySyntax query, string symbol, bool isAll, string name, SourceSpan span)
    {
        // (a, b) IN (SELECT x, y ...).
        var operands = left is RowExpression { Values.Count: > 1 } row ? expressions.BindAll(row.Values) : [expressions.Bind(left)];
        if (Node(query, operands.Count) is not { } node || CallFactory.ErrorAmong(operands) is not null)
            return new BoundError { Span = span };
        if (operands.Count > 1 && symbol != (isAll ? "<>" : "="))
            return context.Error(BindErrors.NotSupported(span, $"{symbol} {name} (query) of several columns", "Compare them one by one in the WHERE of EXISTS."));
        if (Values(node) is { } values)
            return operands.Count == 1 ? Compare(operands[0], values, symbol, isAll, name, span) : CompareRows(operands, values, isAll, span);
        ValueList<BoundExpression> tests = [.. operands.Select((operand, i) => Calls.Operator(symbol, span, [operand, node.Schema.Column(i)]))];
        if (CallFactory.ErrorAmong(tests) is { } error)
            return error;
        // What is different from all is equal to none.
        var isNone = isAll && symbol == "<>";
        var type = SqlType.Boolean.WithNullability(tests.Any(test => test.Type.IsNullable));
        var result = Subquery(node, isAll && !isNone ? SubqueryTest.All : SubqueryTest.Any, isNone ? "=" : symbol, operands, type, $"{name} (query)", span);
        return isNone ? Calls.Operator("NOT", span, [result]) : result;
    }

    BoundExpression Subquery(
        LogicalNode node, SubqueryTest test, string symbol, ValueList<BoundExpression> operands, SqlType type, string what, SourceSpan span)
    {
        if (!expressions.AllowsSubqueries)
            return context.Error(BindErrors.NotSupported(span, $"{what} over a table in {expressions.Clause.Name}", "Join the query in FROM instead."));
        var around = OuterColumns.Of(node);
        var query = OuterColumns.Replace(node, outer => outer with { Index = around.IndexOf(outer) });
        return new BoundSubquery(
            query, test, symbol, operands, [.. around.Select(outer => new BoundColumn(outer.Index, outer.Type, outer.Name) { Span = outer.Span })], type)
        {
            Span = span,
        };
    }

    BoundExpression Compare(BoundExpression operand, LogicalValues values, string symbol, bool isAll, string name, SourceSpan span)
    {
        if (new PredicateBinder(context, expressions).Repeatable(operand, name) is { } error)
            return error;
        var type = values.Schema[0].Type;
        return Any(values.Rows.Map(row => Calls.Operator(symbol, span, [operand, new BoundLiteral(type, row[0]) { Span = span }])), isAll, span);
    }

    // Equal to some row in all columns, or not so.
    BoundExpression CompareRows(ValueList<BoundExpression> operands, LogicalValues values, bool isNone, SourceSpan span)
    {
        var result = Any(
            values.Rows.Map(row => (BoundExpression)new BoundLogical(
                LogicalOperator.And,
                [.. operands.Select((operand, i) => Calls.Operator("=", span, [operand, new BoundLiteral(values.Schema[i].Type, row[i]) { Span = span }]))])
            {
                Span = span,
            }),
            isAll: false, span);
        return isNone ? Calls.Operator("NOT", span, [result]) : result;
    }

    static BoundExpression Any(ValueList<BoundExpression> tests, bool isAll, SourceSpan span)
    {
        if (CallFactory.ErrorAmong(tests) is { } failed)
            return failed;
        return tests.Count switch
        {
            0 => (isAll ? BoundLiteral.True : BoundLiteral.False) with { Span = span },
            1 => tests[0],
            _ => new BoundLogical(isAll ? LogicalOperator.And : LogicalOperator.Or, tests) { Span = span },
        };
    }

    LogicalNode? Node(QuerySyntax query, int? columns)
    {
        var node = new QueryBinder(context.WithOuter(expressions.Scope)).Bind(query);
        if (node == QueryBinder.Failed)
            return null;
        if (columns is { } count && node.Schema.Count != count)
        {
            context.Report(BindErrors.SubqueryColumns(context.SpanOf(query), count, node.Schema.Count));
            return null;
        }
        return node;
    }

    LogicalValues? Values(LogicalNode node) =>
        OuterColumns.HasAny(node) ? null : new LogicalOptimizer(context.Folder).Optimize(node) as LogicalValues;
}
