using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Optimizer;
using SqlStream.Planner.Physical;
using LogicalOperator = SqlStream.Planner.Expressions.LogicalOperator;

namespace SqlStream.Planner.Binding;

/// <summary>Sub-queries where a value or a condition stands. Those whose rows are known now become constants, the others joins: a condition that
/// WHERE asks for by itself a SEMI or ANTI join, everything else a LEFT join that adds columns.</summary>
sealed class SubqueryBinder(BindContext context, ExpressionBinder expressions)
{
    // Aggregates that are not NULL where there are no rows.
    static readonly string[] _counts = ["COUNT", "APPROX_COUNT_DISTINCT", "REGR_COUNT"];

    CallFactory Calls => context.Calls;

    /// <summary>Applies a condition of WHERE that is a sub-query as a whole to the input; false if it is none, or one whose rows are known now.</summary>
    public bool TryJoin(ExpressionSyntax condition, SubqueryInput input)
    {
        var negated = false;
        while (condition is UnaryExpression { Operator: UnaryOperator.Not, Operand: var operand })
            (condition, negated) = (operand, !negated);
        return condition switch
        {
            ExistsExpression exists => TryJoin(input, exists, negated),
            InQueryExpression test => TryJoin(input, test, negated != test.Negated),
            _ => false,
        };
    }

    bool TryJoin(SubqueryInput input, ExistsExpression exists, bool negated)
    {
        var span = context.SpanOf(exists);
        if (Node(exists.Query, null) is not { } node || Values(node) is not null)
            return false;
        // The columns of the query do not count.
        while (node is LogicalProject project)
            node = project.Input;
        if (new Decorrelation(context, span).Of(node) is { } subquery)
            input.Join(negated ? JoinType.Anti : JoinType.Semi, subquery with { Node = subquery.Node with { Span = span } }, null);
        return true;
    }

    bool TryJoin(SubqueryInput input, InQueryExpression test, bool negated)
    {
        var span = context.SpanOf(test);
        var operands = Operands(test.Operand);
        if (Node(test.Query, operands.Count) is not { } node || Values(node) is not null || CallFactory.ErrorAmong(operands) is not null)
            return false;
        if (new Decorrelation(context, span).Of(node) is not { } subquery)
            return true;
        ValueList<BoundExpression> equal = [.. operands.Select((operand, i) => Calls.Operator("=", span, [AsOuter(operand), subquery.Node.Schema.Column(i)]))];
        if (CallFactory.ErrorAmong(equal) is not null)
            return true;
        var condition = equal.Count == 1 ? equal[0] : new BoundLogical(LogicalOperator.And, equal) { Span = span };
        // NOT IN is TRUE where no row is equal, nor perhaps equal.
        if (negated && condition.Type.IsNullable)
            condition = Calls.Operator("IS NOT TRUE", span, [Calls.Operator("NOT", span, [condition])]);
        input.Join(negated ? JoinType.Anti : JoinType.Semi, subquery with { Node = subquery.Node with { Span = span } }, condition);
        return true;
    }

    // (a, b) IN (SELECT x, y ...).
    ValueList<BoundExpression> Operands(ExpressionSyntax operand) => operand is RowExpression { Values.Count: > 1 } row
        ? expressions.BindAll(row.Values)
        : [expressions.Bind(operand)];

    // Where a sub-query becomes a join, the columns around it are outer ones like those that it names itself.
    static BoundExpression AsOuter(BoundExpression expression) => expression.RewriteDown(
        node => node is BoundColumn column ? new BoundOuterColumn(column.Index, column.Type, column.Name) { Span = node.Span } : null);

    /// <summary>EXISTS: whether the query has a row.</summary>
    public BoundExpression Exists(ExistsExpression exists, SourceSpan span)
    {
        if (Node(exists.Query, null) is not { } node)
            return new BoundError { Span = span };
        if (Values(node) is { } values)
            return (values.Rows.IsEmpty ? BoundLiteral.False : BoundLiteral.True) with { Span = span };
        while (node is LogicalProject project)
            node = project.Input;
        return Joined(node, "EXISTS (query)", span) is var (input, subquery)
            ? Marked(input, subquery, [], span) ?? NotSupported("EXISTS (query) by another condition than equality, other than by itself in WHERE,", span)
            : new BoundError { Span = span };
    }

    /// <summary>A query as a value: that of its only row, NULL if there is none.</summary>
    public BoundExpression Scalar(SubqueryExpression subquery, SourceSpan span)
    {
        if (Node(subquery.Query, 1) is not { } node)
            return new BoundError { Span = span };
        if (Values(node) is not { } values)
            return Scalar(node, span);
        var type = values.Schema[0].Type;
        return values.Rows.Count switch
        {
            0 => new BoundLiteral(type.WithNullability(true), null) { Span = span },
            1 => new BoundLiteral(type, values.Rows[0][0]) { Span = span },
            _ => context.Error(BindErrors.SeveralRows(span, values.Rows.Count)),
        };
    }

