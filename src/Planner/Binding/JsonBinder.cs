using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Binding;

/// <summary>The forms of JSON, whose clauses reach the functions as strings with the keywords.</summary>
sealed class JsonBinder(BindContext context, ExpressionBinder expressions)
{
    CallFactory Calls => context.Calls;

    /// <summary>x IS [NOT] JSON [SCALAR | ARRAY | OBJECT].</summary>
    public BoundExpression Is(BoundExpression operand, IsTest test, SourceSpan span) => Calls.Operator(
        test switch
        {
            IsTest.Json => "IS JSON",
            IsTest.JsonScalar => "IS JSON SCALAR",
            IsTest.JsonArray => "IS JSON ARRAY",
            IsTest.JsonObject => "IS JSON OBJECT",
            _ => throw new UnreachableException($"test {test} is none of JSON"),
        },
        span, [operand]);

    /// <summary>JSON_EXISTS: (json, path, on error).</summary>
    public BoundExpression Exists(JsonExistsExpression exists, SourceSpan span) => Calls.Function(
        "JSON_EXISTS", span,
        [expressions.Bind(exists.Input), expressions.Bind(exists.Path), Word(Keyword(exists.OnError, "FALSE"), span)]);

    /// <summary>JSON_VALUE: (json, path, a NULL of the type, on empty, its default, on error, its default).</summary>
    public BoundExpression Value(JsonValueExpression value, SourceSpan span)
    {
        var type = value.Returning is null ? SqlType.String : new TypeBinder(context).Bind(value.Returning);
        if (type is null)
            return new BoundError { Span = span };
        var none = new BoundLiteral(type.WithNullability(true), null) { Span = span };
        return Calls.Function(
            "JSON_VALUE", span,
            [
                expressions.Bind(value.Input), expressions.Bind(value.Path), none,
                Word(Keyword(value.OnEmpty, "NULL"), span), Default(value.OnEmpty, type) ?? none,
                Word(Keyword(value.OnError, "NULL"), span), Default(value.OnError, type) ?? none,
            ]);
    }

    /// <summary>JSON_QUERY: (json, path, wrapper, on empty, on error).</summary>
    public BoundExpression Query(JsonQueryExpression query, SourceSpan span)
    {
        var returnsArray = false;
        if (query.Returning is not null)
        {
            var type = new TypeBinder(context).Bind(query.Returning);
            if (type is null)
                return new BoundError { Span = span };
            returnsArray = type is CollectionType { Kind: SqlTypeKind.Array, Element: StringType { IsCharacter: true } };
            if (!type.IsCharacter && !returnsArray)
                return context.Error(BindErrors.NotSupported(span, $"JSON_QUERY RETURNING {type}"));
        }
        if (returnsArray && JsonBehaviorKind.EmptyObject is var empty && (query.OnEmpty?.Kind == empty || query.OnError?.Kind == empty))
            return context.Error(BindErrors.EmptyObjectAsArray(span));
        var wrapper = query.Wrapper switch
        {
            JsonWrapper.Conditional => "CONDITIONAL",
            JsonWrapper.Unconditional => "UNCONDITIONAL",
            _ => "WITHOUT",
        };
        return Calls.Function(
            returnsArray ? "JSON_QUERY ARRAY" : "JSON_QUERY", span,
            [
                expressions.Bind(query.Input), expressions.Bind(query.Path), Word(wrapper, span),
                Word(Keyword(query.OnEmpty, "NULL"), span), Word(Keyword(query.OnError, "NULL"), span),
            ]);
    }

    /// <summary>True for a constructor of JSON.</summary>
    public static bool IsConstructor(string upper) => upper is "JSON_OBJECT" or "JSON_ARRAY";

    /// <summary>JSON_OBJECT and JSON_ARRAY: the clause and the marks of what is JSON already go before the arguments.</summary>
    public BoundExpression Construct(FunctionCall call, string upper, ValueList<BoundExpression> arguments, SourceSpan span)
    {
        var step = upper == "JSON_OBJECT" ? 2 : 1;
        var marks = "";
        for (var i = step - 1; i < arguments.Count; i += step)
            marks += arguments[i] is BoundCall { Function.Name: "JSON_OBJECT" or "JSON_ARRAY" or "JSON" } ? 'j' : 'v';
        return Calls.Function(
            upper, span, [Word(OnNull(call, absent: upper == "JSON_ARRAY"), span), Word(marks, span), .. arguments]);
    }

    /// <summary>The clause ON NULL of a call as argument.</summary>
    public static BoundLiteral Clause(FunctionCall call, string upper, SourceSpan span) => Word(OnNull(call, absent: upper == "JSON_ARRAYAGG"), span);

    static string OnNull(FunctionCall call, bool absent) => call.AbsentOnNull ?? absent ? "ABSENT" : "NULL";

    BoundExpression? Default(JsonBehavior? behavior, SqlType type)
    {
        if (behavior?.Default is null)
            return null;
        var bound = expressions.Bind(behavior.Default);
        return bound is BoundError || bound.Type.SameIgnoringNullability(type) ? bound : Calls.ExplicitCast(bound, type, isTry: false, bound.Span);
    }

    static string Keyword(JsonBehavior? behavior, string otherwise) => behavior?.Kind switch
    {
        null => otherwise,
        JsonBehaviorKind.EmptyArray => "EMPTY ARRAY",
        JsonBehaviorKind.EmptyObject => "EMPTY OBJECT",
        var kind => kind.ToString()!.ToUpperInvariant(),
    };

    static BoundLiteral Word(string text, SourceSpan span) =>
        new(SqlType.Varchar(Math.Max(1, text.Length)).WithNullability(false), text) { Span = span };
}
