using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>REVERSE(string): the characters in the opposite order.</summary>
static class ReverseFunction
{
    public static ScalarFunction Create() =>
        new TextFunction<Op>("REVERSE", "REVERSE(string) -> STRING", [Parameter.Text]);

    readonly struct Op : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            var target = output.Reserve(text.Length);
            if (System.Text.Ascii.IsValid(text))
            {
                text.CopyTo(target);
                target.Reverse();
                output.Commit(text.Length);
                return true;
            }
            for (var i = 0; i < text.Length;)
            {
                var length = Utf8.Length(text, i);
                text.Slice(i, length).CopyTo(target[(text.Length - i - length)..]);
                i += length;
            }
            output.Commit(text.Length);
            return true;
        }
    }
}
