using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Numbers;

/// <summary>POWER(x, y), ATAN2(y, x) and LOG(base, x) on DOUBLE.</summary>
sealed class DoublePairFunction<TOp>(string name, string signature) : StrictFunction(name, signature, [Parameter.Double, Parameter.Double])
    where TOp : struct, IBinary<double, double, double>
{
    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => SqlType.Double;

    protected override ScalarKernel Kernel(SqlType type, IReadOnlyList<SqlType> types, ReadOnlySpan<ArgumentInfo> arguments) =>
        (context, columns) => BinaryKernels.Run<double, double, double, TOp>(context, columns, type, default);
}

/// <summary>LOG(x) is the natural logarithm, LOG(base, x) that to a base.</summary>
sealed class LogFunction : ScalarFunction
{
    static readonly DoubleFunction<NaturalLogarithm> s_natural = new("LOG");
    static readonly DoublePairFunction<LogarithmOp> s_based = new("LOG", "LOG(base, number) -> DOUBLE");

    public override string Name => "LOG";

    public override string Signature => "LOG(number) -> DOUBLE\nLOG(base, number) -> DOUBLE";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments) =>
        arguments.Length == 1 ? s_natural.Plan(arguments) : s_based.Plan(arguments);
}

readonly struct PowerOp : IBinary<double, double, double>
{
    public bool TryApply(double left, double right, out double result)
    {
        result = Math.Pow(left, right);
        return true;
    }

    public SqlException? Error(double left, double right) => null;
}

readonly struct ArcTangent2Op : IBinary<double, double, double>
{
    public bool TryApply(double left, double right, out double result)
    {
        result = Math.Atan2(left, right);
        return true;
    }

    public SqlException? Error(double left, double right) => null;
}

readonly struct LogarithmOp : IBinary<double, double, double>
{
    public bool TryApply(double left, double right, out double result)
    {
        result = Math.Log(right) / Math.Log(left);
        return true;
    }

    public SqlException? Error(double left, double right) => null;
}
