using System.Globalization;
using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>PRINTF(format, value, ...): the values in a format of Java's Formatter. A NULL value is printed as <c>null</c>; NULL where the
/// format is NULL, is none, or does not fit the values, as in Flink.</summary>
/// <remarks>It makes strings of each row: what is printed is read by people.</remarks>
sealed class PrintfFunction : ScalarFunction
{
    public override string Name => "PRINTF";

    public override string Signature => "PRINTF(format, value, ...) -> STRING";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length == 0 || Parameters.Match(Parameter.Text, arguments[0].Type) is not { } formatType)
            return null;
        var types = new SqlType[arguments.Length];
        var kinds = new PrintfKind[arguments.Length];
        types[0] = formatType;
        for (var i = 1; i < types.Length; i++)
        {
            if (Match(arguments[i].Type) is not var (kind, type))
                return null;
            kinds[i] = kind;
            types[i] = type;
        }
        var constant = arguments[0].Value is string text ? Parse(text, arguments[0].Span) : (PrintfFormat?)null;
        var hasConstant = arguments[0].Value is string;
        return new ScalarCall(types, SqlType.String, (context, columns) => RowKernels.Text(context, columns, SqlType.String, (row, number, output) =>
            Write(row, number, output, kinds, hasConstant, constant)));
    }

    static PrintfFormat? Parse(string text, SourceSpan span) => PrintfFormat.Parse(text, span);

    static (PrintfKind, SqlType)? Match(SqlType type) => type.Kind switch
    {
        SqlTypeKind.TinyInt => (PrintfKind.Byte, SqlType.BigInt),
        SqlTypeKind.SmallInt => (PrintfKind.Short, SqlType.BigInt),
        SqlTypeKind.Int => (PrintfKind.Int, SqlType.BigInt),
        SqlTypeKind.BigInt => (PrintfKind.Long, SqlType.BigInt),
        SqlTypeKind.Decimal or SqlTypeKind.Double or SqlTypeKind.Float => (PrintfKind.Number, SqlType.String),
        SqlTypeKind.Boolean => (PrintfKind.Boolean, SqlType.String),
        _ => Parameters.Match(Parameter.AnyAsText, type) is { } text ? (PrintfKind.Text, text) : null,
    };

    static void Write(
        ReadOnlySpan<Column> columns, int row, BytesColumnBuilder output, PrintfKind[] kinds, bool hasConstant, PrintfFormat? constant)
    {
        if (columns[0].IsNull(row))
        {
            output.AppendNull();
            return;
        }
        var format = hasConstant ? constant : PrintfFormat.Parse(Encoding.UTF8.GetString(columns.Text(0, row)), SourceSpan.None);
        var values = new PrintfValue[columns.Length - 1];
        for (var i = 0; i < values.Length; i++)
        {
            var kind = kinds[i + 1];
            values[i] = columns[i + 1].IsNull(row) ? new PrintfValue(kind, null, 0)
                : kind <= PrintfKind.Long ? Integer(kind, columns.Long(i + 1, row))
                : new PrintfValue(kind, Encoding.UTF8.GetString(columns.Text(i + 1, row)), 0);
        }
        if (format?.Print(values) is { } text)
            output.Append(Encoding.UTF8.GetBytes(text));
        else
            output.AppendNull();
    }

    static PrintfValue Integer(PrintfKind kind, long value) => new(kind, value.ToString(CultureInfo.InvariantCulture), value);
}
