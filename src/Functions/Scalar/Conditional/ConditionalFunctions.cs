using SqlStream.Core.Functions;

namespace SqlStream.Functions.Scalar.Conditional;

/// <summary>The functions on values of any type.</summary>
static class ConditionalFunctions
{
    public static IReadOnlyList<ScalarFunction> All { get; } =
    [
        new ExtremeOfFunction("GREATEST", greatest: true),
        new ExtremeOfFunction("LEAST", greatest: false),
        new TypeOfFunction(),
        new SingleValueFunction(),
        CharacterTestFunction.Alpha(),
        CharacterTestFunction.Digit(),
        CharacterTestFunction.Decimal(),
    ];
}
