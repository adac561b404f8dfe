using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using LogicalOperator = SqlStream.Planner.Expressions.LogicalOperator;

namespace SqlStream.Planner.Binding;

/// <summary>IN, ANY and ALL as values, in SQL's three-valued logic: ANY is TRUE where the comparison is TRUE with some row, FALSE where it is FALSE with
/// all or there are none, else NULL; ALL is NOT ANY of the opposite.</summary>
sealed class ComparedSubquery(BindContext context, SubqueryInput input)
{
    CallFactory Calls => context.Calls;

    /// <summary>The value over the columns of the input; null after an error.</summary>
    public BoundExpression? Place(BoundSubquery subquery)
    {
        var node = SubqueryPlacer.Query(subquery);
        var decorrelation = SubqueryPlacer.DecorrelationOf(context, input, subquery);
        if (subquery is { Test: SubqueryTest.Any, Symbol: "=" })
            return In(decorrelation, subquery, node);
        return Extremes(subquery, node) is { } extremes
            ? Bounded(decorrelation, subquery, extremes)
            : Counted(decorrelation, subquery, node);
    }

    /// <summary>Whether the query has a row that is equal: by its distinct values and a mark beside them; null after an error.</summary>
    public BoundExpression? Found(Decorrelation decorrelation, Correlated subquery, ValueList<BoundExpression> equal, SourceSpan span)
    {
        if (decorrelation.Domain.Bind(subquery with { Conditions = [.. subquery.Conditions, .. equal] }, [], alsoConditions: true) is not { } rows)
            return null;
        var keys = new List<BoundExpression>();
        var outer = new List<(string Symbol, BoundExpression Outer)>();
        foreach (var condition in rows.Conditions)
        {
            var (inner, around) = Decorrelation.EqualTo(condition)!.Value;
            keys.Add(inner);
            outer.Add((((BoundCall)condition).Function.Name, around));
        }
        LogicalNode distinct;
        if (keys.Count == 0)
        {
            var count = new LogicalAggregate(rows.Node, [], [Aggregates.Of(context, "COUNT", [])]) { Span = span };
            distinct = new LogicalFilter(count, IsPositive(count.Schema.Column(0), span)) { Span = span };
        }
        else
        {
            distinct = SetOperationBinder.Distinct(new LogicalProject(rows.Node, [.. keys], [.. keys.Select(key => key.Describe())]) { Span = span });
        }
        ValueList<BoundExpression> conditions = [.. outer.Select((one, i) => Calls.Operator(one.Symbol, span, [one.Outer, distinct.Schema.Column(i)]))];
        var marked = WithMark(new Correlated(distinct, conditions));
        var first = input.Attach(marked, null);
        return Calls.Operator("IS NOT NULL", span, [Column(first + marked.Node.Schema.Count - 1, span)]);
    }

    BoundExpression? In(Decorrelation decorrelation, BoundSubquery subquery, LogicalNode node)
    {
        var span = subquery.Span;
        if (subquery.Type.IsNullable && subquery.Operands.Count > 1)
            return Counted(decorrelation, subquery, node);
        if (decorrelation.Of(node) is not { } rows || Found(decorrelation, rows, Tests(subquery, rows.Node), span) is not { } found)
            return null;
        if (!subquery.Type.IsNullable)
            return found;
        var counted = new LogicalAggregate(node, [], [Aggregates.Of(context, "COUNT", []), Aggregates.Of(context, "COUNT", [node.Schema.Column(0)])]) { Span = span };
        if (decorrelation.Groups(counted) is not { } groups)
            return null;
        var first = Attach(groups, span);
        // Where nothing is equal: FALSE if the query has no rows, NULL if the operand or some row is NULL, else FALSE.
        return new BoundCase(
            [
                new BoundCaseArm(found, BoundLiteral.True),
                new BoundCaseArm(Calls.Operator("IS NOT TRUE", span, [IsPositive(Column(first, span), span)]), BoundLiteral.False),
                new BoundCaseArm(IsUnknown(subquery.Operands[0], first, span), Null),
            ],
            BoundLiteral.False, subquery.Type)
        {
            Span = span,
        };
    }

    // The counts of the rows and of those that are not NULL, and the least and the greatest value of the type in which they are compared; null where these do
    // not decide about the others.
    LogicalAggregate? Extremes(BoundSubquery subquery, LogicalNode node)
    {
        if (subquery.Operands.Count > 1)
            return null;
        if (Calls.Operator(subquery.Symbol, subquery.Span, [subquery.Operands[0], node.Schema.Column(0)]) is not BoundCall { Arguments: [_, var value] }
            || value.Type.Kind is SqlTypeKind.Float or SqlTypeKind.Double)
            return null;
        var values = new LogicalProject(node, [value], [node.Schema[0].Name]) { Span = subquery.Span };
        var column = values.Schema.Column(0);
        return Aggregates.TryOf(context, "MIN", [column]) is { } least && Aggregates.TryOf(context, "MAX", [column]) is { } greatest
            ? new LogicalAggregate(values, [], [Aggregates.Of(context, "COUNT", []), Aggregates.Of(context, "COUNT", [column]), least, greatest]) { Span = subquery.Span }
            : null;
    }

