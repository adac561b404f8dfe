using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>CountChar(string, character): how many bytes of the string are equal to the first byte of the character; 0 where either is NULL
/// or the character is empty. The function that the Nexmark suite brings along as a class.</summary>
sealed class CountCharFunction : ScalarFunction
{
    static readonly SqlType _type = SqlType.BigInt.WithNullability(false);

    public override string Name => "CountChar";

    public override string Signature => "CountChar(string, character) -> BIGINT";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 2)
            return null;
        var types = new SqlType[2];
        for (var i = 0; i < types.Length; i++)
        {
            if (Parameters.Match(Parameter.Text, arguments[i].Type) is not { } match)
                return null;
            types[i] = match;
        }
        return new ScalarCall(types, _type, Run);
    }

    static Column Run(EvaluationContext context, ReadOnlySpan<Column> columns)
    {
        if (Lanes.AllConstant(columns))
            return ColumnFactory.Constant(_type, context.Rows == 0 ? 0L : Count(columns, 0), context.Rows, context.Pool);
        using var builder = new FixedColumnBuilder<long>(_type, context.Pool);
        var counts = builder.AppendSpan(context.Rows);
        for (var row = 0; row < counts.Length; row++)
            counts[row] = Count(columns, row);
        return builder.Build();
    }

    // The bytes of NULL are empty.
    static long Count(ReadOnlySpan<Column> columns, int row)
    {
        var character = columns.Text(1, row);
        return character.IsEmpty ? 0 : columns.Text(0, row).Count(character[0]);
    }
}
