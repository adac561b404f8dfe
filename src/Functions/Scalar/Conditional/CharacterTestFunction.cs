using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Conditional;

/// <summary>IS_ALPHA, IS_DIGIT and IS_DECIMAL: whether a string has only letters, only digits, or is a number. FALSE for the empty string and
/// for NULL, as in Flink; numbers are digits (integers) and decimal.</summary>
sealed class CharacterTestFunction(string name, Func<ReadOnlySpan<byte>, bool> test, bool ofIntegers, bool ofNumbers) : ScalarFunction
{
    public override string Name => name;

    public override string Signature => $"{name}(value) -> BOOLEAN";

    public static ScalarFunction Alpha() => new CharacterTestFunction("IS_ALPHA", IsAlpha, ofIntegers: false, ofNumbers: false);

    public static ScalarFunction Digit() => new CharacterTestFunction("IS_DIGIT", IsDigit, ofIntegers: true, ofNumbers: false);

    public static ScalarFunction Decimal() => new CharacterTestFunction("IS_DECIMAL", IsDecimal, ofIntegers: true, ofNumbers: true);

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 1)
            return null;
        var argument = arguments[0].Type;
        var type = SqlType.Boolean.WithNullability(false);
        if (Parameters.Match(Parameter.Text, argument) is { } text)
            return new ScalarCall([text], type, (context, columns) => Run(context, columns[0], type));
        var others = argument.IsInteger ? ofIntegers : argument.IsNumeric && ofNumbers;
        return new ScalarCall([argument], type, (context, columns) => Present(context, columns[0], others, type));
    }

    BoolColumn Run(EvaluationContext context, Column column, SqlType type)
    {
        var rows = column.StoredLength;
        var buffer = Lanes.Rent<ulong>(context.Pool, Bitmap.Words(rows), out var results);
        results.Clear();
        var texts = (BytesColumn)column;
        for (var row = 0; row < rows; row++)
        {
            if (!column.IsNull(row) && test(texts[row]))
                Bitmap.Set(results, row);
        }
        return new BoolColumn(type, context.Rows, buffer, null, context.Pool, column.IsConstant);
    }

    static BoolColumn Present(EvaluationContext context, Column column, bool others, SqlType type)
    {
        var rows = column.StoredLength;
        var buffer = Lanes.Rent<ulong>(context.Pool, Bitmap.Words(rows), out var results);
        for (var row = 0; row < rows; row++)
            Bitmap.Put(results, row, others && !column.IsNull(row));
        return new BoolColumn(type, context.Rows, buffer, null, context.Pool, column.IsConstant);
    }

    static bool IsAlpha(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i += Kernels.Utf8.Length(text, i))
        {
            if (!Rune.IsLetter(Kernels.Utf8.At(text, i)))
                return false;
        }
        return !text.IsEmpty;
    }

    static bool IsDigit(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i += Kernels.Utf8.Length(text, i))
        {
            if (!Rune.IsDigit(Kernels.Utf8.At(text, i)))
                return false;
        }
        return !text.IsEmpty;
    }

    static bool IsDecimal(ReadOnlySpan<byte> text) => NumberParser.Double(text, out _) == ParseOutcome.Ok;
}
