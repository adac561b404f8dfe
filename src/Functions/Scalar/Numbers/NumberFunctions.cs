using SqlStream.Core.Functions;

namespace SqlStream.Functions.Scalar.Numbers;

/// <summary>The functions on numbers.</summary>
static class NumberFunctions
{
    public static IReadOnlyList<ScalarFunction> All { get; } =
    [
        new AbsFunction(),
        new SignFunction(),
        new FloorFunction("FLOOR", up: false),
        new FloorFunction("CEIL", up: true),
        new FloorFunction("CEILING", up: true),
        new RoundFunction("ROUND", cut: false),
        new RoundFunction("TRUNCATE", cut: true),
        new DoublePairFunction<PowerOp>("POWER", "POWER(number, exponent) -> DOUBLE"),
        new DoubleFunction<SquareRoot>("SQRT"),
        new DoubleFunction<Exponential>("EXP"),
        new DoubleFunction<NaturalLogarithm>("LN"),
        new LogFunction(),
        new DoubleFunction<Logarithm10>("LOG10"),
        new DoubleFunction<Logarithm2>("LOG2"),
        new DoubleFunction<Sine>("SIN"),
        new DoubleFunction<Cosine>("COS"),
        new DoubleFunction<Tangent>("TAN"),
        new DoubleFunction<HyperbolicSine>("SINH"),
        new DoubleFunction<HyperbolicCosine>("COSH"),
        new DoubleFunction<HyperbolicTangent>("TANH"),
        new DoubleFunction<Cotangent>("COT"),
        new DoubleFunction<ArcSine>("ASIN"),
        new DoubleFunction<ArcCosine>("ACOS"),
        new DoubleFunction<ArcTangent>("ATAN"),
        new DoublePairFunction<ArcTangent2Op>("ATAN2", "ATAN2(y, x) -> DOUBLE"),
        new DoubleFunction<Degrees>("DEGREES"),
        new DoubleFunction<Radians>("RADIANS"),
        new ConstantFunction("PI", Math.PI),
        new ConstantFunction("E", Math.E),
        BaseFunctions.Bin(),
        new HexFunction(),
        BaseFunctions.Unhex(),
        new RandomFunction(),
        new RandomIntegerFunction(),
        new UuidFunction(),
    ];
}
