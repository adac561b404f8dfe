using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Binding;

/// <summary>Makes typed calls and casts, with an error where the types do not fit.</summary>
/// <remarks>Where an operand is in error, the result is, too, without a further message.</remarks>
sealed class CallFactory(BindContext context)
{
    /// <summary>The functions that the binder rewrites; the function catalog need not have them.</summary>
    public static IReadOnlyList<string> Rewritten { get; } = ["COALESCE", "IF", "IFNULL", "NULLIF"];

    IFunctionCatalog Functions => context.Planner.Functions;

    /// <summary>A call of an operator, which is a function named by its symbol.</summary>
    public BoundExpression Operator(string symbol, SourceSpan span, params ValueList<BoundExpression> arguments)
    {
        if (ErrorAmong(arguments) is { } error)
            return error;
        if (!Functions.TryGetScalar(symbol, out var function))
            return context.Error(BindErrors.NotSupported(span, $"operator {symbol}"));
        return Plan(function, span, arguments) ?? context.Error(BindErrors.OperatorMismatch(span, symbol, arguments));
    }

    /// <summary>A call of a function by the name that the user wrote.</summary>
    public BoundExpression Function(string name, SourceSpan span, ValueList<BoundExpression> arguments)
    {
        ScalarFunction? function;
        if (UserFunction(name) is { } user)
        {
            if (!Functions.TryGetClass(user.ClassName, out function))
                return context.Error(BindErrors.UnknownClass(span, user));
        }
        else if (!Functions.TryGetScalar(name, out function))
        {
            if (Functions.TryGetTable(name, out var table))
                return context.Error(CorrelateErrors.GivesRows(span, table.Name));
            var known = Functions.Names.Concat(Rewritten).Concat(context.Planner.Catalog.Functions.Select(function => function.Name.Name.ToUpperInvariant()));
            var hint = ForeignNames.FunctionHint(name, arguments.Count) ?? NearestName.Hint(name.ToUpperInvariant(), known);
            return context.Error(BindErrors.UndefinedFunction(span, name, hint));
        }
        if (ErrorAmong(arguments) is { } error)
            return error;
        return Plan(function, span, arguments)
            ?? context.Error(BindErrors.FunctionMismatch(span, name, arguments, function.Signature));
    }

    // System functions hide built-in ones, which hide those of databases.
    FunctionDefinition? UserFunction(string name)
    {
        var catalog = context.Planner.Catalog;
        var system = new ObjectName(FunctionDefinition.SystemScope, FunctionDefinition.SystemScope, name);
        if (catalog.FindFunction(system, temporary: true) is { } hiding)
            return hiding;
        if (Functions.TryGetScalar(name, out _) || Functions.TryGetAggregate(name, out _))
            return null;
        var own = new ObjectName(context.CurrentCatalog, context.CurrentDatabase, name);
        return catalog.FindFunction(own, temporary: true) ?? catalog.FindFunction(own, temporary: false);
    }

    /// <summary>The table function of a name; null after an error.</summary>
    public TableFunction? FindTable(string name, SourceSpan span)
    {
        if (Functions.TryGetTable(name, out var function))
            return function;
        context.Report(Functions.TryGetScalar(name, out _) || Functions.TryGetAggregate(name, out _)
            ? BindErrors.NotATableFunction(span, name.ToUpperInvariant())
            : CorrelateErrors.UndefinedFunction(span, name, NearestName.Hint(name.ToUpperInvariant(), [.. Functions.TableNames, "TUMBLE", "HOP", "CUMULATE", "SESSION"])));
        return null;
    }

    /// <summary>A call of a table function; null after an error.</summary>
    public BoundTableCall? Table(TableFunction function, SourceSpan span, ValueList<BoundExpression> arguments)
    {
        if (ErrorAmong(arguments) is not null)
            return null;
        try
        {
            if (function.Plan([.. arguments.Select(Info)]) is { } call)
                return new BoundTableCall(function, call, Coerce(arguments, call.ParameterTypes));
            context.Report(BindErrors.FunctionMismatch(span, function.Name, arguments, function.Signature));
        }
        catch (SqlException exception)
        {
            context.Report(exception, span);
        }
        return null;
    }

    /// <summary>Where an aggregate function fits its arguments, the call for an append-only input, the one for an input
    /// that takes rows away (null if there is none), and the arguments cast as both want them.</summary>
    public (AggregateCall Appending, AggregateCall? Retracting, ValueList<BoundExpression> Arguments)? Aggregate(
        AggregateFunction function, ValueList<BoundExpression> arguments)
    {
        var infos = arguments.Select(Info).ToArray();
        if (function.Plan(infos, retracting: false) is not { } appending)
            return null;
        var retracting = function.Plan(infos, retracting: true);
        Check.That(retracting is null || retracting.ParameterTypes.SequenceEqual(appending.ParameterTypes));
        Check.That(retracting is null || retracting.ReturnType == appending.ReturnType);
        return (appending, retracting, Coerce(arguments, appending.ParameterTypes));
    }

