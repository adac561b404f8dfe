using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>ASCII(string) is the code of the first character, 0 for none; CHR(code) the character of a code modulo 256,
/// empty below zero.</summary>
static class CharacterFunctions
{
    public static ScalarFunction Code() =>
        new FixedFunction<int, CodeOp>("ASCII", "ASCII(string) -> INT", SqlType.Int, [Parameter.Text]);

    public static ScalarFunction Character() =>
        new TextFunction<CharacterOp>("CHR", "CHR(code) -> STRING", [Parameter.BigInt]);

    readonly struct CodeOp : IComputation<int>
    {
        public static bool TryCompute(ReadOnlySpan<Column> arguments, int row, out int result)
        {
            var text = arguments.Text(0, row);
            result = text.IsEmpty ? 0 : Kernels.Utf8.At(text, 0).Value;
            return true;
        }
    }

    readonly struct CharacterOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var code = arguments.Long(0, row);
            output.Commit(code < 0 ? 0 : new Rune((int)(code & 0xFF)).EncodeToUtf8(output.Reserve(4)));
            return true;
        }
    }
}
