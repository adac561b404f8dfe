using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Binding;

/// <summary>CASE, and what is rewritten to it: COALESCE, IFNULL, NULLIF, IF.</summary>
sealed class CaseBinder(BindContext context, ExpressionBinder expressions)
{
    CallFactory Calls => context.Calls;

    /// <summary>CASE with or without an operand.</summary>
    public BoundExpression Case(CaseExpression syntax, SourceSpan span)
    {
        var operand = syntax.Operand is null ? null : expressions.Bind(syntax.Operand);
        if (operand is not null && new PredicateBinder(context, expressions).Repeatable(operand, "CASE") is { } error)
            return error;
        var conditions = syntax.Whens.Map(when => operand is null
            ? expressions.BindCondition(when.Condition, "WHEN")
            : Calls.Operator("=", context.SpanOf(when.Condition), [operand, expressions.Bind(when.Condition)]));
        var results = syntax.Whens.Map(when => expressions.Bind(when.Result));
        var otherwise = syntax.Else is null ? null : expressions.Bind(syntax.Else);
        return Make("CASE", conditions, results, otherwise, span);
    }

    /// <summary>A call of one of <see cref="CallFactory.Rewritten"/>, or null if the name is none of them.</summary>
    public BoundExpression? Rewritten(string name, ValueList<BoundExpression> arguments, SourceSpan span) => name switch
    {
        "COALESCE" when arguments.Count >= 1 => Coalesce(name, arguments, span),
        "IFNULL" when arguments.Count == 2 => Coalesce(name, arguments, span),
        "NULLIF" when arguments.Count == 2 => NullIf(arguments[0], arguments[1], span),
        "IF" when arguments.Count == 3 =>
            Make("IF", [Calls.Condition(arguments[0], "IF")], [arguments[1]], arguments[2], span),
        "COALESCE" or "IFNULL" or "NULLIF" or "IF" =>
            context.Error(BindErrors.FunctionMismatch(span, name, arguments, Signature(name))),
        _ => null,
    };

    static string Signature(string name) => name switch
    {
        "COALESCE" => "COALESCE(value, ...)",
        "IFNULL" => "IFNULL(value, replacement)",
        "NULLIF" => "NULLIF(value, value)",
        _ => "IF(condition, value, value)",
    };

    // The last value needs no test; a value that is never NULL ends the list.
    BoundExpression Coalesce(string name, ValueList<BoundExpression> arguments, SourceSpan span)
    {
        if (CallFactory.ErrorAmong(arguments) is { } error)
            return error;
        if (Calls.Unify(arguments) is not { } values)
            return context.Error(BindErrors.NoCommonType(span, name, arguments.Select(argument => argument.Type)));
        var conditions = new List<BoundExpression>();
        var results = new List<BoundExpression>();
        foreach (var value in values)
        {
            results.Add(value);
            if (!value.Type.IsNullable || results.Count == values.Count)
                break;
            if (!value.IsDeterministic)
                return new PredicateBinder(context, expressions).Repeatable(value, name)!;
            conditions.Add(Calls.Operator("IS NOT NULL", value.Span, [value]));
        }
        if (conditions.Count == 0)
            return results[0];
        var arms = conditions.Select((condition, i) => new BoundCaseArm(condition, results[i]));
        return CallFactory.ErrorAmong([.. conditions])
            ?? new BoundCase([.. arms], results[^1], results[^1].Type) { Span = span };
    }

    BoundExpression NullIf(BoundExpression value, BoundExpression other, SourceSpan span)
    {
        if (new PredicateBinder(context, expressions).Repeatable(value, "NULLIF") is { } error)
            return error;
        var equal = Calls.Operator("=", span, [value, other]);
        if (equal is BoundError)
            return equal;
        var type = value.Type.WithNullability(true);
        return new BoundCase([new BoundCaseArm(equal, new BoundLiteral(type, null) { Span = span })], value, type) { Span = span };
    }

    BoundExpression Make(
        string name,
        ValueList<BoundExpression> conditions,
        ValueList<BoundExpression> results,
        BoundExpression? otherwise,
        SourceSpan span)
    {
        ValueList<BoundExpression> all = otherwise is null ? results : results.Add(otherwise);
        if ((CallFactory.ErrorAmong(conditions) ?? CallFactory.ErrorAmong(all)) is { } error)
            return error;
        if (Calls.Unify(all) is not { } unified)
            return context.Error(BindErrors.NoCommonType(span, name, all.Select(result => result.Type)));
        var type = unified[0].Type.WithNullability(otherwise is null || unified.Any(result => result.Type.IsNullable));
        var arms = conditions.Select((condition, i) => new BoundCaseArm(condition, unified[i]));
        return new BoundCase([.. arms], otherwise is null ? null : unified[^1], type) { Span = span };
    }
}
