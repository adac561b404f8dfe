using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>SHA2(string, bits): the digest of SHA-2 with 224, 256, 384 or 512 bits in lower-case hexadecimal digits.</summary>
sealed class Sha2Function : ScalarFunction
{
    public override string Name => "SHA2";

    public override string Signature => "SHA2(string, bits) -> STRING";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 2 || Parameters.Match(Parameter.Text, arguments[0].Type) is not { } text
            || Parameters.Match(Parameter.BigInt, arguments[1].Type) is not { } bits)
        {
            return null;
        }
        var nullable = arguments[0].Type.IsNullable || arguments[1].Type.IsNullable;
        var type = SqlType.String.WithNullability(nullable);
        if (!arguments[1].IsConstant)
            return new ScalarCall([text, bits], type, (context, columns) => RowKernels.Text(context, columns, type, Write));
        if (arguments[1].Value is null)
            return new ScalarCall([text, bits], type, (context, _) => Kernels.Lanes.Null(context, type));
        var length = Convert.ToInt64(arguments[1].Value, CultureInfo.InvariantCulture);
        var function = DigestFunction.Sha2(length)
            ?? throw FunctionErrors.HashLengthNotSupported(arguments[1].Span, length.ToString(CultureInfo.InvariantCulture));
        var kernel = function.Plan([arguments[0]])!.Kernel;
        return new ScalarCall([text, bits], type, (context, columns) =>
            columns[1].IsConstant ? kernel(context, columns[..1]) : RowKernels.Text(context, columns, type, Write));
    }

    static void Write(ReadOnlySpan<Column> columns, int row, BytesColumnBuilder output)
    {
        if (columns[0].IsNull(row) || columns[1].IsNull(row))
            output.AppendNull();
        else
            DigestFunction.Write(columns.Long(1, row), columns.Text(0, row), output);
    }
}