    BoundExpression? Bounded(Decorrelation decorrelation, BoundSubquery subquery, LogicalAggregate extremes)
    {
        if (decorrelation.Groups(extremes) is not { } groups)
            return null;
        var (span, symbol, operand) = (subquery.Span, subquery.Symbol, subquery.Operands[0]);
        var isAll = subquery.Test == SubqueryTest.All;
        var first = Attach(groups, span);
        BoundExpression Compared(int column) => Calls.Operator(symbol, span, [operand, Column(first + column, span)]);
        BoundExpression Decides(int column) => isAll ? Calls.Operator("NOT", span, [Compared(column)]) : Compared(column);
        // Less than some is less than the greatest, less than all less than the least.
        var decided = symbol switch
        {
            "<" or "<=" => Decides(isAll ? 2 : 3),
            ">" or ">=" => Decides(isAll ? 3 : 2),
            _ => new BoundLogical(LogicalOperator.Or, [Decides(2), Decides(3)]) { Span = span },
        };
        List<BoundCaseArm> arms = [new(decided, isAll ? BoundLiteral.False : BoundLiteral.True)];
        if (subquery.Type.IsNullable)
        {
            var unknown = IsUnknown(operand, first, span);
            arms.Add(new BoundCaseArm(new BoundLogical(LogicalOperator.And, [IsPositive(Column(first, span), span), unknown]) { Span = span }, Null));
        }
        return new BoundCase([.. arms], isAll ? BoundLiteral.True : BoundLiteral.False, subquery.Type) { Span = span };
    }

    // For each value of the domain: with how many rows the comparison is not FALSE, and with how many TRUE.
    BoundExpression? Counted(Decorrelation decorrelation, BoundSubquery subquery, LogicalNode node)
    {
        var span = subquery.Span;
        if (decorrelation.Of(node) is not { } rows)
            return null;
        var isAll = subquery.Test == SubqueryTest.All;
        var tests = Tests(subquery, rows.Node);
        var test = tests.Count == 1 ? tests[0] : new BoundLogical(LogicalOperator.And, tests) { Span = span };
        if (isAll)
            test = Calls.Operator("NOT", span, [test]);
        var mayBe = Calls.Operator("IS NOT TRUE", span, [Calls.Operator("NOT", span, [test])]);
        rows = OuterColumns.IsOuter(test)
            ? rows with { Conditions = rows.Conditions.Add(mayBe) }
            : rows with { Node = new LogicalFilter(rows.Node, mayBe) { Span = span } };
        if (decorrelation.Domain.Bind(rows, [test], alsoConditions: true) is not { } bound)
            return null;
        var hit = new BoundCase([new BoundCaseArm(bound.Place(test), BoundLiteral.True)], null, SqlType.Boolean) { Span = span };
        List<BoundExpression> keys = [.. bound.Conditions.Select(condition => Decorrelation.EqualTo(condition)!.Value.Inner)];
        var compared = new LogicalProject(bound.Node, [hit, .. keys], ["$hit", .. keys.Select(key => key.Describe())]) { Span = span };
        var counts = new LogicalAggregate(
            compared, [.. Enumerable.Range(1, keys.Count)], [Aggregates.Of(context, "COUNT", []), Aggregates.Of(context, "COUNT", [compared.Schema.Column(0)])])
        {
            Span = span,
        };
        var conditions = bound.Conditions.Select((condition, i) =>
            Calls.Operator(((BoundCall)condition).Function.Name, span, [counts.Schema.Column(i), Decorrelation.EqualTo(condition)!.Value.Outer]));
        var first = Attach(new Correlated(counts, [.. conditions]), span) + keys.Count;
        List<BoundCaseArm> arms = [new(IsPositive(Column(first + 1, span), span), isAll ? BoundLiteral.False : BoundLiteral.True)];
        if (subquery.Type.IsNullable)
            arms.Add(new BoundCaseArm(IsPositive(Column(first, span), span), Null));
        return new BoundCase([.. arms], isAll ? BoundLiteral.True : BoundLiteral.False, subquery.Type) { Span = span };
    }

    ValueList<BoundExpression> Tests(BoundSubquery subquery, LogicalNode node) =>
        [.. subquery.Operands.Select((operand, i) => Calls.Operator(subquery.Symbol, subquery.Span, [OuterColumns.AsOuter(operand), node.Schema.Column(i)]))];

    // The operand is NULL, or there are more rows than values that are not.
    BoundLogical IsUnknown(BoundExpression operand, int counts, SourceSpan span) => new(
        LogicalOperator.Or, [Calls.Operator("IS NULL", span, [operand]), Calls.Operator(">", span, [Column(counts, span), Column(counts + 1, span)])])
    {
        Span = span,
    };

    static BoundLiteral Null => new(SqlType.Boolean, null);

    BoundExpression IsPositive(BoundExpression count, SourceSpan span) =>
        Calls.Operator(">", span, [count, new BoundLiteral(SqlType.BigInt.WithNullability(false), 0L) { Span = span }]);

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

    int Attach(Correlated subquery, SourceSpan span) => input.Attach(subquery with { Node = subquery.Node with { Span = span } }, null);

    BoundColumn Column(int index, SourceSpan span) => input.Node.Schema.Column(index) with { Span = span };
}
