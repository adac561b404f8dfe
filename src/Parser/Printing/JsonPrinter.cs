using System.Diagnostics;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser.Printing;

/// <summary>The JSON functions with clauses of their own.</summary>
static class JsonPrinter
{
    public static void Print(SqlWriter writer, ExpressionSyntax expression)
    {
        switch (expression)
        {
            case JsonExistsExpression exists:
                Head(writer, "JSON_EXISTS(", exists.Input, exists.Path);
                Behavior(writer, exists.OnError, " ON ERROR");
                break;
            case JsonValueExpression value:
                Head(writer, "JSON_VALUE(", value.Input, value.Path);
                Returning(writer, value.Returning);
                Behavior(writer, value.OnEmpty, " ON EMPTY");
                Behavior(writer, value.OnError, " ON ERROR");
                break;
            case JsonQueryExpression query:
                Head(writer, "JSON_QUERY(", query.Input, query.Path);
                Returning(writer, query.Returning);
                if (query.Wrapper is { } wrapper)
                    writer.Write(Words(wrapper));
                Behavior(writer, query.OnEmpty, " ON EMPTY");
                Behavior(writer, query.OnError, " ON ERROR");
                break;
            default:
                throw new UnreachableException($"expression {expression.GetType().Name} has no case");
        }
        writer.Write(")");
    }

    /// <summary>JSON_OBJECT, JSON_ARRAY and their aggregates, up to the closing parenthesis.</summary>
    public static void PrintConstructor(SqlWriter writer, FunctionCall call)
    {
        var pairs = call.Name.Last.Text is "JSON_OBJECT" or "JSON_OBJECTAGG";
        writer.Write(call.Name.Last.Text).Write("(");
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            var isKey = pairs && i % 2 == 0;
            if (i > 0)
                writer.Write(pairs && !isKey ? " VALUE " : ", ");
            writer.If(isKey, "KEY ");
            ExpressionPrinter.Print(
                writer, call.Arguments[i].Value, isKey ? ExpressionPrinter.Level.Additive : ExpressionPrinter.Level.Or);
        }
        if (call.AbsentOnNull is { } absent)
            writer.If(call.Arguments.Count > 0, " ").Write(absent ? "ABSENT ON NULL" : "NULL ON NULL");
        writer.Write(")");
    }

    static void Head(SqlWriter writer, string name, ExpressionSyntax input, ExpressionSyntax path)
    {
        ExpressionPrinter.Print(writer.Write(name), input);
        ExpressionPrinter.Print(writer.Write(", "), path);
    }

    static void Returning(SqlWriter writer, TypeSyntax? type)
    {
        if (type is not null)
            TypePrinter.Print(writer.Write(" RETURNING "), type);
    }

    static void Behavior(SqlWriter writer, JsonBehavior? behavior, string when)
    {
        if (behavior is null)
            return;
        writer.Write(behavior.Kind switch
        {
            JsonBehaviorKind.Default => " DEFAULT ",
            JsonBehaviorKind.EmptyArray => " EMPTY ARRAY",
            JsonBehaviorKind.EmptyObject => " EMPTY OBJECT",
            var kind => $" {kind.ToString().ToUpperInvariant()}",
        });
        if (behavior.Default is not null)
            ExpressionPrinter.Print(writer, behavior.Default);
        writer.Write(when);
    }

    static string Words(JsonWrapper wrapper) => wrapper switch
    {
        JsonWrapper.Without => " WITHOUT ARRAY WRAPPER",
        JsonWrapper.Conditional => " WITH CONDITIONAL ARRAY WRAPPER",
        JsonWrapper.Unconditional => " WITH UNCONDITIONAL ARRAY WRAPPER",
        _ => throw new UnreachableException($"wrapper {wrapper} has no case"),
    };
}
