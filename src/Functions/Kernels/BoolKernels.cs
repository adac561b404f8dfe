using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Kernels;

/// <summary>BOOLEAN results of whole words.</summary>
static class BoolKernels
{
    /// <summary>A word of values; a constant fills it.</summary>
    public static ulong Word(BoolColumn column, int word) =>
        column.IsConstant ? (column.Values[0] & 1) == 0 ? 0 : ulong.MaxValue : column.Values[word];

    /// <summary>A word of validity; no bitmap means all valid.</summary>
    public static ulong Valid(Column column, int word) =>
        !column.MayHaveNulls ? ulong.MaxValue
        : column.IsConstant ? (column.Validity[0] & 1) == 0 ? 0 : ulong.MaxValue
        : column.Validity[word];

    /// <summary>NOT; NULL stays NULL.</summary>
    public static Column Not(EvaluationContext context, ReadOnlySpan<Column> arguments, SqlType type)
    {
        if (Lanes.AnyConstantNull(arguments))
            return Lanes.Null(context, type);
        var input = (BoolColumn)arguments[0];
        var buffer = Lanes.Rent<ulong>(context.Pool, Bitmap.Words(input.StoredLength), out var words);
        for (var w = 0; w < words.Length; w++)
            words[w] = ~input.Values[w];
        return new BoolColumn(type, context.Rows, buffer, Lanes.Validity(context, arguments), context.Pool, input.IsConstant);
    }

    /// <summary>A test that is never NULL, of values and validity together.</summary>
    public static Column Test<TOp>(EvaluationContext context, Column input, SqlType type) where TOp : struct, IBoolTest
    {
        var buffer = Lanes.Rent<ulong>(context.Pool, Bitmap.Words(input.StoredLength), out var words);
        var values = input as BoolColumn;
        for (var w = 0; w < words.Length; w++)
            words[w] = TOp.Apply(values is null ? 0 : values.Values[w], Valid(input, w));
        return new BoolColumn(type, context.Rows, buffer, null, context.Pool, input.IsConstant);
    }
}

/// <summary>A test on 64 lanes at a time.</summary>
interface IBoolTest
{
    /// <summary>The answers from the values (zero where the input is no BOOLEAN; garbage where NULL) and the
    /// validity.</summary>
    static abstract ulong Apply(ulong values, ulong valid);
}
