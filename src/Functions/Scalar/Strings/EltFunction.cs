using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>ELT(index, value, ...): the value with that number from 1; NULL where the index or that value is NULL, an error where there is
/// none. The values are all strings or all bytes.</summary>
sealed class EltFunction : ScalarFunction
{
    public override string Name => "ELT";

    public override string Signature => "ELT(index, string, ...) -> STRING\nELT(index, bytes, ...) -> BYTES";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length < 2 || Parameters.Match(Parameter.BigInt, arguments[0].Type) is not { } index)
            return null;
        var isBinary = false;
        foreach (var argument in arguments[1..])
            isBinary |= argument.Type.IsBinary;
        var types = new SqlType[arguments.Length];
        types[0] = index;
        var nullable = arguments[0].Type.IsNullable;
        for (var i = 1; i < types.Length; i++)
        {
            if (Parameters.Match(isBinary ? Parameter.Binary : Parameter.Text, arguments[i].Type) is not { } match)
                return null;
            types[i] = match;
            nullable |= arguments[i].Type.IsNullable;
        }
        var type = (isBinary ? SqlType.Bytes : SqlType.String).WithNullability(nullable);
        return new ScalarCall(types, type, (context, columns) => RowKernels.Text(context, columns, type, Write));
    }

    static void Write(ReadOnlySpan<Column> columns, int row, BytesColumnBuilder output)
    {
        if (columns[0].IsNull(row))
        {
            output.AppendNull();
            return;
        }
        var index = columns.Long(0, row);
        if (index < 1 || index >= columns.Length)
            throw FunctionErrors.IndexOutOfRange("ELT", index.ToString(CultureInfo.InvariantCulture), columns.Length - 1);
        if (columns[(int)index].IsNull(row))
            output.AppendNull();
        else
            output.Append(columns.Text((int)index, row));
    }
}