    // Only of an aggregation of all rows it is known that there is but one.
    BoundExpression Scalar(LogicalNode node, SourceSpan span)
    {
        const string what = "sub-query where a value stands";
        var isCorrelated = Decorrelation.IsCorrelated(node);
        if (!(isCorrelated ? node is LogicalProject { Input: LogicalAggregate { Keys.IsEmpty: true } } : IsOneRow(node)))
        {
            return NotSupported(
                $"{what} that may have several rows", span, isCorrelated ? "Its SELECT list must be computed of aggregates alone, without GROUP BY and HAVING." : "Take one of them: MAX(...), MIN(...), FIRST_VALUE(...).");
        }
        if (Joined(node, what, span) is not var (input, subquery))
            return new BoundError { Span = span };
        if (node is not LogicalProject { Input: LogicalAggregate { Keys.IsEmpty: true } aggregate } project)
            return Column(input, input.Attach(subquery, null), span);
        // A group that is not there, or not yet, is one without rows, whose counts are 0.
        var empty = context.Folder.Fold(project.Expressions[0].Inline(aggregate.Aggregates.Map(Empty)));
        var marked = WithMark(subquery);
        var first = input.Attach(marked, null);
        var value = Column(input, first, span);
        return empty is BoundLiteral { Value: null }
            ? value
            : new BoundCase([new BoundCaseArm(Calls.Operator("IS NOT NULL", span, [Column(input, first + marked.Node.Schema.Count - 1, span)]), value)], empty, value.Type) { Span = span };
    }

    static BoundExpression Empty(LogicalAggregateCall call) => _counts.Contains(call.Call.Function.Name)
        ? new BoundLiteral(call.Call.Call.ReturnType, 0L)
        : new BoundLiteral(call.Call.Call.ReturnType.WithNullability(true), null);

    static bool IsOneRow(LogicalNode node) => node switch
    {
        LogicalProject project => IsOneRow(project.Input),
        LogicalFilter filter => IsOneRow(filter.Input),
        LogicalAggregate aggregate => aggregate.Keys.IsEmpty,
        LogicalValues values => values.Rows.Count <= 1,
        _ => false,
    };

    /// <summary>IN: equal to some row. Without rows it is FALSE, whatever the operand is.</summary>
    public BoundExpression In(InQueryExpression test, SourceSpan span)
    {
        var result = In(test.Operand, test.Query, span);
        return test.Negated ? Calls.Operator("NOT", span, [result]) : result;
    }

    BoundExpression In(ExpressionSyntax left, QuerySyntax query, SourceSpan span)
    {
        var operands = Operands(left);
        if (Node(query, operands.Count) is not { } node || CallFactory.ErrorAmong(operands) is not null)
            return new BoundError { Span = span };
        if (Values(node) is { } values)
            return operands.Count == 1 ? Compare(operands[0], values, "=", isAll: false, "IN", span) : CompareRows(operands, values, span);
        if (Joined(node, "IN (query)", span) is not var (input, subquery))
            return new BoundError { Span = span };
        ValueList<BoundExpression> equal = [.. operands.Select((operand, i) => Calls.Operator("=", span, [AsOuter(operand), subquery.Node.Schema.Column(i)]))];
        if (CallFactory.ErrorAmong(equal) is { } error)
            return error;
        var mayBeUnknown = equal.Any(one => one.Type.IsNullable);
        if (mayBeUnknown && (subquery.Conditions.Count > 0 || operands.Count > 1))
        {
            return NotSupported("IN (query) over values that may be NULL, with columns of the query around or several columns, other than by itself in WHERE,", span);
        }
        if (Marked(input, subquery, equal, span) is not { } found)
            return NotSupported("IN (query) by another condition than equality, other than by itself in WHERE,", span);
        return mayBeUnknown ? Unknown(input, subquery, operands[0], found, span) : found;
    }

    // x IN (q) where nothing is equal: FALSE if q has no rows, NULL if x or some row is NULL, else FALSE.
    BoundExpression Unknown(SubqueryInput input, Correlated subquery, BoundExpression operand, BoundExpression found, SourceSpan span)
    {
        var counts = new LogicalAggregate(subquery.Node, [], [Count([]), Count([0])]) { Span = span };
        var first = input.Attach(new Correlated(counts, []), null);
        var (rows, values) = (Column(input, first, span), Column(input, first + 1, span));
        var zero = new BoundLiteral(SqlType.BigInt.WithNullability(false), 0L) { Span = span };
        var unknown = new BoundLogical(LogicalOperator.Or, [Calls.Operator("IS NULL", span, [operand]), Calls.Operator(">", span, [rows, values])]) { Span = span };
        var type = SqlType.Boolean;
        return new BoundCase(
            [
                new BoundCaseArm(found, BoundLiteral.True),
                new BoundCaseArm(Calls.Operator("IS NOT TRUE", span, [Calls.Operator(">", span, [rows, zero])]), BoundLiteral.False),
                new BoundCaseArm(unknown, new BoundLiteral(type, null)),
            ],
            BoundLiteral.False, type)
        {
            Span = span,
        };
    }

