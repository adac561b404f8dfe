using System.Buffers;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>SPLIT_INDEX(string, separator, index): the piece with that number from 0; NULL beyond the pieces, for an
/// index below zero,
/// and for the empty string. An empty separator splits at white space.</summary>
static class SplitIndexFunction
{
    public static ScalarFunction Create() => new TextFunction<Op>(
        "SPLIT_INDEX", "SPLIT_INDEX(string, separator, index) -> STRING", [Parameter.Text, Parameter.Text, Parameter.Int], mayGiveNull: true);

    readonly struct Op : ITextComputation
    {
        static readonly SearchValues<byte> s_whiteSpace = SearchValues.Create(" \t\r\n\f\v"u8);

        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            var separator = arguments.Text(1, row);
            var index = arguments.Int(2, row);
            if (index < 0 || text.IsEmpty)
                return false;
            for (; index > 0; index--)
            {
                var end = Find(text, separator);
                if (end < 0)
                    return false;
                text = text[(end + Math.Max(1, separator.Length))..];
            }
            var last = Find(text, separator);
            output.Append(last < 0 ? text : text[..last]);
            return true;
        }

        static int Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> separator) =>
            separator.IsEmpty ? text.IndexOfAny(s_whiteSpace) : text.IndexOf(separator);
    }
}
