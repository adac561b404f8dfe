using SqlStream.Core.Functions;

namespace SqlStream.Functions.Scalar.Operators;

/// <summary>The operators, which are functions named by their symbol.</summary>
static class OperatorFunctions
{
    public static IReadOnlyList<ScalarFunction> All { get; } =
    [
        new ArithmeticFunction("+", ArithmeticOperator.Add),
        new ArithmeticFunction("-", ArithmeticOperator.Subtract),
        new ArithmeticFunction("*", ArithmeticOperator.Multiply),
        new ArithmeticFunction("/", ArithmeticOperator.Divide),
        new ArithmeticFunction("%", ArithmeticOperator.Modulo),
        new ArithmeticFunction("MOD", ArithmeticOperator.Modulo),
        new NegateFunction(),
        new ComparisonFunction<Equal>("="),
        new ComparisonFunction<NotEqual>("<>"),
        new ComparisonFunction<Less>("<"),
        new ComparisonFunction<LessOrEqual>("<="),
        new ComparisonFunction<Greater>(">"),
        new ComparisonFunction<GreaterOrEqual>(">="),
        new DistinctFunction(negated: false),
        new DistinctFunction(negated: true),
        new NotFunction(),
        new IsFunction<IsNull>("IS NULL", anyType: true),
        new IsFunction<IsNotNull>("IS NOT NULL", anyType: true),
        new IsFunction<IsTrue>("IS TRUE"),
        new IsFunction<IsNotTrue>("IS NOT TRUE"),
        new IsFunction<IsFalse>("IS FALSE"),
        new IsFunction<IsNotFalse>("IS NOT FALSE"),
        new IsFunction<IsNull>("IS UNKNOWN"),
        new IsFunction<IsNotNull>("IS NOT UNKNOWN"),
    ];
}
