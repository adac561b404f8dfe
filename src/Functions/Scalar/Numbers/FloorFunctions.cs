using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Numbers;

/// <summary>FLOOR and CEIL. Of a number: the nearest integer below or above; integers stay as they are, a DECIMAL loses
/// its digits after
/// the point. With a unit, FLOOR(time TO unit): the start of the unit, or of the next where the time is not at
/// one.</summary>
sealed class FloorFunction(string name, bool up) : ScalarFunction
{
    public override string Name => name;

    public override string Signature => $"{name}(number) -> number\n{name}(datetime TO unit) -> datetime";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length == 2)
            return Time.FloorTime.Plan(name, arguments, up);
        if (arguments.Length != 1 || Parameters.Match(Parameter.Number, arguments[0].Type) is not { } number)
            return null;
        return number switch
        {
            DecimalType from => PlanDecimal(from),
            _ when number.IsInteger => new ScalarCall([number], number, (_, columns) => columns[0].Retain()),
            { Kind: SqlTypeKind.Float } => new ScalarCall([number], number,
                (context, columns) => UnaryKernels.Run<float, float, FloatOp>(context, columns[0], number, new(up))),
            _ => new ScalarCall([number], number,
                (context, columns) => UnaryKernels.Run<double, double, DoubleOp>(context, columns[0], number, new(up))),
        };
    }

    ScalarCall PlanDecimal(DecimalType from)
    {
        // 9.5 becomes 10: one digit more before the point, which Flink's type does not count but a value needs.
        var whole = Math.Min(DecimalType.PrecisionMax, from.Precision - from.Scale + (from.Scale > 0 ? 1 : 0));
        var to = new DecimalType(whole, 0, from.IsNullable);
        return new ScalarCall([from], to, (from.Layout, to.Layout) switch
        {
            (ColumnLayout.Int64, ColumnLayout.Int64) => (context, columns) =>
                UnaryKernels.Run<long, long, DecimalOp<long, long>>(context, columns[0], to, new(from.Scale, up)),
            (ColumnLayout.Int128, ColumnLayout.Int64) => (context, columns) =>
                UnaryKernels.Run<Int128, long, DecimalOp<Int128, long>>(context, columns[0], to, new(from.Scale, up)),
            (ColumnLayout.Int128, ColumnLayout.Int128) => (context, columns) =>
                UnaryKernels.Run<Int128, Int128, DecimalOp<Int128, Int128>>(context, columns[0], to, new(from.Scale, up)),
            _ => throw new UnreachableException($"type {from} does not become {to}"),
        });
    }

    readonly struct DecimalOp<T, TResult>(int scale, bool up) : IUnary<T, TResult>
        where T : System.Numerics.IBinaryInteger<T> where TResult : System.Numerics.IBinaryInteger<TResult>
    {
        readonly Int128 _power = Decimals.PowerOfTen(scale);
        readonly bool _up = up;

        public bool TryApply(T input, out TResult result)
        {
            var (quotient, remainder) = Int128.DivRem(Int128.CreateTruncating(input), _power);
            if (_up && remainder > 0)
                quotient++;
            else if (!_up && remainder < 0)
                quotient--;
            result = TResult.CreateTruncating(quotient);
            return true;
        }

        public SqlException? Error(T input) => null;
    }

    readonly struct DoubleOp(bool up) : IUnary<double, double>
    {
        readonly bool _up = up;

        public bool TryApply(double input, out double result)
        {
            result = _up ? Math.Ceiling(input) : Math.Floor(input);
            return true;
        }

        public SqlException? Error(double input) => null;
    }

    readonly struct FloatOp(bool up) : IUnary<float, float>
    {
        readonly bool _up = up;

        public bool TryApply(float input, out float result)
        {
            result = _up ? MathF.Ceiling(input) : MathF.Floor(input);
            return true;
        }

        public SqlException? Error(float input) => null;
    }
}
