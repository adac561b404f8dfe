using Antlr4.Runtime;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using static SqlStream.Parser.Builders.SyntaxBuilder;
using static SqlStream.Parser.Generated.SqlStreamParser;

namespace SqlStream.Parser.Builders;

/// <summary>Conditions and values. Chains of operators lean to the left and may be very long, so the left side is
/// walked in a loop; everything else is bounded by the check of nesting.</summary>
static class ExpressionBuilder
{
    /// <summary>How many operators other than AND, OR, comparison and arithmetic may follow each other.</summary>
    const int suffixesMax = 128;

    public static ExpressionSyntax Build(ExpressionContext context)
    {
        if (context is OperandExpressionContext plain)
            return Build(plain.operand());
        var links = new Stack<ExpressionContext>();
        var current = context;
        while (current.GetChild(0) is ExpressionContext left)
        {
            links.Push(current);
            current = left;
        }
        var start = current.Start.StartIndex;
        var built = current is NotContext not
            ? new UnaryExpression(UnaryOperator.Not, Build(not.expression())) { Span = Span(not) }
            : Build(((OperandExpressionContext)current).operand());
        var suffixes = 0;
        while (links.TryPop(out var link))
        {
            if (link is AndContext or OrContext)
            {
                built = Logical(built, link, links);
                continue;
            }
            if (link is not CompareContext && ++suffixes > suffixesMax)
                throw new SqlException(SyntaxErrors.TooDeep(Span(link)));
            built = Extend(built, link) with { Span = new SourceSpan(start, Span(link).End - start) };
        }
        return built;
    }

    public static ExpressionSyntax Build(OperandContext context)
    {
        if (context is PlainOperandContext plain)
            return PrimaryBuilder.Build(plain.primary());
        var links = new Stack<OperandContext>();
        var current = context;
        while (current.GetChild(0) is OperandContext left)
        {
            links.Push(current);
            current = left;
        }
        var start = current.Start.StartIndex;
        var built = current is SignContext sign
            ? new UnaryExpression(sign.MINUS() is null ? UnaryOperator.Plus : UnaryOperator.Minus, Build(sign.operand()))
            {
                Span = Span(sign),
            }
            : PrimaryBuilder.Build(((PlainOperandContext)current).primary());
        var suffixes = 0;
        while (links.TryPop(out var link))
        {
            if (link is SubscriptContext && ++suffixes > suffixesMax)
                throw new SqlException(SyntaxErrors.TooDeep(Span(link)));
            built = Extend(built, link) with { Span = new SourceSpan(start, Span(link).End - start) };
        }
        return built;
    }

    public static ValueList<ExpressionSyntax> Build(ExpressionContext[] contexts) => Map(contexts, Build);

    /// <summary>.a.b after something that is no name.</summary>
    public static ExpressionSyntax WithFields(ExpressionSyntax operand, FieldPathContext? path)
    {
        if (path is null)
            return operand;
        if (path.name().Length > suffixesMax)
            throw new SqlException(SyntaxErrors.TooDeep(Span(path)));
        foreach (var field in path.name())
        {
            operand = new FieldAccessExpression(operand, Name(field))
            {
                Span = SourceSpan.Union(operand.Span, Span(field)),
            };
        }
        return operand;
    }

    static LogicalExpression Logical(ExpressionSyntax first, ExpressionContext link, Stack<ExpressionContext> links)
    {
        var and = link is AndContext;
        var operands = new List<ExpressionSyntax> { first, Build((ExpressionContext)link.GetChild(2)) };
        while (links.TryPeek(out var next) && (and ? next is AndContext : next is OrContext))
            operands.Add(Build((ExpressionContext)links.Pop().GetChild(2)));
        return new LogicalExpression(and ? LogicalOperator.And : LogicalOperator.Or, operands.ToValueList())
        {
            Span = SourceSpan.Union(first.Span, operands[^1].Span),
        };
    }

    static ExpressionSyntax Extend(ExpressionSyntax left, ExpressionContext link)
    {
        var negated = Has(link, NOT);
        return link switch
        {
            BetweenContext between => new BetweenExpression(
                left, Build(between.operand(0)), Build(between.operand(1)), between.SYMMETRIC() is not null, negated),
            InQueryContext inQuery => new InQueryExpression(left, QueryBuilder.Build(inQuery.query()), negated),
            InListContext inList => new InListExpression(left, Map(inList.expression()[1..], Build), negated),
            LikeContext like => new LikeExpression(
                left,
                like.LIKE() is not null ? LikeKind.Like : like.ILIKE() is not null ? LikeKind.ILike : LikeKind.SimilarTo,
                Build(like.operand(0)),
                like.operand().Length > 1 ? Build(like.operand(1)) : null,
                negated),
            OverlapsContext overlaps => new BinaryExpression(left, BinaryOperator.Overlaps, Build(overlaps.expression(1))),
            QuantifiedContext quantified => new QuantifiedExpression(
                left, Operator(quantified.comparison().Start), quantified.ALL() is not null, QueryBuilder.Build(quantified.query())),
            CompareContext compare => new BinaryExpression(left, Operator(compare.comparison().Start), Build(compare.expression(1))),
            DistinctFromContext distinct => new DistinctFromExpression(left, Build(distinct.expression(1)), negated),
            IsContext test => new IsExpression(left, Test(test.isTest()), negated),
            _ => throw SyntaxErrors.NoCase(link),
        };
    }

    static ExpressionSyntax Extend(ExpressionSyntax left, OperandContext link) => link switch
    {
        SubscriptContext subscript => WithFields(
            new SubscriptExpression(left, Build(subscript.expression()))
            {
                Span = SourceSpan.Union(left.Span, Span(subscript.RIGHT_BRACKET())),
            },
            subscript.fieldPath()),
        ArithmeticContext arithmetic => new BinaryExpression(
            left, Operator(((Antlr4.Runtime.Tree.ITerminalNode)arithmetic.GetChild(1)).Symbol), Build(arithmetic.operand(1))),
        _ => throw SyntaxErrors.NoCase(link),
    };

    static BinaryOperator Operator(IToken token) => token.Type switch
    {
        EQUAL => BinaryOperator.Equal,
        NOT_EQUAL => BinaryOperator.NotEqual,
        LESS => BinaryOperator.Less,
        LESS_OR_EQUAL => BinaryOperator.LessOrEqual,
        GREATER => BinaryOperator.Greater,
        GREATER_OR_EQUAL => BinaryOperator.GreaterOrEqual,
        PLUS => BinaryOperator.Add,
        MINUS => BinaryOperator.Subtract,
        STAR => BinaryOperator.Multiply,
        SLASH => BinaryOperator.Divide,
        PERCENT => BinaryOperator.Modulo,
        CONCAT => BinaryOperator.Concat,
        _ => throw SyntaxErrors.NoCase(token),
    };

    static IsTest Test(IsTestContext context) => context.Stop.Type switch
    {
        NULL => IsTest.Null,
        TRUE => IsTest.True,
        FALSE => IsTest.False,
        UNKNOWN => IsTest.Unknown,
        JSON or VALUE => IsTest.Json,
        SCALAR => IsTest.JsonScalar,
        ARRAY => IsTest.JsonArray,
        OBJECT => IsTest.JsonObject,
        _ => throw SyntaxErrors.NoCase(context),
    };
}