    /// <summary>CAST or TRY_CAST as the user wrote it.</summary>
    public BoundExpression ExplicitCast(BoundExpression operand, SqlType type, bool isTry, SourceSpan span)
    {
        if (operand is BoundError)
            return operand;
        return Cast(operand, type, isTry, span) ?? context.Error(BindErrors.CannotCast(span, operand.Type, type));
    }

    /// <summary>The expression as another type where SQL casts by itself; null where it does not.</summary>
    public BoundExpression? ImplicitCast(BoundExpression operand, SqlType type)
    {
        if (operand is BoundError || operand.Type.SameIgnoringNullability(type))
            return operand;
        return operand.Type.Kind == SqlTypeKind.Null || TypeRules.CanCastImplicitly(operand.Type, type)
            ? Cast(operand, type, isTry: false, operand.Span)
            : null;
    }

    /// <summary>All expressions as one type; null where they have none in common.</summary>
    public ValueList<BoundExpression>? Unify(ValueList<BoundExpression> expressions)
    {
        var types = expressions.Where(expression => expression is not BoundError).Select(expression => expression.Type).ToArray();
        if (types.Length == 0 || TypeRules.CommonType(types) is not { } common)
            return types.Length == 0 ? expressions : null;
        var cast = new List<BoundExpression>();
        foreach (var expression in expressions)
        {
            if (expression is BoundError || expression.Type.SameIgnoringNullability(common))
                cast.Add(expression);
            else if (Cast(expression, common, isTry: false, expression.Span) is { } changed)
                cast.Add(changed);
            else
                return null;
        }
        return [.. cast];
    }

    /// <summary>The expression as BOOLEAN, or an error that names the place.</summary>
    public BoundExpression Condition(BoundExpression expression, string place)
    {
        if (expression is BoundError || expression.Type.Kind == SqlTypeKind.Boolean)
            return expression;
        return ImplicitCast(expression, SqlType.Boolean) ?? context.Error(BindErrors.NotBoolean(expression, place));
    }

    /// <summary>The expression with the type that follows from its operands, after their nullability has changed.</summary>
    public BoundExpression Retype(BoundExpression expression) => expression switch
    {
        BoundCall call => Plan(call.Function, call.Span, call.Arguments) ?? throw new EngineBugException($"{call} does not fit any more"),
        BoundCast cast => Cast(cast.Operand, cast.Type.WithNullability(cast.Operand.Type.IsNullable), cast.IsTry, cast.Span)
            ?? throw new EngineBugException($"{cast} does not fit any more"),
        BoundCase choice => choice with
        {
            Type = choice.Type.WithNullability(choice.Else is null || choice.Else.Type.IsNullable || choice.Arms.Any(arm => arm.Result.Type.IsNullable)),
        },
        _ => expression,
    };

    /// <summary>The first expression in error, or null.</summary>
    public static BoundExpression? ErrorAmong(ValueList<BoundExpression> expressions)
    {
        foreach (var expression in expressions)
        {
            if (expression is BoundError)
                return expression;
        }
        return null;
    }

    BoundExpression? Plan(ScalarFunction function, SourceSpan span, ValueList<BoundExpression> arguments)
    {
        try
        {
            var call = function.Plan([.. arguments.Select(Info)]);
            return call is null ? null : new BoundCall(function, call, Coerce(arguments, call.ParameterTypes)) { Span = span };
        }
        catch (SqlException exception)
        {
            context.Report(exception, span);
            return new BoundError { Span = span };
        }
    }

    ValueList<BoundExpression> Coerce(ValueList<BoundExpression> arguments, IReadOnlyList<SqlType> types)
    {
        Check.That(types.Count == arguments.Count);
        var cast = new BoundExpression[arguments.Count];
        for (var i = 0; i < cast.Length; i++)
        {
            var argument = arguments[i];
            cast[i] = argument.Type.SameIgnoringNullability(types[i])
                ? argument
                : Cast(argument, types[i], isTry: false, argument.Span)
                    ?? throw new EngineBugException($"a function asked for the cast {argument.Type} to {types[i]}");
        }
        return [.. cast];
    }

    BoundExpression? Cast(BoundExpression operand, SqlType type, bool isTry, SourceSpan span)
    {
        if (operand.Type.SameIgnoringNullability(type))
            return operand;
        // Whatever an expression of the type of NULL is, its value is NULL.
        if (operand is BoundLiteral { Value: null } || operand.Type.Kind == SqlTypeKind.Null)
            return new BoundLiteral(type.WithNullability(true), null) { Span = span };
        try
        {
            if (Functions.PlanCast(Info(operand), type, isTry) is not { } call)
                return null;
            var result = type.WithNullability(call.ReturnType.IsNullable);
            return new BoundCast(operand, call, result, isTry) { Span = span };
        }
        catch (SqlException exception)
        {
            context.Report(exception, span);
            return new BoundError { Span = span };
        }
    }

    ArgumentInfo Info(BoundExpression argument) => context.Folder.Fold(argument) is BoundLiteral literal
        ? new ArgumentInfo(argument.Type, true, literal.Value, argument.Span)
        : new ArgumentInfo(argument.Type, false, null, argument.Span);
}
