using System.Diagnostics;
using System.Numerics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Operators;

/// <summary>-x for numbers and intervals.</summary>
sealed class NegateFunction : ScalarFunction
{
    public override string Name => "NEGATE";

    public override string Signature => "- number -> number\n- interval -> interval";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 1)
            return null;
        var type = arguments[0].Type.Kind == SqlTypeKind.Null ? SqlType.Int : arguments[0].Type;
        if (!type.IsNumeric && !type.IsInterval)
            return null;
        return new ScalarCall([type], type, type.Layout switch
        {
            ColumnLayout.Int8 => Integer<sbyte>(type),
            ColumnLayout.Int16 => Integer<short>(type),
            ColumnLayout.Int32 => Integer<int>(type),
            ColumnLayout.Int64 => Integer<long>(type),
            ColumnLayout.Int128 => Integer<Int128>(type),
            ColumnLayout.Float32 => Float<float>(type),
            ColumnLayout.Float64 => Float<double>(type),
            _ => throw new UnreachableException($"type {type} has no sign"),
        });
    }

    static ScalarKernel Integer<T>(SqlType type) where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        (context, arguments) => UnaryKernels.Run<T, T, NegateInteger<T>>(context, arguments[0], type, new(type));

    static ScalarKernel Float<T>(SqlType type) where T : unmanaged, IFloatingPoint<T> =>
        (context, arguments) => UnaryKernels.Run<T, T, NegateFloat<T>>(context, arguments[0], type, default);
}
