using Antlr4.Runtime;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using static SqlStream.Parser.Builders.SyntaxBuilder;
using static SqlStream.Parser.Generated.SqlStreamParser;

namespace SqlStream.Parser.Builders;

/// <summary>Function calls. Forms with keywords between the arguments become plain calls.</summary>
static class CallBuilder
{
    public static ExpressionSyntax Build(FunctionCallContext context)
    {
        ExpressionSyntax built = context switch
        {
            PlainCallContext call => Plain(call),
            StarCallContext star => Suffix(new FunctionCall(Name(star.functionName()), []) { Star = true }, star.callSuffix()),
            BareCallContext bare => Keyword(
                bare,
                bare.INTEGER_NUMBER() is { } precision ? [new IntegerLiteral(SmallNumber(precision)) { Span = Span(precision) }] : []),
            ExtractContext extract => Keyword(extract, [Unit(extract.timeUnit()), Expression(extract.expression())]),
            RoundTimeContext round => Round(round),
            TimestampCallContext call => Keyword(
                call, [Unit(call.timeUnit()), Expression(call.expression(0)), Expression(call.expression(1))]),
            TrimContext trim => Trim(trim),
            SubstringContext substring => Keyword(substring, ExpressionBuilder.Build(substring.expression())),
            PositionContext position => Keyword(position, Map(position.operand(), ExpressionBuilder.Build)),
            OverlayContext overlay => Keyword(overlay, ExpressionBuilder.Build(overlay.expression())),
            DescriptorContext descriptor => new DescriptorExpression(Names(descriptor.columnList())),
            JsonObjectContext json => Keyword(json, Pairs(json.jsonPair())) with { AbsentOnNull = Absent(json.jsonNulls()) },
            JsonArrayContext json => Keyword(json, ExpressionBuilder.Build(json.expression())) with
            {
                AbsentOnNull = Absent(json.jsonNulls()),
            },
            JsonObjectAggContext json => Suffix(
                Keyword(json, Pairs([json.jsonPair()])) with { AbsentOnNull = Absent(json.jsonNulls()) }, json.callSuffix()),
            JsonArrayAggContext json => Suffix(
                Keyword(json, [Expression(json.expression())]) with { AbsentOnNull = Absent(json.jsonNulls()) }, json.callSuffix()),
            JsonExistsContext json => new JsonExistsExpression(
                Expression(json.expression(0)), Expression(json.expression(1)), Behavior(json.jsonBehavior())),
            JsonValueContext json => new JsonValueExpression(
                Expression(json.expression(0)),
                Expression(json.expression(1)),
                json.type() is { } type ? TypeBuilder.Build(type) : null,
                Behavior(json.onEmpty),
                Behavior(json.onError)),
            JsonQueryContext json => new JsonQueryExpression(
                Expression(json.expression(0)),
                Expression(json.expression(1)),
                json.type() is { } type ? TypeBuilder.Build(type) : null,
                Wrapper(json.jsonWrapper()),
                Behavior(json.onEmpty),
                Behavior(json.onError)),
            _ => throw SyntaxErrors.NoCase(context),
        };
        return built with { Span = Span(context) };
    }

    public static OrderItem Order(OrderItemContext context) =>
        new(
            Expression(context.expression()),
            context.DESC() is not null,
            context.NULLS() is null ? null : context.FIRST() is not null)
        {
            Span = Span(context),
        };

    public static WindowSpecification Window(WindowSpecificationContext context) =>
        new(
            context.existing is null ? null : SyntaxBuilder.Name(context.existing),
            ExpressionBuilder.Build(context.expression()),
            Map(context.orderItem(), Order),
            context.frame() is { } frame ? Frame(frame) : null)
        {
            Span = Span(context),
        };

    static ExpressionSyntax Expression(ExpressionContext context) => ExpressionBuilder.Build(context);

    static TimeUnitExpression Unit(TimeUnitContext context) => new(TypeBuilder.Unit(context)) { Span = Span(context) };

    static FunctionCall Plain(PlainCallContext context)
    {
        var call = new FunctionCall(Name(context.functionName()), Map(context.argument(), Argument))
        {
            Distinct = context.DISTINCT() is not null,
            IgnoreNulls = Nulls(context.nullTreatment()),
            OrderBy = Map(context.orderItem(), Order),
        };
        return Suffix(call, context.callSuffix());
    }

    static FunctionCall Suffix(FunctionCall call, CallSuffixContext context)
    {
        if (context.ChildCount == 0)
            return call;
        return call with
        {
            IgnoreNulls = Nulls(context.nullTreatment()) ?? call.IgnoreNulls,
            OrderBy = context.WITHIN() is null ? call.OrderBy : Map(context.orderItem(), Order),
            Filter = context.FILTER() is null ? null : Expression(context.expression()),
            Over = context.OVER() is null ? null
                : context.windowSpecification() is { } window ? Window(window)
                : new WindowReference(SyntaxBuilder.Name(context.identifier())) { Span = Span(context.identifier()) },
        };
    }

