using SqlStream.Core.Functions;

namespace SqlStream.Functions.Scalar.Patterns;

/// <summary>The functions on regular expressions.</summary>
static class PatternFunctions
{
    public static IReadOnlyList<ScalarFunction> All { get; } =
    [
        new RegexpFunction(),
        new RegexpReplaceFunction(),
        new RegexpExtractFunction(),
        new RegexpExtractAllFunction(),
        new RegexpSubstrFunction(),
        new RegexpNumberFunction<CountOfMatches>("REGEXP_COUNT"),
        new RegexpNumberFunction<PositionOfMatch>("REGEXP_INSTR"),
        new SimilarFunction(),
    ];
}
