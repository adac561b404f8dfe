using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using LogicalOperator = SqlStream.Planner.Expressions.LogicalOperator;

namespace SqlStream.Planner.Binding;

/// <summary>BETWEEN, IN, LIKE and IS, rewritten to comparisons, AND, OR and calls.</summary>
sealed class PredicateBinder(BindContext context, ExpressionBinder expressions)
{
    CallFactory Calls => context.Calls;

    /// <summary>x BETWEEN a AND b is x &gt;= a AND x &lt;= b; SYMMETRIC tries the bounds in both orders.</summary>
    public BoundExpression Between(BetweenExpression between, SourceSpan span)
    {
        var operand = expressions.Bind(between.Operand);
        var low = expressions.Bind(between.Low);
        var high = expressions.Bind(between.High);
        if (Repeatable(operand, "BETWEEN") is { } error)
            return error;
        var range = Within(operand, low, high, span);
        if (between.Symmetric)
            range = Combine(LogicalOperator.Or, [range, Within(operand, high, low, span)], span);
        return Negate(range, between.Negated, span);
    }

    /// <summary>x IN (a, b) is x = a OR x = b.</summary>
    public BoundExpression InList(InListExpression inList, SourceSpan span)
    {
        var operand = expressions.Bind(inList.Operand);
        var values = expressions.BindAll(inList.Values);
        if ((CallFactory.ErrorAmong(values) ?? Repeatable(operand, "IN")) is { } error)
            return error;
        var tests = values.Map(value => Calls.Operator("=", value.Span, [operand, value]));
        return Negate(Combine(LogicalOperator.Or, tests, span), inList.Negated, span);
    }

    /// <summary>LIKE and its relatives.</summary>
    public BoundExpression Like(LikeExpression like, SourceSpan span)
    {
        var name = like.Kind switch
        {
            LikeKind.Like => "LIKE",
            LikeKind.ILike => "ILIKE",
            LikeKind.SimilarTo => "SIMILAR TO",
            _ => throw new UnreachableException($"pattern language {like.Kind} has no function"),
        };
        var operand = expressions.Bind(like.Operand);
        var pattern = expressions.Bind(like.Pattern);
        var call = like.Escape is null
            ? Calls.Operator(name, span, [operand, pattern])
            : Calls.Operator(name, span, [operand, pattern, expressions.Bind(like.Escape)]);
        return Negate(call, like.Negated, span);
    }

    /// <summary>IS NULL, IS TRUE and so on.</summary>
    public BoundExpression Is(IsExpression test, SourceSpan span)
    {
        var operand = expressions.Bind(test.Operand);
        var negated = test.Negated;
        switch (test.Test)
        {
            case IsTest.Null:
                return Calls.Operator(negated ? "IS NOT NULL" : "IS NULL", span, [operand]);
            case IsTest.Unknown:
                return Calls.Operator(negated ? "IS NOT NULL" : "IS NULL", span, [Calls.Condition(operand, "IS UNKNOWN")]);
            case IsTest.True:
                return Calls.Operator(negated ? "IS NOT TRUE" : "IS TRUE", span, [Calls.Condition(operand, "IS TRUE")]);
            case IsTest.False:
                // IS NOT FALSE keeps TRUE and NULL: what NOT makes of it is not TRUE.
                return negated
                    ? Calls.Operator("IS NOT TRUE", span, [Calls.Operator("NOT", span, [Calls.Condition(operand, "IS FALSE")])])
                    : Calls.Operator("IS FALSE", span, [Calls.Condition(operand, "IS FALSE")]);
            default:
                return Negate(new JsonBinder(context, expressions).Is(operand, test.Test, span), negated, span);
        }
    }

    /// <summary>(a, b) OVERLAPS (c, d): the times share a moment, the ends included; an interval is added to the time before it.</summary>
    public BoundExpression Overlaps(ExpressionSyntax left, ExpressionSyntax right, SourceSpan span)
    {
        if (left is not RowExpression { Values: { Count: 2 } first } || right is not RowExpression { Values: { Count: 2 } second })
            return context.Error(BindErrors.NotSupported(span, "OVERLAPS without two values in parentheses at both sides"));
        var (from, to) = Period(first, span);
        var (otherFrom, otherTo) = Period(second, span);
        return Combine(
            LogicalOperator.And, [Calls.Operator(">=", span, [to, otherFrom]), Calls.Operator(">=", span, [otherTo, from])], span);
    }

    (BoundExpression From, BoundExpression To) Period(ValueList<ExpressionSyntax> values, SourceSpan span)
    {
        var start = expressions.Bind(values[0]);
        var end = expressions.Bind(values[1]);
        if (Repeatable(start, "OVERLAPS") is { } error)
            return (error, error);
        if (end is not BoundError && end.Type.IsInterval)
            end = Calls.Operator("+", span, [start, end]);
        return (Calls.Function("LEAST", span, [start, end]), Calls.Function("GREATEST", span, [start, end]));
    }

    /// <summary>An error if the value may change between two evaluations, or is in error already; null if it may be
    /// repeated.</summary>
    public BoundExpression? Repeatable(BoundExpression operand, string place)
    {
        if (operand is BoundError)
            return operand;
        return operand.IsDeterministic
            ? null
            : context.Error(BindErrors.NotSupported(
                operand.Span, $"{place} over a value that is not deterministic", "Compute the value in a sub-query."));
    }

    static BoundExpression Combine(LogicalOperator @operator, ValueList<BoundExpression> operands, SourceSpan span)
    {
        if (CallFactory.ErrorAmong(operands) is { } error)
            return error;
        return operands.Count == 1 ? operands[0] : new BoundLogical(@operator, operands) { Span = span };
    }

    BoundExpression Within(BoundExpression operand, BoundExpression low, BoundExpression high, SourceSpan span) => Combine(
        LogicalOperator.And, [Calls.Operator(">=", span, [operand, low]), Calls.Operator("<=", span, [operand, high])], span);

    BoundExpression Negate(BoundExpression predicate, bool negated, SourceSpan span) =>
        negated ? Calls.Operator("NOT", span, [predicate]) : predicate;
}
