using System.Diagnostics;
using System.Numerics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Operators;

/// <summary>Chooses types and kernels of arithmetic on numbers.</summary>
static class ArithmeticKernels
{
    public static ScalarCall Plan(ArithmeticOperator op, SqlType left, SqlType right, bool nullable)
    {
        if (!left.IsApproximate && !right.IsApproximate && (left.Kind == SqlTypeKind.Decimal || right.Kind == SqlTypeKind.Decimal))
            return PlanDecimal(op, TypeRules.AsDecimal(left)!, TypeRules.AsDecimal(right)!, nullable);
        var common = TypeRules.CommonType([left, right])!.WithNullability(nullable);
        return new ScalarCall([common, common], common, Kernel(op, common));
    }

    /// <summary>The kernel for two arguments of one type.</summary>
    public static ScalarKernel Kernel(ArithmeticOperator op, SqlType type) => type.Layout switch
    {
        ColumnLayout.Int8 => Integer<sbyte>(op, type),
        ColumnLayout.Int16 => Integer<short>(op, type),
        ColumnLayout.Int32 => Integer<int>(op, type),
        ColumnLayout.Int64 => Integer<long>(op, type),
        ColumnLayout.Float32 => Float<float>(op, type),
        ColumnLayout.Float64 => Float<double>(op, type),
        _ => throw new UnreachableException($"type {type} has no arithmetic"),
    };

    static ScalarKernel Integer<T>(ArithmeticOperator op, SqlType type)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => op switch
        {
            ArithmeticOperator.Add => Run<T, T, T, AddInteger<T>>(type, new(type)),
            ArithmeticOperator.Subtract => Run<T, T, T, SubtractInteger<T>>(type, new(type)),
            ArithmeticOperator.Multiply => Run<T, T, T, MultiplyInteger<T>>(type, new(type)),
            ArithmeticOperator.Divide => Run<T, T, T, DivideInteger<T>>(type, new(type)),
            ArithmeticOperator.Modulo => Run<T, T, T, ModuloInteger<T>>(type, default),
            _ => throw new UnreachableException($"operator {op} has no kernel"),
        };

    static ScalarKernel Float<T>(ArithmeticOperator op, SqlType type)
        where T : unmanaged, IFloatingPoint<T> => op switch
        {
            ArithmeticOperator.Add => Run<T, T, T, AddFloat<T>>(type, default),
            ArithmeticOperator.Subtract => Run<T, T, T, SubtractFloat<T>>(type, default),
            ArithmeticOperator.Multiply => Run<T, T, T, MultiplyFloat<T>>(type, default),
            ArithmeticOperator.Divide => Run<T, T, T, DivideFloat<T>>(type, default),
            ArithmeticOperator.Modulo => Run<T, T, T, ModuloFloat<T>>(type, default),
            _ => throw new UnreachableException($"operator {op} has no kernel"),
        };

    static ScalarKernel Run<TLeft, TRight, TResult, TOp>(SqlType type, TOp op)
        where TLeft : unmanaged where TRight : unmanaged where TResult : unmanaged where TOp : struct, IBinary<TLeft, TRight, TResult> =>
        (context, arguments) => BinaryKernels.Run<TLeft, TRight, TResult, TOp>(context, arguments, type, op);

    static ScalarCall PlanDecimal(ArithmeticOperator op, DecimalType left, DecimalType right, bool nullable)
    {
        var (type, isExact) = op switch
        {
            ArithmeticOperator.Add or ArithmeticOperator.Subtract =>
                (TypeRules.AddType(left, right), IsExactSum(left, right)),
            ArithmeticOperator.Multiply =>
                (TypeRules.MultiplyType(left, right), left.Precision + right.Precision <= DecimalType.PrecisionMax),
            ArithmeticOperator.Divide => (TypeRules.DivideType(left, right), IsExactQuotient(left, right)),
            _ => (TypeRules.ModuloType(left, right), true),
        };
        var result = (DecimalType)type.WithNullability(nullable || !isExact);
        return new ScalarCall([left, right], result, (IsWide(left), IsWide(right), IsWide(result)) switch
        {
            (false, false, false) => Decimal<long, long, long>(op, left, right, result),
            (false, false, true) => Decimal<long, long, Int128>(op, left, right, result),
            (false, true, false) => Decimal<long, Int128, long>(op, left, right, result),
            (false, true, true) => Decimal<long, Int128, Int128>(op, left, right, result),
            (true, false, false) => Decimal<Int128, long, long>(op, left, right, result),
            (true, false, true) => Decimal<Int128, long, Int128>(op, left, right, result),
            (true, true, false) => Decimal<Int128, Int128, long>(op, left, right, result),
            (true, true, true) => Decimal<Int128, Int128, Int128>(op, left, right, result),
        });
    }

    static ScalarKernel Decimal<TLeft, TRight, TResult>(ArithmeticOperator op, DecimalType left, DecimalType right, DecimalType result)
        where TLeft : unmanaged, IBinaryInteger<TLeft>
        where TRight : unmanaged, IBinaryInteger<TRight>
        where TResult : unmanaged, IBinaryInteger<TResult> => op switch
        {
            ArithmeticOperator.Add =>
                Run<TLeft, TRight, TResult, AddDecimal<TLeft, TRight, TResult>>(result, new(left, right, result, negate: false)),
            ArithmeticOperator.Subtract =>
                Run<TLeft, TRight, TResult, AddDecimal<TLeft, TRight, TResult>>(result, new(left, right, result, negate: true)),
            ArithmeticOperator.Multiply =>
                Run<TLeft, TRight, TResult, MultiplyDecimal<TLeft, TRight, TResult>>(result, new(left, right, result)),
            ArithmeticOperator.Divide =>
                Run<TLeft, TRight, TResult, DivideDecimal<TLeft, TRight, TResult>>(result, new(left, right, result)),
            ArithmeticOperator.Modulo =>
                Run<TLeft, TRight, TResult, ModuloDecimal<TLeft, TRight, TResult>>(result, new(left, right)),
            _ => throw new UnreachableException($"operator {op} has no kernel"),
        };

    static bool IsWide(DecimalType type) => type.Layout == ColumnLayout.Int128;

    static bool IsExactSum(DecimalType left, DecimalType right) =>
        Math.Max(left.Precision - left.Scale, right.Precision - right.Scale) + Math.Max(left.Scale, right.Scale) < DecimalType.PrecisionMax;

    // A quotient has too many digits only where its type had to give some up.
    static bool IsExactQuotient(DecimalType left, DecimalType right) =>
        left.Precision - left.Scale + right.Scale + Math.Max(6, left.Scale + right.Precision + 1) <= DecimalType.PrecisionMax;
}
