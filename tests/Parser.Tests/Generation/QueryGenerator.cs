using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser.Tests.Generation;

/// <summary>Random queries.</summary>
sealed class QueryGenerator
{
    readonly SyntaxGenerator _random;

    public QueryGenerator(SyntaxGenerator random)
    {
        _random = random;
        Expressions = new ExpressionGenerator(random, Any);
    }

    public ExpressionGenerator Expressions { get; }

    public QuerySyntax Any(int depth) => depth <= 0 ? new TableQuery(_random.Path(3)) : _random.Number(9) switch
    {
        0 => new ValuesQuery(_random.Some(1, () => new RowExpression(Expressions.Several(0, depth)))),
        1 => new TableQuery(_random.Path(3)),
        2 => new SetOperation(Any(depth - 1), _random.Any<SetOperator>(), _random.Chance(50), Any(depth - 1)),
        3 => new WithQuery(_random.Some(1, () => new CommonTable(_random.Name(), _random.Names(0), Any(depth - 1))), Any(depth - 1)),
        4 => Ordered(depth),
        _ => Select(depth),
    };

    OrderedQuery Ordered(int depth)
    {
        var ordered = new OrderedQuery(
            Any(depth - 1), _random.Some(0, () => Expressions.Order(depth)), _random.Maybe(() => Expressions.Any(depth - 1)),
            _random.Maybe(() => Expressions.Any(depth - 1)));
        return ordered.OrderBy.IsEmpty && ordered.Offset is null && ordered.Limit is null
            ? ordered with { Limit = new IntegerLiteral(1) }
            : ordered;
    }

    SelectQuery Select(int depth) => new(_random.Some(1, () => Item(depth)), _random.Maybe(() => Table(depth)))
    {
        Distinct = _random.Chance(20),
        Hints = _random.Hints(),
        Where = _random.Maybe(() => Expressions.Any(depth - 1)),
        GroupBy = _random.Chance(60) ? [] : _random.Some(1, () => Group(depth)),
        Having = _random.Maybe(() => Expressions.Any(depth - 1)),
        Windows = _random.Chance(70) ? [] : _random.Some(1, () => new NamedWindow(_random.Name(), Expressions.Window(depth))),
        Qualify = _random.Maybe(() => Expressions.Any(depth - 1)),
    };

    SelectItem Item(int depth) => _random.Number(5) == 0
        ? new StarItem(_random.Maybe(() => _random.Path(3)))
        : new ExpressionItem(Expressions.Any(depth - 1), _random.Maybe(_random.Name));

    GroupItem Group(int depth) => _random.Number(6) switch
    {
        0 when depth > 0 => new GroupingSets(_random.Some(1, () => Group(depth - 1))),
        1 when depth > 0 => new RollupGroup(_random.Some(1, () => Group(depth - 1))),
        2 when depth > 0 => new CubeGroup(_random.Some(1, () => Group(depth - 1))),
        3 => new GroupSet(Set(depth)),
        // A row in GROUP BY is a set.
        _ => Expressions.Any(depth - 1) is var expression and not RowExpression
            ? new GroupExpression(expression)
            : new GroupExpression(new NameExpression([_random.Name()])),
    };

    // In parentheses one expression is that expression.
    ValueList<ExpressionSyntax> Set(int depth) => Expressions.Several(0, depth) is { Count: not 1 } set ? set : [];

    TableSyntax Table(int depth) => depth <= 0 ? Named(0) : _random.Number(7) switch
    {
        0 => new DerivedTable(Any(depth - 1), _random.Chance(30), _random.Maybe(Alias)),
        1 => new FunctionTable(Expressions.Call(depth - 1), _random.Chance(30), _random.Chance(30), _random.Maybe(Alias)),
        2 => new UnnestTable(Expressions.Several(1, depth), _random.Chance(30), _random.Maybe(Alias)),
        3 or 4 => Join(depth),
        5 => Match(depth),
        _ => Named(depth),
    };

    NamedTable Named(int depth) => new(_random.Path(3), _random.Maybe(Alias))
    {
        Hints = _random.Hints(),
        SystemTime = _random.Maybe(() => Expressions.Any(depth - 1)),
    };

    TableAlias Alias() => new(_random.Name(), _random.Names(0));

    JoinTable Join(int depth)
    {
        var kind = _random.Any<JoinKind>();
        var join = new JoinTable(Table(depth - 1), kind, Table(depth - 1), null);
        if (kind == JoinKind.Cross)
            return join;
        return _random.Number(3) switch
        {
            0 => join with { On = Expressions.Any(depth - 1) },
            1 => join with { Using = _random.Names(1) },
            _ => join with { Natural = true },
        };
    }

    MatchRecognizeTable Match(int depth) => new(
        Table(depth - 1), Pattern(depth), _random.Some(1, () => new PatternDefinition(_random.Name(), Expressions.Any(depth - 1))))
    {
        PartitionBy = Expressions.Several(0, depth),
        OrderBy = _random.Some(0, () => Expressions.Order(depth)),
        Measures = _random.Some(0, () => Measure(depth)),
        AllRowsPerMatch = _random.Chance(30),
        Skip = _random.Maybe(Skip),
        Within = _random.Maybe(() => Expressions.Any(depth - 1)),
        Subsets = _random.Some(0, () => new PatternSubset(_random.Name(), _random.Names(1))),
        Alias = _random.Maybe(Alias),
    };

    ExpressionItem Measure(int depth)
    {
        var value = Expressions.Any(depth - 1);
        return new ExpressionItem(_random.Chance(40) ? new MeasureSemanticsExpression(_random.Chance(50), value) : value, _random.Name());
    }

    MatchSkip Skip()
    {
        var kind = _random.Any<MatchSkipKind>();
        return new MatchSkip(kind, kind is MatchSkipKind.ToFirst or MatchSkipKind.ToLast ? _random.Name() : null);
    }

    PatternSyntax Pattern(int depth) => depth <= 0 ? new PatternVariable(_random.Name()) : _random.Number(8) switch
    {
        0 => new PatternSequence(_random.Some(2, () => Pattern(depth - 1))),
        1 => new PatternAlternation(_random.Some(2, () => Pattern(depth - 1))),
        2 => new PatternPermutation(_random.Some(1, () => Pattern(depth - 1))),
        3 => new PatternExclusion(Pattern(depth - 1)),
        4 => new PatternAnchor(_random.Chance(50)),
        5 => Repetition(depth),
        _ => new PatternVariable(_random.Name()),
    };

    PatternRepetition Repetition(int depth)
    {
        var min = _random.Number(3);
        return new PatternRepetition(Pattern(depth - 1), min, _random.Chance(50) ? min + 1 + _random.Number(3) : null, _random.Chance(40));
    }
}
