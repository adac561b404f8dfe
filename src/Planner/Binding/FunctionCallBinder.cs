using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Binding;

/// <summary>Calls of functions: scalar ones become calls, aggregates become what the aggregation replaces.</summary>
sealed class FunctionCallBinder(BindContext context, ExpressionBinder expressions)
{
    bool _insideAggregate;

    /// <summary>The bound call, or a reported error.</summary>
    public BoundExpression Bind(FunctionCall call, SourceSpan span)
    {
        var name = call.Name.Last.Text;
        var upper = name.ToUpperInvariant();
        if (call.Name.Parts.Count > 1)
            return context.Error(BindErrors.UndefinedFunction(span, call.Name.ToString(), "Functions have names without dots."));
        if (upper is "FIRST_VALUE" or "LAST_VALUE" && call.IgnoreNulls is { } ignores)
            return Edge(call with { IgnoreNulls = null }, ignores, span);
        if (Unsupported(call, upper, span) is { } unsupported)
            return unsupported;
        if (GroupingBinder.IsGrouping(upper))
            return Grouping(call, upper, span);
        return context.Planner.Functions.TryGetAggregate(upper, out var aggregate)
            ? Aggregate(call, aggregate, span)
            : Scalar(call, name, upper, span);
    }

    // FIRST_VALUE and LAST_VALUE pass over NULL by themselves. A row with a value is not NULL, whatever the value is.
    BoundExpression Edge(FunctionCall call, bool ignoresNulls, SourceSpan span)
    {
        if (ignoresNulls || call.Arguments.Count != 1)
            return Bind(call, span);
        var argument = call.Arguments[0];
        var row = new RowExpression([argument.Value]) { Span = argument.Value.Span };
        var edge = Bind(call with { Arguments = [argument with { Value = row }] }, span);
        return edge.Type is Core.Types.RowType { Fields: [var value] } && edge is not BoundError
            ? NestedBinder.TryField(context, edge, value.Name, span)!
            : edge;
    }

    BoundExpression? Unsupported(FunctionCall call, string upper, SourceSpan span)
    {
        if (call.Over is not null)
            return new OverBinder(context).Bind(call, expressions, span);
        if (OverCallBinder.IsKnown(upper) && !context.Planner.Functions.TryGetScalar(upper, out _))
            return context.Error(BindErrors.OverMissing(span, upper));
        if (GroupWindowBinder.IsGroupWindow(upper))
            return new GroupWindowBinder(context).Bind(call, upper, span, _insideAggregate ? null : expressions.Clause.Window);
        foreach (var argument in call.Arguments)
        {
            if (argument.Name is not null)
                return context.Error(BindErrors.NotSupported(context.SpanOf(argument), $"named argument of function {upper}"));
        }
        return null;
    }

    BoundExpression Scalar(FunctionCall call, string name, string upper, SourceSpan span)
    {
        if (call.Distinct)
            return context.Error(BindErrors.NotAnAggregate(span, name, "DISTINCT"));
        if (call.Filter is not null)
            return context.Error(BindErrors.NotAnAggregate(span, name, "FILTER"));
        if (!call.OrderBy.IsEmpty)
            return context.Error(BindErrors.NotAnAggregate(span, name, "ORDER BY"));
        if (call.Star)
            return context.Error(BindErrors.NotAnAggregate(span, name, "*"));
        if (call.IgnoreNulls is not null)
            return context.Error(BindErrors.NotSupported(span, $"NULL clause of function {upper}"));
        var arguments = call.Arguments.Map(argument => Argument(argument.Value));
        if (JsonBinder.IsConstructor(upper))
            return new JsonBinder(context, expressions).Construct(call, upper, arguments, span);
        return new CaseBinder(context, expressions).Rewritten(upper, arguments, span)
            ?? context.Calls.Function(name, span, arguments);
    }

