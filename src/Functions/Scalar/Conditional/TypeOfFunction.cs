using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Scalar.Conditional;

/// <summary>TYPEOF(value): the type of the argument, as SQL writes it.</summary>
sealed class TypeOfFunction : ScalarFunction
{
    public override string Name => "TYPEOF";

    public override string Signature => "TYPEOF(value) -> STRING";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 1)
            return null;
        var argument = arguments[0].Type;
        var name = argument.ToString();
        var type = SqlType.String.WithNullability(false);
        return new ScalarCall([argument], type, (context, _) => ColumnFactory.Constant(type, name, context.Rows, context.Pool));
    }
}
