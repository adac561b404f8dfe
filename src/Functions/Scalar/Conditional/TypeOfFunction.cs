using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Scalar.Conditional;

/// <summary>TYPEOF(value [, force_serializable]): the type of the argument, as SQL writes it. All types can be written so, whether that is
/// asked for or not.</summary>
sealed class TypeOfFunction : ScalarFunction
{
    public override string Name => "TYPEOF";

    public override string Signature => "TYPEOF(value [, force_serializable]) -> STRING";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length is not (1 or 2))
            return null;
        if (arguments.Length == 2 && Parameters.Match(Parameter.Boolean, arguments[1].Type) is null)
            return null;
        var argument = arguments[0].Type;
        var name = argument.ToString();
        var type = SqlType.String.WithNullability(false);
        SqlType[] types = arguments.Length == 1 ? [argument] : [argument, SqlType.Boolean];
        return new ScalarCall(types, type, (context, _) => ColumnFactory.Constant(type, name, context.Rows, context.Pool));
    }
}
