using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Scalar.Numbers;

/// <summary>PI() and E().</summary>
sealed class ConstantFunction(string name, double value) : ScalarFunction
{
    readonly object _value = value;

    public override string Name => name;

    public override string Signature => $"{name}() -> DOUBLE";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 0)
            return null;
        var type = SqlType.Double.WithNullability(false);
        return new ScalarCall([], type, (context, _) => ColumnFactory.Constant(type, _value, context.Rows, context.Pool));
    }
}
