using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>REPLACE(string, old, new): every occurrence from left to right; an empty old string stands before each
/// character and at the end.</summary>
static class ReplaceFunction
{
    public static ScalarFunction Create() => new TextFunction<Op>(
        "REPLACE", "REPLACE(string, old, new) -> STRING", [Parameter.Text, Parameter.Text, Parameter.Text]);

    readonly struct Op : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            var old = arguments.Text(1, row);
            var replacement = arguments.Text(2, row);
            var occurrences = old.IsEmpty ? Utf8.Count(text) + 1 : text.Count(old);
            var size = text.Length + ((long)occurrences * (replacement.Length - old.Length));
            if (size > Math.Max(TextLimits.BytesMax, text.Length))
                throw FunctionErrors.ResultTooLong("REPLACE");
            var target = output.Reserve((int)size);
            var used = 0;
            while (occurrences-- > 0)
            {
                var at = text.IndexOf(old);
                text[..at].CopyTo(target[used..]);
                replacement.CopyTo(target[(used + at)..]);
                used += at + replacement.Length;
                text = text[(at + old.Length)..];
                if (!old.IsEmpty || text.IsEmpty)
                    continue;
                var length = Utf8.Length(text, 0);
                text[..length].CopyTo(target[used..]);
                used += length;
                text = text[length..];
            }
            text.CopyTo(target[used..]);
            output.Commit(target.Length);
            return true;
        }
    }
}
