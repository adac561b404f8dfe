using SqlStream.Parser.Syntax;
using static SqlStream.Parser.Builders.SyntaxBuilder;
using static SqlStream.Parser.Generated.SqlStreamParser;

namespace SqlStream.Parser.Builders;

/// <summary>MATCH_RECOGNIZE and its patterns.</summary>
static class MatchBuilder
{
    public static MatchRecognizeTable Build(MatchRecognizeContext context, TableSyntax input) =>
        new(input, Pattern(context.pattern()), Map(context.patternDefinition(), Definition))
        {
            PartitionBy = ExpressionBuilder.Build(context.expression()),
            OrderBy = Map(context.orderItem(), CallBuilder.Order),
            Measures = Map(context.measure(), Measure),
            AllRowsPerMatch = context.ALL() is not null,
            Skip = context.matchSkip() is { } skip ? Skip(skip) : null,
            Within = context.operand() is { } within ? ExpressionBuilder.Build(within) : null,
            Subsets = Map(context.patternSubset(), Subset),
        };

    static ExpressionItem Measure(MeasureContext context)
    {
        var value = ExpressionBuilder.Build(context.expression());
        if (context.FINAL() is not null || context.RUNNING() is not null)
            value = new MeasureSemanticsExpression(context.FINAL() is not null, value) { Span = value.Span };
        return new ExpressionItem(value, Name(context.columnName())) { Span = Span(context) };
    }

    static MatchSkip Skip(MatchSkipContext context)
    {
        var kind = context.PAST() is not null ? MatchSkipKind.PastLastRow
            : context.NEXT() is not null ? MatchSkipKind.ToNextRow
            : context.FIRST() is not null ? MatchSkipKind.ToFirst
            : MatchSkipKind.ToLast;
        return new MatchSkip(kind, context.identifier() is { } name ? Name(name) : null) { Span = Span(context) };
    }

    static PatternSubset Subset(PatternSubsetContext context) =>
        new(Name(context.identifier()), Names(context.columnList())) { Span = Span(context) };

    static PatternDefinition Definition(PatternDefinitionContext context) =>
        new(Name(context.identifier()), ExpressionBuilder.Build(context.expression())) { Span = Span(context) };

    static PatternSyntax Pattern(PatternContext context)
    {
        var choices = Map(context.patternSequence(), Sequence);
        return choices.Count == 1 ? choices[0] : new PatternAlternation(choices) { Span = Span(context) };
    }

    static PatternSyntax Sequence(PatternSequenceContext context)
    {
        var parts = Map(context.patternFactor(), Factor);
        return parts.Count == 1 ? parts[0] : new PatternSequence(parts) { Span = Span(context) };
    }

    static PatternSyntax Factor(PatternFactorContext context)
    {
        var built = Primary(context.patternPrimary());
        return context.patternQuantifier() is { } quantifier
            ? Repeated(built, quantifier) with { Span = Span(context) }
            : built;
    }

    static PatternSyntax Primary(PatternPrimaryContext context) => context switch
    {
        PermutedPatternContext permuted => new PatternPermutation(Map(permuted.pattern(), Pattern)) { Span = Span(context) },
        PatternVariableContext variable => new PatternVariable(Name(variable.identifier())) { Span = Span(context) },
        GroupedPatternContext grouped => Pattern(grouped.pattern()),
        ExcludedPatternContext excluded => new PatternExclusion(Pattern(excluded.pattern())) { Span = Span(context) },
        PatternAnchorContext anchor => new PatternAnchor(anchor.DOLLAR() is not null) { Span = Span(context) },
        _ => throw SyntaxErrors.NoCase(context),
    };

    static PatternRepetition Repeated(PatternSyntax pattern, PatternQuantifierContext context)
    {
        if (context.LEFT_BRACE() is null)
        {
            var (min, max) = context.Start.Type switch
            {
                STAR => (0, (int?)null),
                PLUS => (1, null),
                _ => (0, 1),
            };
            return new PatternRepetition(pattern, min, max, context.QUESTION().Length > (context.Start.Type == QUESTION ? 1 : 0));
        }
        var reluctant = context.QUESTION().Length > 0;
        var numbers = context.INTEGER_NUMBER();
        if (context.COMMA() is not { } comma)
            return new PatternRepetition(pattern, SmallNumber(numbers[0]), SmallNumber(numbers[0]), reluctant);
        var low = 0;
        int? high = null;
        foreach (var number in numbers)
        {
            if (number.Symbol.StartIndex < comma.Symbol.StartIndex)
                low = SmallNumber(number);
            else
                high = SmallNumber(number);
        }
        return new PatternRepetition(pattern, low, high, reluctant);
    }
}
