using System.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser.Printing;

/// <summary>Expressions, with parentheses where the precedence asks for them.</summary>
static class ExpressionPrinter
{
    /// <summary>How tightly the kinds of expressions bind, as the ladder of the grammar has it.</summary>
    public enum Level
    {
        Or,
        And,
        Not,
        Predicate,
        Additive,
        Multiplicative,
        Sign,
        Primary,
    }

    public static void Print(SqlWriter writer, ExpressionSyntax expression) => Print(writer, expression, Level.Or);

    /// <summary>Prints in parentheses if the expression binds less tightly than <paramref name="least"/>.</summary>
    public static void Print(SqlWriter writer, ExpressionSyntax expression, Level least)
    {
        if (LevelOf(expression) >= least)
        {
            Bare(writer, expression);
            return;
        }
        writer.Write("(");
        Bare(writer, expression);
        writer.Write(")");
    }

    public static void List(SqlWriter writer, ValueList<ExpressionSyntax> expressions) =>
        writer.List(expressions, expression => Print(writer, expression));

    static Level LevelOf(ExpressionSyntax expression) => expression switch
    {
        LogicalExpression { Operator: LogicalOperator.Or } => Level.Or,
        LogicalExpression => Level.And,
        UnaryExpression { Operator: UnaryOperator.Not } => Level.Not,
        UnaryExpression => Level.Sign,
        BinaryExpression binary => LevelOf(binary.Operator),
        BetweenExpression or InListExpression or InQueryExpression or QuantifiedExpression or LikeExpression or IsExpression
            or DistinctFromExpression => Level.Predicate,
        IntegerLiteral { Value: var value } when value < 0 => Level.Sign,
        _ => Level.Primary,
    };

    static Level LevelOf(BinaryOperator binary) => binary switch
    {
        BinaryOperator.Add or BinaryOperator.Subtract => Level.Additive,
        BinaryOperator.Multiply or BinaryOperator.Divide or BinaryOperator.Modulo or BinaryOperator.Concat => Level.Multiplicative,
        _ => Level.Predicate,
    };

    static void Bare(SqlWriter writer, ExpressionSyntax expression)
    {
        switch (expression)
        {
            case LiteralSyntax literal:
                LiteralPrinter.Print(writer, literal);
                break;
            case NameExpression name:
                writer.Write(name.Parts);
                break;
            case BinaryExpression binary:
                Binary(writer, binary);
                break;
            case LogicalExpression logical:
                Logical(writer, logical);
                break;
            case UnaryExpression unary:
                Unary(writer, unary);
                break;
            case FunctionCall call:
                CallPrinter.Print(writer, call);
                break;
            case CaseExpression @case:
                Case(writer, @case);
                break;
            case CastExpression cast:
                Print(writer.Write(cast.Try ? "TRY_CAST(" : "CAST("), cast.Operand);
                TypePrinter.Print(writer.Write(" AS "), cast.Type);
                writer.Write(")");
                break;
            case SubqueryExpression subquery:
                Query(writer, "(", subquery.Query);
                break;
            case ExistsExpression exists:
                Query(writer, "EXISTS (", exists.Query);
                break;
            case RowExpression row:
                List(writer.Write("ROW("), row.Values);
                writer.Write(")");
                break;
            case ArrayExpression array:
                List(writer.Write("ARRAY["), array.Values);
                writer.Write("]");
                break;
            case MapExpression map:
                Map(writer, map);
                break;
            case SubscriptExpression subscript:
                Print(writer, subscript.Operand, Level.Primary);
                Print(writer.Write("["), subscript.Index);
                writer.Write("]");
                break;
            case FieldAccessExpression field:
                Field(writer, field);
                break;
            case TimeUnitExpression unit:
                writer.Write(TimeUnits.Keyword(unit.Unit));
                break;
            case SymbolExpression symbol:
                writer.Write(symbol.Keyword);
                break;
            case DescriptorExpression descriptor:
                writer.Write("DESCRIPTOR").Columns(descriptor.Columns);
                break;
            case TableArgumentExpression table:
                CallPrinter.Print(writer, table);
                break;
            case MeasureSemanticsExpression measure:
                Print(writer.Write(measure.Final ? "FINAL " : "RUNNING "), measure.Operand);
                break;
            case JsonExistsExpression or JsonValueExpression or JsonQueryExpression:
                JsonPrinter.Print(writer, expression);
                break;
            default:
                Predicate(writer, expression);
                break;
        }
    }

