using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser.Tests.Generation;

/// <summary>Random expressions.</summary>
sealed class ExpressionGenerator(SyntaxGenerator random, Func<int, QuerySyntax> query)
{
    public ExpressionSyntax Any(int depth) => depth <= 0 ? Leaf() : random.Number(20) switch
    {
        0 => new UnaryExpression(random.Any<UnaryOperator>(), Any(depth - 1)),
        1 or 2 => new BinaryExpression(Any(depth - 1), random.Any<BinaryOperator>(), Any(depth - 1)),
        3 => Logical(depth),
        4 => Predicate(depth),
        5 => new CaseExpression(random.Maybe(() => Any(depth - 1)), random.Some(1, () => new WhenClause(Any(depth - 1), Any(depth - 1))),
            random.Maybe(() => Any(depth - 1))),
        6 => new CastExpression(Any(depth - 1), random.Type(depth), random.Chance(30)),
        7 => new ExistsExpression(query(depth - 1)),
        8 => new SubqueryExpression(query(depth - 1)),
        9 => new RowExpression(Several(0, depth)),
        10 => new ArrayExpression(Several(0, depth)),
        11 => new MapExpression(random.Some(0, () => new MapEntrySyntax(Any(depth - 1), Any(depth - 1)))),
        12 => new SubscriptExpression(Any(depth - 1), Any(depth - 1)),
        13 => new FieldAccessExpression(Call(depth - 1), random.Name()),
        14 => Json(depth),
        15 or 16 => Call(depth),
        17 => KeywordCall(depth),
        _ => Predicate(depth),
    };

    public ValueList<ExpressionSyntax> Several(int least, int depth) => random.Some(least, () => Any(depth - 1));

    public OrderItem Order(int depth) =>
        new(Any(depth - 1), random.Chance(50), random.One<bool?>(null, true, false));

    public WindowSpecification Window(int depth) => new(
        random.Maybe(random.Name), Several(0, depth), random.Some(0, () => Order(depth)), random.Maybe(() => Frame(depth)));

    public FunctionCall Call(int depth)
    {
        var name = new QualifiedName([.. random.Chance(20) ? random.Path(2).Parts : [], new Identifier(random.One("f", "COUNT", "LEFT", "sum", "f g"))]);
        if (random.Chance(10))
            return Suffixed(new FunctionCall(name, []) { Star = true }, depth);
        var call = new FunctionCall(name, random.Some(0, () => Argument(depth))) { Distinct = random.Chance(20) };
        // DISTINCT of nothing is no call that can be written.
        return Suffixed(call.Arguments.IsEmpty ? call with { Distinct = false } : call, depth);
    }

    FunctionCall Suffixed(FunctionCall call, int depth) => random.Chance(50) ? call : call with
    {
        IgnoreNulls = random.One<bool?>(null, true, false),
        OrderBy = random.Chance(30) ? random.Some(1, () => Order(depth)) : [],
        Filter = random.Maybe(() => Any(depth - 1)),
        Over = random.Number(3) switch { 0 => null, 1 => new WindowReference(random.Name()), _ => Window(depth) },
    };

    ArgumentSyntax Argument(int depth) => new(random.Maybe(random.Name), random.Number(8) switch
    {
        0 => new DescriptorExpression(random.Names(1)),
        1 => new TableArgumentExpression(
            random.Chance(50) ? new NamedTable(random.Path(3), null) : new DerivedTable(query(depth - 1), false, null),
            random.Some(0, () => (ExpressionSyntax)new NameExpression(random.Path(2).Parts)),
            random.Some(0, () => Order(depth))),
        _ => Any(depth - 1),
    });

    LogicalExpression Logical(int depth)
    {
        var @operator = random.Any<LogicalOperator>();
        var operands = Several(2, depth);
        // A chain has all its operands in one node, but for what parentheses keep apart on the right.
        if (operands[0] is LogicalExpression first && first.Operator == @operator)
            operands = [Leaf(), .. operands];
        return new LogicalExpression(@operator, operands);
    }

    ExpressionSyntax Predicate(int depth) => random.Number(7) switch
    {
        0 => new BetweenExpression(Any(depth - 1), Any(depth - 1), Any(depth - 1), random.Chance(30), random.Chance(30)),
        1 => new InListExpression(Any(depth - 1), InList(depth), random.Chance(30)),
        2 => new InQueryExpression(Any(depth - 1), query(depth - 1), random.Chance(30)),
        3 => new QuantifiedExpression(
            Any(depth - 1), random.One(BinaryOperator.Equal, BinaryOperator.Less, BinaryOperator.NotEqual), random.Chance(50), query(depth - 1)),
        4 => new LikeExpression(
            Any(depth - 1), random.Any<LikeKind>(), Any(depth - 1), random.Maybe<ExpressionSyntax>(random.Text), random.Chance(30)),
        5 => new IsExpression(Any(depth - 1), random.Any<IsTest>(), random.Chance(30)),
        _ => new DistinctFromExpression(Any(depth - 1), Any(depth - 1), random.Chance(30)),
    };

