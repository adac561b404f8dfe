using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Scalar.Operators;

/// <summary>+ - * / % on numbers, dates and intervals.</summary>
/// <remarks>Integers are cast to the wider type and overflow is an error (22003); / cuts towards zero. A DECIMAL with
/// an integer or
/// another DECIMAL gives a DECIMAL of as many digits as needed, up to 38; beyond, the result is NULL. With a FLOAT or
/// DOUBLE, IEEE 754.</remarks>
sealed class ArithmeticFunction(string name, ArithmeticOperator op) : ScalarFunction
{
    public override string Name => name;

    public override string Signature => op switch
    {
        ArithmeticOperator.Add or ArithmeticOperator.Subtract =>
            $"number {name} number -> number\ndatetime {name} interval -> datetime\ninterval {name} interval -> interval",
        ArithmeticOperator.Multiply => $"number {name} number -> number\ninterval {name} integer -> interval",
        ArithmeticOperator.Modulo when name == "MOD" => "MOD(number, number) -> number",
        _ => $"number {name} number -> number",
    };

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 2)
            return null;
        var left = arguments[0].Type;
        var right = arguments[1].Type;
        var nullable = left.IsNullable || right.IsNullable;
        // The untyped NULL takes the other side's type.
        if (left.Kind == SqlTypeKind.Null)
            left = right.Kind == SqlTypeKind.Null ? SqlType.Int : right.IsNumeric ? right : SqlType.IntervalDaySecond;
        if (right.Kind == SqlTypeKind.Null)
            right = left.IsNumeric ? left : SqlType.IntervalDaySecond;
        return left.IsNumeric && right.IsNumeric
            ? ArithmeticKernels.Plan(op, left, right, nullable)
            : TimeArithmetic.Plan(op, left, right, nullable);
    }
}
