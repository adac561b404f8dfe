using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>TO_TIMESTAMP_LTZ(number [, precision]): the instant so many milliseconds (precision 3) or seconds (0) after
/// 1970-01-01 00:00:00 UTC;
/// TIMESTAMP_LTZ(3), NULL beyond the years 0001 to 9999.</summary>
sealed class InstantFunction : ScalarFunction
{
    public override string Name => "TO_TIMESTAMP_LTZ";

    public override string Signature => "TO_TIMESTAMP_LTZ(number [, precision]) -> TIMESTAMP_LTZ(3)\nTO_TIMESTAMP_LTZ(string [, pattern [, zone]]) -> TIMESTAMP_LTZ(3)";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length >= 1 && (arguments[0].Type.IsCharacter || arguments.Length == 3 || (arguments.Length == 2 && arguments[1].Type.IsCharacter)))
            return InstantTextCall.Plan(arguments);
        if (arguments.Length is not (1 or 2) || Parameters.Match(Parameter.BigInt, arguments[0].Type) is not { } number)
            return null;
        var factor = 1_000L;
        if (arguments.Length == 2)
        {
            factor = arguments[1].Value switch
            {
                0 => Calendar.MicrosPerSecond,
                3 => 1_000L,
                int => throw FunctionErrors.PrecisionNotSupported(arguments[1].Span, Name),
                _ => 0,
            };
        }
        if (factor == 0)
            return null;
        SqlType[] types = arguments.Length == 1 ? [number] : [number, arguments[1].Type];
        var type = SqlType.TimestampLtz(3);
        return new ScalarCall(types, type, (context, columns) =>
            UnaryKernels.Run<long, long, Op>(context, columns[0], type, new(factor)));
    }

    readonly struct Op(long factor) : IUnary<long, long>
    {
        readonly long _factor = factor;

        public bool TryApply(long input, out long result)
        {
            var exact = (Int128)input * _factor;
            result = (long)exact;
            return exact == result && Calendar.IsTimestamp(result);
        }

        public SqlException? Error(long input) => null;
    }
}
