using System.Globalization;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using static SqlStream.Parser.Builders.ExpressionBuilder;
using static SqlStream.Parser.Builders.SyntaxBuilder;
using static SqlStream.Parser.Generated.SqlStreamParser;

namespace SqlStream.Parser.Builders;

/// <summary>Literals, constructors and everything else that operators stand between.</summary>
static class PrimaryBuilder
{
    const int digitsMax = 38;

    public static ExpressionSyntax Build(PrimaryContext context)
    {
        switch (context)
        {
            case LiteralValueContext literal:
                return Literal(literal.literal()) with { Span = Span(context) };
            case ColumnReferenceContext column:
                return new NameExpression(Path(column.columnPath()).Parts) { Span = Span(context) };
            case CallContext call:
                return WithFields(CallBuilder.Build(call.functionCall()), call.fieldPath());
            case ParenthesizedContext parenthesized:
                return Parenthesized(parenthesized);
            default:
                break;
        }
        ExpressionSyntax built = context switch
        {
            SubqueryContext subquery => new SubqueryExpression(QueryBuilder.Build(subquery.query())),
            RowContext row => WithFields(
                new RowExpression(ExpressionBuilder.Build(row.expression()))
                {
                    Span = SourceSpan.Union(Span(row.ROW()), Span(row.RIGHT_PAREN())),
                },
                row.fieldPath()),
            ArrayContext array => new ArrayExpression(ExpressionBuilder.Build(array.expression())),
            MapContext map => new MapExpression(Entries(map.expression())),
            CaseContext @case => new CaseExpression(
                @case.value is null ? null : ExpressionBuilder.Build(@case.value),
                Map(@case.whenClause(), When),
                @case.otherwise is null ? null : ExpressionBuilder.Build(@case.otherwise)),
            CastContext cast => WithFields(
                new CastExpression(ExpressionBuilder.Build(cast.expression()), TypeBuilder.Build(cast.type()), cast.TRY_CAST() is not null)
                {
                    Span = SourceSpan.Union(Span(cast.Start), Span(cast.RIGHT_PAREN())),
                },
                cast.fieldPath()),
            ExistsContext exists => new ExistsExpression(QueryBuilder.Build(exists.query())),
            _ => throw SyntaxErrors.NoCase(context),
        };
        return built with { Span = Span(context) };
    }

    static ExpressionSyntax Parenthesized(ParenthesizedContext context)
    {
        var expressions = context.expression();
        var inner = expressions.Length == 1
            ? ExpressionBuilder.Build(expressions[0])
            : new RowExpression(ExpressionBuilder.Build(expressions));
        var span = SourceSpan.Union(Span(context.LEFT_PAREN()), Span(context.RIGHT_PAREN()));
        return WithFields(inner with { Span = span }, context.fieldPath());
    }

    static WhenClause When(WhenClauseContext context) =>
        new(ExpressionBuilder.Build(context.expression(0)), ExpressionBuilder.Build(context.expression(1))) { Span = Span(context) };

    static ValueList<MapEntrySyntax> Entries(ExpressionContext[] expressions)
    {
        var entries = new MapEntrySyntax[expressions.Length / 2];
        for (var i = 0; i < entries.Length; i++)
        {
            var key = ExpressionBuilder.Build(expressions[2 * i]);
            var value = ExpressionBuilder.Build(expressions[(2 * i) + 1]);
            entries[i] = new MapEntrySyntax(key, value) { Span = SourceSpan.Union(key.Span, value.Span) };
        }
        return ValueList.Create<MapEntrySyntax>(entries);
    }

    static LiteralSyntax Literal(LiteralContext context) => context switch
    {
        IntegerLiteralContext => new IntegerLiteral(Digits(context, context.GetText())),
        DecimalLiteralContext => Decimal(context),
        DoubleLiteralContext => Double(context),
        StringLiteralContext text => Text(text.text()),
        BinaryLiteralContext binary => new BinaryLiteral(TextValue.HexDigits(binary.Start)),
        BooleanLiteralContext boolean => new BooleanLiteral(boolean.TRUE() is not null),
        NullLiteralContext => new NullLiteral(),
        DatetimeLiteralContext datetime => Datetime(datetime),
        IntervalLiteralContext interval => new IntervalLiteral(
            Text(interval.text()).Value, TypeBuilder.Qualifier(interval.intervalQualifier()), interval.MINUS() is not null),
        _ => throw SyntaxErrors.NoCase(context),
    };

    static LiteralSyntax Datetime(DatetimeLiteralContext context)
    {
        var text = Text(context.text()).Value;
        return context.Start.Type switch
        {
            DATE => new DateLiteral(text),
            TIME => new TimeLiteral(text),
            _ => new TimestampLiteral(text),
        };
    }

    static DecimalLiteral Decimal(LiteralContext context)
    {
        var text = context.GetText();
        var point = text.IndexOf('.', StringComparison.Ordinal);
        return new DecimalLiteral(Digits(context, text.Remove(point, 1)), text.Length - point - 1);
    }

    static Int128 Digits(LiteralContext context, string digits)
    {
        var significant = digits.TrimStart('0');
        if (significant.Length > digitsMax || digits.Length > 2 * digitsMax)
            throw new SqlException(SyntaxErrors.NumberOutOfRange(Span(context), context.GetText()));
        return significant.Length == 0 ? 0 : Int128.Parse(significant, CultureInfo.InvariantCulture);
    }

    static DoubleLiteral Double(LiteralContext context)
    {
        var value = double.Parse(context.GetText(), NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(value)
            ? new DoubleLiteral(value)
            : throw new SqlException(SyntaxErrors.NumberOutOfRange(Span(context), context.GetText()));
    }
}