    // A query alone in the parentheses of IN gives the rows of the query.
    ValueList<ExpressionSyntax> InList(int depth)
    {
        var values = Several(1, depth);
        return values is [SubqueryExpression] ? values.Add(Leaf()) : values;
    }

    FunctionCall KeywordCall(int depth)
    {
        ArgumentSyntax Plain() => new(null, Any(depth - 1));
        ArgumentSyntax Unit() => new(null, new TimeUnitExpression(random.Any<TimeUnit>()));
        (string Name, ValueList<ArgumentSyntax> Arguments) form = random.Number(9) switch
        {
            0 => ("EXTRACT", [Unit(), Plain()]),
            1 => (random.One("FLOOR", "CEIL"), [Plain(), Unit()]),
            2 => (random.One("TIMESTAMPADD", "TIMESTAMPDIFF"), [Unit(), Plain(), Plain()]),
            3 => ("TRIM", [new(null, new SymbolExpression(random.One("BOTH", "LEADING", "TRAILING"))), Plain(), Plain()]),
            4 => ("JSON_OBJECT", [Plain(), Plain(), Plain(), Plain()]),
            5 => ("JSON_ARRAY", random.Some(0, Plain)),
            6 => ("JSON_OBJECTAGG", [Plain(), Plain()]),
            7 => ("JSON_ARRAYAGG", [Plain()]),
            _ => (random.One("CURRENT_DATE", "CURRENT_TIMESTAMP", "LOCALTIME"), []),
        };
        var call = new FunctionCall(new QualifiedName([new Identifier(form.Name)]), form.Arguments);
        return form.Name.StartsWith("JSON_", StringComparison.Ordinal) ? call with { AbsentOnNull = random.One<bool?>(null, true, false) } : call;
    }

    ExpressionSyntax Json(int depth) => random.Number(3) switch
    {
        0 => new JsonExistsExpression(Any(depth - 1), random.Text(), random.Maybe(() => new JsonBehavior(
            random.One(JsonBehaviorKind.True, JsonBehaviorKind.False, JsonBehaviorKind.Unknown, JsonBehaviorKind.Error), null))),
        1 => new JsonValueExpression(
            Any(depth - 1), random.Text(), random.Maybe(() => random.Type(1)), random.Maybe(() => Behavior(depth)), random.Maybe(() => Behavior(depth))),
        _ => new JsonQueryExpression(
            Any(depth - 1), random.Text(), random.Maybe(() => random.Type(1)), random.Chance(50) ? random.Any<JsonWrapper>() : null,
            random.Maybe(() => Behavior(depth)), random.Maybe(() => Behavior(depth))),
    };

    JsonBehavior Behavior(int depth) => random.Number(4) switch
    {
        0 => new JsonBehavior(JsonBehaviorKind.Default, Any(depth - 1)),
        1 => new JsonBehavior(random.One(JsonBehaviorKind.EmptyArray, JsonBehaviorKind.EmptyObject), null),
        _ => new JsonBehavior(random.One(JsonBehaviorKind.Null, JsonBehaviorKind.Error), null),
    };

    FrameSyntax Frame(int depth) => new(random.Chance(50), Bound(depth), random.Maybe(() => Bound(depth)));

    FrameBound Bound(int depth)
    {
        var kind = random.Any<FrameBoundKind>();
        return new FrameBound(kind, kind is FrameBoundKind.Preceding or FrameBoundKind.Following ? Any(depth - 1) : null);
    }

    ExpressionSyntax Leaf() => random.Number(14) switch
    {
        0 => new IntegerLiteral(random.Number(1_000_000)),
        1 => new IntegerLiteral(Int128.Parse(new string('9', 38), System.Globalization.CultureInfo.InvariantCulture)),
        2 => new DecimalLiteral(random.Number(100_000), random.Number(6)),
        3 => new DoubleLiteral(random.Number(1000) / 7.0),
        4 => random.Text(),
        5 => new BinaryLiteral(random.One("", "0AFF")),
        6 => new BooleanLiteral(random.Chance(50)),
        7 => new NullLiteral(),
        8 => random.One<ExpressionSyntax>(new DateLiteral("2026-01-01"), new TimeLiteral("x"), new TimestampLiteral("it's")),
        9 => new IntervalLiteral(random.TextValue(), random.Qualifier(), random.Chance(30)),
        _ => new NameExpression(random.Path(3).Parts),
    };
}