    static void Predicate(SqlWriter writer, ExpressionSyntax expression)
    {
        switch (expression)
        {
            case BetweenExpression between:
                Operand(writer, between.Operand).If(between.Negated, " NOT").Write(between.Symmetric ? " BETWEEN SYMMETRIC " : " BETWEEN ");
                Operand(writer, between.Low).Write(" AND ");
                Operand(writer, between.High);
                break;
            case InListExpression list:
                Operand(writer, list.Operand).If(list.Negated, " NOT").Write(" IN (");
                List(writer, list.Values);
                writer.Write(")");
                break;
            case InQueryExpression query:
                Query(Operand(writer, query.Operand).If(query.Negated, " NOT"), " IN (", query.Query);
                break;
            case QuantifiedExpression quantified:
                Operand(writer, quantified.Operand).Write($" {Symbol(quantified.Operator)} ");
                Query(writer, quantified.All ? "ALL (" : "ANY (", quantified.Query);
                break;
            case LikeExpression like:
                Like(writer, like);
                break;
            case IsExpression test:
                Operand(writer, test.Operand).Write(test.Negated ? " IS NOT " : " IS ").Write(Word(test.Test));
                break;
            case DistinctFromExpression distinct:
                Operand(writer, distinct.Left).Write(distinct.Negated ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ");
                Operand(writer, distinct.Right);
                break;
            default:
                throw new UnreachableException($"expression {expression.GetType().Name} has no case");
        }
    }

    static SqlWriter Operand(SqlWriter writer, ExpressionSyntax operand)
    {
        Print(writer, operand, Level.Additive);
        return writer;
    }

    static void Query(SqlWriter writer, string before, QuerySyntax query)
    {
        QueryPrinter.Print(writer.Write(before), query);
        writer.Write(")");
    }

    /// <summary>Walks down the left operands in a loop: chains may be thousands of operators long.</summary>
    static void Binary(SqlWriter writer, BinaryExpression binary)
    {
        var links = new Stack<BinaryExpression>();
        links.Push(binary);
        while (links.Peek() is { Left: BinaryExpression left } link && Continues(left.Operator, link.Operator))
            links.Push(left);
        var first = links.Peek();
        Print(writer, first.Left, first.Operator == BinaryOperator.Overlaps || LevelOf(first.Operator) == Level.Predicate
            ? Level.Additive
            : LevelOf(first.Operator));
        while (links.TryPop(out var next))
        {
            writer.Write(" ").Write(Symbol(next.Operator)).Write(" ");
            Print(writer, next.Right, LevelOf(next.Operator) + 1);
        }
    }

    /// <summary>True where a left operand needs no parentheses and is part of the same chain. OVERLAPS binds more
    /// tightly than
    /// a comparison, so that a chain may begin with it but not go on with it.</summary>
    static bool Continues(BinaryOperator left, BinaryOperator above) =>
        above == BinaryOperator.Overlaps ? left == BinaryOperator.Overlaps : LevelOf(left) >= LevelOf(above);

    static void Logical(SqlWriter writer, LogicalExpression logical)
    {
        var and = logical.Operator == LogicalOperator.And;
        for (var i = 0; i < logical.Operands.Count; i++)
        {
            if (i > 0)
                writer.Write(and ? " AND " : " OR ");
            Print(writer, logical.Operands[i], and ? Level.Not : Level.And);
        }
    }

    static void Unary(SqlWriter writer, UnaryExpression unary)
    {
        if (unary.Operator == UnaryOperator.Not)
        {
            Print(writer.Write("NOT "), unary.Operand, Level.Not);
            return;
        }
        writer.Write(unary.Operator == UnaryOperator.Minus ? "-" : "+");
        // Two minus signs in a row would begin a comment.
        Print(writer.If(LevelOf(unary.Operand) == Level.Sign, " "), unary.Operand, Level.Sign);
    }

    static void Like(SqlWriter writer, LikeExpression like)
    {
        var word = like.Kind switch
        {
            LikeKind.Like => " LIKE ",
            LikeKind.ILike => " ILIKE ",
            LikeKind.SimilarTo => " SIMILAR TO ",
            _ => throw new UnreachableException($"like kind {like.Kind} has no case"),
        };
        Operand(Operand(writer, like.Operand).If(like.Negated, " NOT").Write(word), like.Pattern);
        if (like.Escape is not null)
            Operand(writer.Write(" ESCAPE "), like.Escape);
    }

    static void Case(SqlWriter writer, CaseExpression @case)
    {
        writer.Write("CASE");
        if (@case.Operand is not null)
            Print(writer.Write(" "), @case.Operand);
        foreach (var when in @case.Whens)
        {
            Print(writer.Write(" WHEN "), when.Condition);
            Print(writer.Write(" THEN "), when.Result);
        }
        if (@case.Else is not null)
            Print(writer.Write(" ELSE "), @case.Else);
        writer.Write(" END");
    }

    static void Map(SqlWriter writer, MapExpression map)
    {
        writer.Write("MAP[").List(map.Entries, entry =>
        {
            Print(writer, entry.Key);
            Print(writer.Write(", "), entry.Value);
        }).Write("]");
    }

    static void Field(SqlWriter writer, FieldAccessExpression field)
    {
        var bare = field.Operand is SubscriptExpression or FieldAccessExpression;
        Print(writer.If(!bare, "("), field.Operand);
        writer.If(!bare, ")").Write(".").Write(field.Field);
    }

    static string Word(IsTest test) => test switch
    {
        IsTest.Json => "JSON",
        IsTest.JsonScalar => "JSON SCALAR",
        IsTest.JsonArray => "JSON ARRAY",
        IsTest.JsonObject => "JSON OBJECT",
        _ => test.ToString().ToUpperInvariant(),
    };

    static string Symbol(BinaryOperator binary) => binary switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.Modulo => "%",
        BinaryOperator.Concat => "||",
        BinaryOperator.Equal => "=",
        BinaryOperator.NotEqual => "<>",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.Overlaps => "OVERLAPS",
        _ => throw new UnreachableException($"operator {binary} has no case"),
    };
}
