using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using static SqlStream.Parser.Builders.SyntaxBuilder;
using static SqlStream.Parser.Generated.SqlStreamParser;

namespace SqlStream.Parser.Builders;

/// <summary>Queries: SELECT and its clauses, set operations, VALUES, WITH, ORDER BY.</summary>
static class QueryBuilder
{
    public static QuerySyntax Build(QueryContext context)
    {
        var built = Body(context.queryBody());
        var expressions = context.expression();
        if (context.ORDER() is not null || expressions.Length > 0 || context.FETCH() is not null)
            built = Ordered(context, built) with { Span = SourceSpan.Union(Span(context.queryBody()), Span(context.Stop)) };
        if (context.WITH() is null)
            return built;
        return new WithQuery(Map(context.commonTable(), Common), built) { Span = Span(context) };
    }

    public static ValueList<HintSyntax> Hints(HintsContext? context) =>
        context is null ? [] : Map(context.hint(), Hint);

    static OrderedQuery Ordered(QueryContext context, QuerySyntax query)
    {
        ExpressionSyntax? limit = null;
        ExpressionSyntax? offset = null;
        for (var i = 0; i < context.ChildCount; i++)
        {
            if (context.GetChild(i) is not ExpressionContext expression)
                continue;
            var before = ((Antlr4.Runtime.Tree.ITerminalNode)context.GetChild(i - 1)).Symbol;
            if (before.Type == OFFSET)
                offset = ExpressionBuilder.Build(expression);
            else if (limit is null)
                limit = ExpressionBuilder.Build(expression);
            else
                throw new SqlException(SyntaxErrors.LimitTwice(Span(before)));
        }
        if (context.FETCH() is not null && limit is null)
            limit = new IntegerLiteral(1);
        return new OrderedQuery(query, Map(context.orderItem(), CallBuilder.Order), offset, limit);
    }

    static CommonTable Common(CommonTableContext context) =>
        new(Name(context.identifier()), Names(context.columnList()), Build(context.query())) { Span = Span(context) };

    static QuerySyntax Body(QueryBodyContext context)
    {
        var links = new Stack<SetOperationContext>();
        var current = context;
        while (current is SetOperationContext operation)
        {
            links.Push(operation);
            current = operation.queryBody(0);
        }
        var built = Primary(((PlainQueryContext)current).queryPrimary());
        while (links.TryPop(out var link))
        {
            var right = Body(link.queryBody(1));
            var kind = link.UNION() is not null ? SetOperator.Union
                : link.INTERSECT() is not null ? SetOperator.Intersect
                : SetOperator.Except;
            built = new SetOperation(built, kind, link.ALL() is not null, right) { Span = SourceSpan.Union(built.Span, right.Span) };
        }
        return built;
    }

    static QuerySyntax Primary(QueryPrimaryContext context) => context switch
    {
        SelectContext select => Select(select),
        ValuesContext values => new ValuesQuery(Map(values.expression(), ValuesRow)) { Span = Span(values) },
        TableQueryContext table => new TableQuery(Path(table.qualifiedName())) { Span = Span(table) },
        ParenthesizedQueryContext parenthesized => Build(parenthesized.query()),
        _ => throw SyntaxErrors.NoCase(context),
    };

    /// <summary>(a, b) and ROW(a, b) are rows; (a) is a row of one value, and so is a value without
    /// parentheses.</summary>
    static RowExpression ValuesRow(ExpressionContext context)
    {
        var primary = ((context as OperandExpressionContext)?.operand() as PlainOperandContext)?.primary();
        var values = primary switch
        {
            ParenthesizedContext parenthesized when parenthesized.fieldPath() is null => parenthesized.expression(),
            RowContext row when row.fieldPath() is null => row.expression(),
            _ => [context],
        };
        return new RowExpression(ExpressionBuilder.Build(values)) { Span = Span(context) };
    }

    static SelectQuery Select(SelectContext context) =>
        new(Map(context.selectItem(), Item), TableBuilder.From(context.joinedTable()))
        {
            Span = Span(context),
            Distinct = context.DISTINCT() is not null,
            Hints = Hints(context.hints()),
            Where = context.where is null ? null : ExpressionBuilder.Build(context.where),
            GroupBy = Map(context.groupItem(), Group),
            Having = context.having is null ? null : ExpressionBuilder.Build(context.having),
            Windows = Map(context.namedWindow(), Window),
            Qualify = context.qualify is null ? null : ExpressionBuilder.Build(context.qualify),
        };

    static SelectItem Item(SelectItemContext context) => context switch
    {
        StarContext star => new StarItem(star.columnPath() is { } path ? Path(path) : null) { Span = Span(star) },
        SelectExpressionContext expression => new ExpressionItem(
            ExpressionBuilder.Build(expression.expression()),
            expression.columnName() is { } name ? Name(name)
                : expression.identifier() is { } alias ? Name(alias)
                : null)
        {
            Span = Span(expression),
        },
        _ => throw SyntaxErrors.NoCase(context),
    };

    static GroupItem Group(GroupItemContext context)
    {
        GroupItem built = context switch
        {
            GroupingSetsContext sets => new GroupingSets(Map(sets.groupItem(), Group)),
            RollupContext rollup => new RollupGroup(Map(rollup.groupItem(), Group)),
            CubeContext cube => new CubeGroup(Map(cube.groupItem(), Group)),
            EmptyGroupContext => new GroupSet([]),
            GroupExpressionContext group => Grouped(ExpressionBuilder.Build(group.expression())),
            _ => throw SyntaxErrors.NoCase(context),
        };
        return built with { Span = Span(context) };
    }

    static GroupItem Grouped(ExpressionSyntax expression) =>
        expression is RowExpression row ? new GroupSet(row.Values) : new GroupExpression(expression);

    static NamedWindow Window(NamedWindowContext context) =>
        new(Name(context.identifier()), CallBuilder.Window(context.windowSpecification())) { Span = Span(context) };

    static HintSyntax Hint(HintContext context)
    {
        var name = Name(context.identifier());
        return new HintSyntax(name with { Text = name.Text.ToUpperInvariant() }, Map(context.hintArgument(), Argument))
        {
            Span = Span(context),
        };
    }

    static HintArgument Argument(HintArgumentContext context)
    {
        var key = context.text() is { } text ? Text(text).Value : context.columnPath() is { } path ? Path(path).ToString() : null;
        var value = context.hintValue();
        return new HintArgument(
            key,
            value.text() is { } literal ? Text(literal).Value
                : value.columnPath() is { } name ? Path(name).ToString()
                : value.GetText())
        {
            Span = Span(context),
        };
    }
}
