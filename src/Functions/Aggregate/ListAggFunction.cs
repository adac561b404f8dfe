using System.Text;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Aggregate;

/// <summary>LISTAGG(string [, separator]): the strings one after the other in the order of their arrival, NULL values passed over, with the
/// separator, a comma unless another constant is given, between them; NULL over no values.</summary>
sealed class ListAggFunction : AggregateFunction
{
    public override string Name => "LISTAGG";

    public override string Signature => "LISTAGG(string [, separator]) -> STRING";

    public override AggregateCall? Plan(ReadOnlySpan<ArgumentInfo> arguments, bool retracting)
    {
        if (arguments.Length is not (1 or 2))
            return null;
        var types = new SqlType[arguments.Length];
        for (var i = 0; i < types.Length; i++)
        {
            if (Scalar.Parameters.Match(Scalar.Parameter.Text, arguments[i].Type) is not { } type)
                return null;
            types[i] = type;
        }
        if (arguments.Length == 2 && arguments[1].Value is not string)
            throw FunctionErrors.ArgumentNotConstant(arguments[1].Span, "separator", Name);
        var separator = Encoding.UTF8.GetBytes(arguments.Length == 2 ? (string)arguments[1].Value! : ",");
        return retracting
            ? new RetractingList(separator) { ParameterTypes = types, ReturnType = SqlType.String, StateLayout = "arrivals STRING" }
            : new GrowingList(separator) { ParameterTypes = types, ReturnType = SqlType.String, StateLayout = "list STRING" };
    }
}