    static FunctionCall Keyword(FunctionCallContext context, ValueList<ExpressionSyntax> arguments) =>
        new(Keyword(context.Start), arguments.Map(value => new ArgumentSyntax(null, value) { Span = value.Span }));

    static QualifiedName Keyword(IToken token) =>
        new([new Identifier(token.Text.ToUpperInvariant()) { Span = Span(token) }]) { Span = Span(token) };

    static QualifiedName Name(FunctionNameContext context) =>
        context.qualifiedName() is { } name ? Path(name) : Keyword(context.Start);

    static FunctionCall Round(RoundTimeContext context)
    {
        var call = Keyword(context, [Expression(context.expression()), Unit(context.timeUnit())]);
        return context.CEILING() is { } ceiling
            ? call with { Name = new QualifiedName([new Identifier("CEIL") { Span = Span(ceiling) }]) { Span = Span(ceiling) } }
            : call;
    }

    static FunctionCall Trim(TrimContext context)
    {
        var keyword = context.LEADING() is not null ? "LEADING" : context.TRAILING() is not null ? "TRAILING" : "BOTH";
        ExpressionSyntax characters = context.characters is null ? new StringLiteral(" ") : Expression(context.characters);
        return Keyword(context, [new SymbolExpression(keyword), characters, Expression(context.trimmed)]);
    }

    static ArgumentSyntax Argument(ArgumentContext context)
    {
        var value = context.argumentValue();
        return new ArgumentSyntax(
            context.identifier() is { } name ? SyntaxBuilder.Name(name) : null,
            value.expression() is { } expression ? Expression(expression) : Table(value.tableArgument()))
        {
            Span = Span(context),
        };
    }

    static TableArgumentExpression Table(TableArgumentContext context)
    {
        TableSyntax table = context.qualifiedName() is { } name
            ? new NamedTable(Path(name), null) { Span = Span(name) }
            : new DerivedTable(QueryBuilder.Build(context.query()), false, null) { Span = Span(context.query()) };
        return new TableArgumentExpression(table, PartitionBy(context), Map(context.orderItem(), Order)) { Span = Span(context) };
    }

    static ValueList<ExpressionSyntax> PartitionBy(TableArgumentContext context) => Map<ColumnPathContext, ExpressionSyntax>(
        context.columnPath(), path => new NameExpression(Path(path).Parts) { Span = Span(path) });

    static bool? Nulls(NullTreatmentContext? context) => context is null ? null : context.IGNORE() is not null;

    static bool? Absent(JsonNullsContext? context) => context is null ? null : context.ABSENT() is not null;

    static ValueList<ExpressionSyntax> Pairs(JsonPairContext[] pairs)
    {
        var arguments = new List<ExpressionSyntax>(2 * pairs.Length);
        foreach (var pair in pairs)
        {
            arguments.Add(ExpressionBuilder.Build(pair.operand()));
            arguments.Add(Expression(pair.expression()));
        }
        return arguments.ToValueList();
    }

    static JsonBehavior? Behavior(JsonBehaviorContext? context)
    {
        if (context is null)
            return null;
        var kind = context.Start.Type switch
        {
            NULL => JsonBehaviorKind.Null,
            ERROR => JsonBehaviorKind.Error,
            TRUE => JsonBehaviorKind.True,
            FALSE => JsonBehaviorKind.False,
            UNKNOWN => JsonBehaviorKind.Unknown,
            DEFAULT => JsonBehaviorKind.Default,
            _ => context.ARRAY() is null ? JsonBehaviorKind.EmptyObject : JsonBehaviorKind.EmptyArray,
        };
        return new JsonBehavior(kind, context.expression() is { } value ? Expression(value) : null) { Span = Span(context) };
    }

    static JsonWrapper? Wrapper(JsonWrapperContext? context) =>
        context is null ? null
        : context.WITHOUT() is not null ? JsonWrapper.Without
        : context.CONDITIONAL() is not null ? JsonWrapper.Conditional
        : JsonWrapper.Unconditional;

    static FrameSyntax Frame(FrameContext context)
    {
        var bounds = context.frameBound();
        return new FrameSyntax(context.ROWS() is not null, Bound(bounds[0]), bounds.Length > 1 ? Bound(bounds[1]) : null)
        {
            Span = Span(context),
        };
    }

    static FrameBound Bound(FrameBoundContext context)
    {
        var preceding = context.PRECEDING() is not null;
        var offset = context.operand() is { } operand ? ExpressionBuilder.Build(operand) : null;
        var kind = context.CURRENT() is not null ? FrameBoundKind.CurrentRow
            : offset is null ? preceding ? FrameBoundKind.UnboundedPreceding : FrameBoundKind.UnboundedFollowing
            : preceding ? FrameBoundKind.Preceding : FrameBoundKind.Following;
        return new FrameBound(kind, offset) { Span = Span(context) };
    }
}
