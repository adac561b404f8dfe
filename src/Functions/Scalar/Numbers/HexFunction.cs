using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;

namespace SqlStream.Functions.Scalar.Numbers;

/// <summary>HEX(integer) and HEX(string): upper-case hexadecimal digits of the number, of one below zero of its 64 bits, or of the string's
/// UTF-8 bytes.</summary>
sealed class HexFunction : ScalarFunction
{
    static readonly ScalarFunction s_number = new TextFunction<NumberOp>("HEX", "HEX(integer) -> STRING", [Parameter.BigInt]);
    static readonly ScalarFunction s_text = new TextFunction<TextOp>("HEX", "HEX(string) -> STRING", [Parameter.Text]);

    public override string Name => "HEX";

    public override string Signature => "HEX(integer) -> STRING\nHEX(string) -> STRING";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments) => s_number.Plan(arguments) ?? s_text.Plan(arguments);

    readonly struct NumberOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            arguments.Long(0, row).TryFormat(output.Reserve(16), out var written, "X", CultureInfo.InvariantCulture);
            output.Commit(written);
            return true;
        }
    }

    readonly struct TextOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            Convert.TryToHexString(text, output.Reserve(2 * text.Length), out var written);
            output.Commit(written);
            return true;
        }
    }
}