    LogicalAggregateCall Count(ValueList<int> arguments)
    {
        if (!context.Planner.Functions.TryGetAggregate("COUNT", out var function))
            throw new EngineBugException("there is no COUNT");
        // What is counted is of no importance, only whether it is NULL.
        var typed = arguments.Map(argument => (BoundExpression)new BoundColumn(argument, SqlType.BigInt, "c"));
        if (Calls.Aggregate(function, typed) is not var (call, retracting, _))
            throw new EngineBugException("COUNT does not fit");
        return new LogicalAggregateCall(new BoundAggregate(function, call, arguments, Distinct: false, Filter: null, arguments.IsEmpty ? "rows" : "values"), retracting);
    }

    // Whether the query has a row that is equal: by its distinct values and a mark beside them. Null if it takes more than equality.
    BoundExpression? Marked(SubqueryInput input, Correlated subquery, ValueList<BoundExpression> equal, SourceSpan span)
    {
        var keys = new List<BoundExpression>();
        var outer = new List<BoundExpression>();
        foreach (var condition in subquery.Conditions.Concat(equal))
        {
            if (Decorrelation.EqualTo(condition) is not var (inner, around))
                return null;
            keys.Add(inner);
            outer.Add(around);
        }
        LogicalNode distinct;
        if (keys.Count == 0)
        {
            var count = new LogicalAggregate(subquery.Node, [], [Count([])]) { Span = span };
            var zero = new BoundLiteral(SqlType.BigInt.WithNullability(false), 0L) { Span = span };
            distinct = new LogicalFilter(count, Calls.Operator(">", span, [count.Schema.Column(0), zero])) { Span = span };
        }
        else
        {
            distinct = SetOperationBinder.Distinct(new LogicalProject(subquery.Node, [.. keys], [.. keys.Select(key => key.Describe())]) { Span = span });
        }
        ValueList<BoundExpression> conditions = [.. outer.Select((around, i) => Calls.Operator("=", span, [around, distinct.Schema.Column(i)]))];
        var marked = WithMark(new Correlated(distinct, conditions));
        var first = input.Attach(marked, null);
        return Calls.Operator("IS NOT NULL", span, [Column(input, first + marked.Node.Schema.Count - 1, span)]);
    }

    // TRUE behind the columns: after a LEFT join it says whether there was a row.
    static Correlated WithMark(Correlated subquery)
    {
        var node = subquery.Node;
        return subquery with
        {
            Node = new LogicalProject(
                node, [.. Enumerable.Range(0, node.Schema.Count).Select(i => (BoundExpression)node.Schema.Column(i)), BoundLiteral.True],
                [.. node.Schema.Fields.Select(field => field.Name), "$found"])
            {
                Span = node.Span,
            },
        };
    }

    static BoundColumn Column(SubqueryInput input, int index, SourceSpan span) => input.Node.Schema.Column(index) with { Span = span };

    // The input and the sub-query that is to be joined to it; null after an error.
    (SubqueryInput Input, Correlated Subquery)? Joined(LogicalNode node, string what, SourceSpan span)
    {
        if (expressions.Input is not { } input)
        {
            NotSupported($"{what} over a table in {expressions.Clause.Name}", span);
            return null;
        }
        return new Decorrelation(context, span).Of(node) is { } subquery ? (input, subquery with { Node = subquery.Node with { Span = span } }) : null;
    }

    BoundExpression NotSupported(string what, SourceSpan span, string? hint = null) =>
        context.Error(BindErrors.NotSupported(span, what, hint ?? "Join the query in FROM instead."));

    /// <summary>A comparison with some row, or with all.</summary>
    public BoundExpression Quantified(QuantifiedExpression test, SourceSpan span)
    {
        var name = test.All ? "ALL" : "ANY";
        var operand = expressions.Bind(test.Operand);
        if (Node(test.Query, 1) is not { } node || operand is BoundError)
            return new BoundError { Span = span };
        return Values(node) is { } values
            ? Compare(operand, values, ExpressionBinder.Symbol(test.Operator), test.All, name, span)
            : NotSupported($"{name} (query) over a table", span, "Compare with the MAX or MIN of the query.");
    }

    BoundExpression Compare(BoundExpression operand, LogicalValues values, string symbol, bool isAll, string name, SourceSpan span)
    {
        if (new PredicateBinder(context, expressions).Repeatable(operand, name) is { } error)
            return error;
        var type = values.Schema[0].Type;
        return Any(values.Rows.Map(row => Calls.Operator(symbol, span, [operand, new BoundLiteral(type, row[0]) { Span = span }])), isAll, span);
    }

    BoundExpression CompareRows(ValueList<BoundExpression> operands, LogicalValues values, SourceSpan span) => Any(
        values.Rows.Map(row => (BoundExpression)new BoundLogical(
            LogicalOperator.And,
            [.. operands.Select((operand, i) => Calls.Operator("=", span, [operand, new BoundLiteral(values.Schema[i].Type, row[i]) { Span = span }]))])
        {
            Span = span,
        }),
        isAll: false, span);

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
        Decorrelation.IsCorrelated(node) ? null : new LogicalOptimizer(context.Folder).Optimize(node) as LogicalValues;
}
