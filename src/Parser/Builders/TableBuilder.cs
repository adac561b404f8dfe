using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;
using static SqlStream.Parser.Builders.SyntaxBuilder;
using static SqlStream.Parser.Generated.SqlStreamParser;

namespace SqlStream.Parser.Builders;

/// <summary>What stands after FROM.</summary>
static class TableBuilder
{
    public static TableSyntax? From(JoinedTableContext[] tables)
    {
        TableSyntax? built = null;
        foreach (var table in tables)
        {
            var next = Joined(table);
            built = built is null
                ? next
                : new JoinTable(built, JoinKind.Cross, next, null) { Span = SourceSpan.Union(built.Span, next.Span) };
        }
        return built;
    }

    static TableSyntax Joined(JoinedTableContext context)
    {
        var built = Primary(context.tablePrimary());
        foreach (var join in context.joinClause())
        {
            built = new JoinTable(built, Kind(join), Primary(join.tablePrimary()), join.expression() is { } on ? ExpressionBuilder.Build(on) : null)
            {
                Span = SourceSpan.Union(built.Span, Span(join)),
                Using = Names(join.columnList()),
                Natural = join.NATURAL() is not null,
            };
        }
        return built;
    }

    static JoinKind Kind(JoinClauseContext context) =>
        context.CROSS() is not null ? JoinKind.Cross
        : context.LEFT() is not null ? JoinKind.Left
        : context.RIGHT() is not null ? JoinKind.Right
        : context.FULL() is not null ? JoinKind.Full
        : JoinKind.Inner;

    static TableSyntax Primary(TablePrimaryContext context)
    {
        var built = Factor(context.tableFactor());
        return context.matchRecognize() is { } match
            ? MatchBuilder.Build(match, built) with { Alias = Alias(context.tableAlias()), Span = Span(context) }
            : built;
    }

    static TableSyntax Factor(TableFactorContext context)
    {
        TableSyntax built = context switch
        {
            NamedTableContext named => new NamedTable(Path(named.qualifiedName()), Alias(named.tableAlias()))
            {
                Hints = QueryBuilder.Hints(named.hints()),
                SystemTime = named.operand() is { } time ? ExpressionBuilder.Build(time) : null,
            },
            DerivedTableContext derived => new DerivedTable(
                QueryBuilder.Build(derived.query()), derived.LATERAL() is not null, Alias(derived.tableAlias())),
            ParenthesizedTableContext parenthesized => Joined(parenthesized.joinedTable()),
            FunctionTableContext function => Function(function),
            UnnestContext unnest => new UnnestTable(
                ExpressionBuilder.Build(unnest.expression()), unnest.ORDINALITY() is not null, Alias(unnest.tableAlias())),
            _ => throw SyntaxErrors.NoCase(context),
        };
        return built with { Span = Span(context) };
    }

    static FunctionTable Function(FunctionTableContext context) =>
        CallBuilder.Build(context.functionCall()) is FunctionCall call
            ? new FunctionTable(call, context.LATERAL() is not null, context.ORDINALITY() is not null, Alias(context.tableAlias()))
            : throw new SqlException(SyntaxErrors.NoTableFunction(Span(context.functionCall())));

    static TableAlias? Alias(TableAliasContext? context) =>
        context is null ? null : new TableAlias(Name(context.identifier()), Names(context.columnList())) { Span = Span(context) };
}
