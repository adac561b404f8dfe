using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Numbers;

/// <summary>A formula over one DOUBLE.</summary>
interface IFormula
{
    static abstract double Apply(double x);
}

/// <summary>A function from DOUBLE to DOUBLE; outside its domain it gives NaN or an infinity, as IEEE 754 and Flink
/// do.</summary>
sealed class DoubleFunction<TFormula>(string name) : StrictFunction(name, $"{name}(number) -> DOUBLE", [Parameter.Double])
    where TFormula : struct, IFormula
{
    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => SqlType.Double;

    protected override ScalarKernel Kernel(SqlType type, IReadOnlyList<SqlType> types, ReadOnlySpan<ArgumentInfo> arguments) =>
        (context, columns) => UnaryKernels.Run<double, double, Op>(context, columns[0], type, default);

    readonly struct Op : IUnary<double, double>
    {
        public bool TryApply(double input, out double result)
        {
            result = TFormula.Apply(input);
            return true;
        }

        public SqlException? Error(double input) => null;
    }
}

readonly struct SquareRoot : IFormula
{
    public static double Apply(double x) => Math.Sqrt(x);
}

readonly struct Exponential : IFormula
{
    public static double Apply(double x) => Math.Exp(x);
}

readonly struct NaturalLogarithm : IFormula
{
    public static double Apply(double x) => Math.Log(x);
}

readonly struct Logarithm10 : IFormula
{
    public static double Apply(double x) => Math.Log10(x);
}

readonly struct Logarithm2 : IFormula
{
    public static double Apply(double x) => Math.Log2(x);
}

readonly struct Sine : IFormula
{
    public static double Apply(double x) => Math.Sin(x);
}

readonly struct Cosine : IFormula
{
    public static double Apply(double x) => Math.Cos(x);
}

readonly struct Tangent : IFormula
{
    public static double Apply(double x) => Math.Tan(x);
}

readonly struct ArcSine : IFormula
{
    public static double Apply(double x) => Math.Asin(x);
}

readonly struct ArcCosine : IFormula
{
    public static double Apply(double x) => Math.Acos(x);
}

readonly struct ArcTangent : IFormula
{
    public static double Apply(double x) => Math.Atan(x);
}

readonly struct Degrees : IFormula
{
    public static double Apply(double x) => x * (180 / Math.PI);
}

readonly struct Radians : IFormula
{
    public static double Apply(double x) => x / 180 * Math.PI;
}

readonly struct HyperbolicSine : IFormula
{
    public static double Apply(double x) => Math.Sinh(x);
}

readonly struct HyperbolicCosine : IFormula
{
    public static double Apply(double x) => Math.Cosh(x);
}

readonly struct HyperbolicTangent : IFormula
{
    public static double Apply(double x) => Math.Tanh(x);
}

readonly struct Cotangent : IFormula
{
    public static double Apply(double x) => 1 / Math.Tan(x);
}
