using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;
using LogicalOperator = SqlStream.Planner.Expressions.LogicalOperator;

namespace SqlStream.Planner.Binding;

/// <summary>Joins the sub-queries of expressions to the rows that the expressions are computed of: a condition that must hold by itself is a SEMI or ANTI
/// join, everything else a LEFT join that adds columns.</summary>
sealed class SubqueryPlacer(BindContext context, SubqueryInput input)
{
    readonly Dictionary<BoundSubquery, BoundExpression> _placed = [];

    CallFactory Calls => context.Calls;

    /// <summary>Keeps the rows for which a condition holds: the input with what was joined to it for that, or null after an error.</summary>
    public static LogicalNode? Keep(BindContext context, LogicalNode rows, BoundExpression condition)
    {
        // What asks nothing of other tables comes first: fewer rows are joined, and by more keys.
        var conjuncts = condition.Conjuncts().ToList();
        var filtered = Filtered(rows, conjuncts.FindAll(conjunct => !BoundSubquery.IsIn(conjunct)), condition.Span);
        var input = new SubqueryInput(filtered);
        var placer = new SubqueryPlacer(context, input);
        var errors = context.ErrorCount;
        var conditions = new List<BoundExpression>();
        foreach (var conjunct in conjuncts.FindAll(BoundSubquery.IsIn))
        {
            if (!placer.TryJoin(conjunct))
                conditions.Add(placer.Place(conjunct));
        }
        return context.ErrorCount > errors ? null : SubqueryInput.Trim(Filtered(input.Node, conditions, condition.Span), rows.Schema.Count);
    }

    static LogicalNode Filtered(LogicalNode rows, List<BoundExpression> conditions, SourceSpan span) =>
        ExpressionTrees.And(conditions) is { } predicate ? new LogicalFilter(rows, predicate) { Span = span } : rows;

    /// <summary>The expression with columns of the input instead of sub-queries.</summary>
    public BoundExpression Place(BoundExpression expression) => expression.RewriteUp(node => node is BoundSubquery subquery ? Placed(subquery) : node);

    BoundExpression Placed(BoundSubquery subquery)
    {
        // CASE and BETWEEN name what they are about several times.
        if (_placed.TryGetValue(subquery, out var known))
            return known;
        if (CallFactory.ErrorAmong(subquery.Children) is { } error)
            return error;
        var value = subquery.Test switch
        {
            SubqueryTest.Exists => Exists(subquery),
            SubqueryTest.Scalar => new ScalarSubquery(context, input).Place(subquery),
            SubqueryTest.Any or SubqueryTest.All => new ComparedSubquery(context, input).Place(subquery),
            _ => throw new UnreachableException($"test {subquery.Test} has no join"),
        };
        return _placed[subquery] = value ?? new BoundError { Span = subquery.Span };
    }

    BoundExpression? Exists(BoundSubquery subquery)
    {
        var decorrelation = DecorrelationOf(context, input, subquery);
        return decorrelation.Of(Query(subquery)) is { } rows ? new ComparedSubquery(context, input).Found(decorrelation, rows, [], subquery.Span) : null;
    }

    /// <summary>A query over the columns of the input instead of positions in <see cref="BoundSubquery.Around"/>.</summary>
    public static LogicalNode Query(BoundSubquery subquery) => OuterColumns.Replace(subquery.Query, outer => OuterColumns.AsOuter(subquery.Around[outer.Index]));

    /// <summary>Takes what refers to the input out of a sub-query.</summary>
    public static Decorrelation DecorrelationOf(BindContext context, SubqueryInput input, BoundSubquery subquery) => new(context, subquery.Span, input.Node);

    // A condition that is a sub-query as a whole; false if it is none.
    bool TryJoin(BoundExpression condition)
    {
        var negated = false;
        while (condition is BoundCall { Function.Name: "NOT", Arguments: [var operand] })
            (condition, negated) = (operand, !negated);
        if (condition is not BoundSubquery { Test: not SubqueryTest.Scalar } subquery)
            return false;
        subquery = (BoundSubquery)subquery.WithChildren(subquery.Children.Map(Place));
        var span = subquery.Span;
        if (CallFactory.ErrorAmong(subquery.Children) is not null || DecorrelationOf(context, input, subquery).Of(Query(subquery)) is not { } rows)
            return true;
        rows = rows with { Node = rows.Node is LogicalValues ? rows.Node : rows.Node with { Span = span } };
        if (subquery.Test == SubqueryTest.Exists)
        {
            input.Join(negated ? JoinType.Anti : JoinType.Semi, rows, null);
            return true;
        }
        ValueList<BoundExpression> tests =
            [.. subquery.Operands.Select((operand, i) => Calls.Operator(subquery.Symbol, span, [OuterColumns.AsOuter(operand), rows.Node.Schema.Column(i)]))];
        if (CallFactory.ErrorAmong(tests) is not null)
            return true;
        var test = tests.Count == 1 ? tests[0] : new BoundLogical(LogicalOperator.And, tests) { Span = span };
        var isAll = subquery.Test == SubqueryTest.All;
        input.Join(isAll == negated ? JoinType.Semi : JoinType.Anti, rows, (isAll, negated) switch
        {
            // Some row is equal.
            (false, false) => test,
            // NOT ANY is TRUE where no row is equal, nor perhaps equal.
            (false, true) => test.Type.IsNullable ? Calls.Operator("IS NOT TRUE", span, [Calls.Operator("NOT", span, [test])]) : test,
            // ALL is TRUE where no row is different, nor perhaps different.
            (true, false) => test.Type.IsNullable ? Calls.Operator("IS NOT TRUE", span, [test]) : Calls.Operator("NOT", span, [test]),
            (true, true) => Calls.Operator("NOT", span, [test]),
        });
        return true;
    }
}
