using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>INITCAP(string): the first letter of each word in upper case, the others in lower case; words are runs of
/// letters and digits.</summary>
static class InitcapFunction
{
    public static ScalarFunction Create() =>
        new TextFunction<Op>("INITCAP", "INITCAP(string) -> STRING", [Parameter.Text]);

    readonly struct Op : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            var target = output.Reserve(text.Length * 2);
            var length = 0;
            var inWord = false;
            for (var i = 0; i < text.Length; i += Kernels.Utf8.Length(text, i))
            {
                if (text[i] < 0x80)
                {
                    var letter = (byte)(text[i] | 0x20);
                    var isLetter = letter is >= (byte)'a' and <= (byte)'z';
                    target[length++] = !isLetter ? text[i] : inWord ? letter : (byte)(letter - 0x20);
                    inWord = isLetter || text[i] is >= (byte)'0' and <= (byte)'9';
                    continue;
                }
                var rune = Kernels.Utf8.At(text, i);
                rune = inWord ? Rune.ToLowerInvariant(rune) : Rune.ToUpperInvariant(rune);
                inWord = Rune.IsLetterOrDigit(rune);
                length += rune.EncodeToUtf8(target[length..]);
            }
            output.Commit(length);
            return true;
        }
    }
}