    BoundExpression Grouping(FunctionCall call, string upper, SourceSpan span)
    {
        if (!expressions.Clause.AllowsAggregates || _insideAggregate)
            return context.Error(BindErrors.AggregateNotAllowed(span, upper, _insideAggregate ? "an aggregate function" : expressions.Clause.Name));
        var arguments = expressions.BindAll(call.Arguments.Select(argument => argument.Value));
        var max = GroupingBinder.ArgumentsMax(upper);
        if (arguments.Count > max || (arguments.IsEmpty && max > 0) || call.Star || call.Distinct || call.Filter is not null)
            return context.Error(BindErrors.GroupingArguments(span, upper, max));
        return CallFactory.ErrorAmong(arguments) ?? new BoundGrouping(upper, arguments) { Span = span };
    }

    // Units of time and the keywords of TRIM reach functions as strings.
    BoundExpression Argument(ExpressionSyntax value)
    {
        var text = value switch
        {
            TimeUnitExpression unit => TimeUnits.Keyword(unit.Unit),
            SymbolExpression symbol => symbol.Keyword,
            _ => null,
        };
        return text is null
            ? expressions.Bind(value)
            : new BoundLiteral(SqlType.Char(text.Length).WithNullability(false), text) { Span = context.SpanOf(value) };
    }

    // A function that ignores NULLs if wanted is two functions.
    BoundExpression Aggregate(FunctionCall call, AggregateFunction function, SourceSpan span)
    {
        if (call.IgnoreNulls is { } ignores && context.Planner.Functions.TryGetAggregate(function.Name + " IGNORE NULLS", out var ignoring))
            (call, function) = (call with { IgnoreNulls = null }, ignores ? ignoring : function);
        if (_insideAggregate)
            return context.Error(BindErrors.NestedAggregate(span, function.Name));
        if (!expressions.Clause.AllowsAggregates)
            return context.Error(BindErrors.AggregateNotAllowed(span, function.Name, expressions.Clause.Name));
        if (!call.OrderBy.IsEmpty)
            return context.Error(BindErrors.NotSupported(span, $"ORDER BY in aggregate function {function.Name}"));
        if (call.IgnoreNulls is not null)
            return context.Error(BindErrors.NotSupported(span, $"NULL clause of aggregate function {function.Name}"));
        _insideAggregate = !expressions.AllowsAggregatesInside;
        var arguments = call.Arguments.Map(argument => Argument(argument.Value));
        var filter = call.Filter is null ? null : expressions.BindCondition(call.Filter, "FILTER");
        _insideAggregate = false;
        if ((CallFactory.ErrorAmong(arguments) ?? (filter as BoundError)) is { } error)
            return error;
        if (call.Distinct && !arguments.All(argument => new KeyCheck(context).IsKey(argument, $"{function.Name}(DISTINCT ...)")))
            return new BoundError { Span = span };
        if (arguments.IsEmpty != call.Star || (call.Star && function.Name != "COUNT"))
            return context.Error(BindErrors.FunctionMismatch(span, function.Name, arguments, function.Signature, call.Star));
        if (function.Name is "JSON_OBJECTAGG" or "JSON_ARRAYAGG")
            arguments = [.. arguments, JsonBinder.Clause(call, function.Name, span)];
        return Plan(call, function, arguments, filter, span);
    }

    BoundExpression Plan(
        FunctionCall call,
        AggregateFunction function,
        ValueList<BoundExpression> arguments,
        BoundExpression? filter,
        SourceSpan span)
    {
        try
        {
            if (context.Calls.Aggregate(function, arguments) is not var (appending, retracting, cast))
                return context.Error(BindErrors.FunctionMismatch(span, function.Name, arguments, function.Signature));
            return new BoundAggregateCall(function, appending, retracting, cast, call.Distinct, filter) { Span = span };
        }
        catch (SqlException exception)
        {
            context.Report(exception, span);
            return new BoundError { Span = span };
        }
    }
}
