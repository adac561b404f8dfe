using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>Parts of strings by position, counted in characters from 1.</summary>
static class SubstringFunctions
{
    /// <summary>SUBSTRING and SUBSTR: a start below zero counts from the end, zero is the first character; a start
    /// outside gives the empty
    /// string, a length below zero NULL.</summary>
    public static ScalarFunction Substring(string name) => new TextFunction<SubstringOp>(
        name, $"{name}(string, start [, length]) -> STRING", [Parameter.Text, Parameter.Int, Parameter.Int], optional: 1, mayGiveNull: true);

    /// <summary>LEFT: the first characters.</summary>
    public static ScalarFunction Left() =>
        new TextFunction<LeftOp>("LEFT", "LEFT(string, count) -> STRING", [Parameter.Text, Parameter.Int]);

    /// <summary>RIGHT: the last characters.</summary>
    public static ScalarFunction Right() =>
        new TextFunction<RightOp>("RIGHT", "RIGHT(string, count) -> STRING", [Parameter.Text, Parameter.Int]);

    readonly struct SubstringOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            var start = arguments.Int(1, row);
            var length = arguments.Length > 2 ? arguments.Int(2, row) : int.MaxValue;
            if (length < 0)
                return false;
            if (start < 0)
            {
                var fromEnd = Utf8.Count(text) + (long)start;
                if (fromEnd < 0)
                    length = 0;
                start = (int)Math.Max(0, fromEnd);
            }
            else
            {
                start = Math.Max(0, start - 1);
            }
            text = text[Utf8.Offset(text, start)..];
            output.Append(text[..Utf8.Offset(text, length)]);
            return true;
        }
    }

    readonly struct LeftOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            output.Append(text[..Utf8.Offset(text, Math.Max(0, arguments.Int(1, row)))]);
            return true;
        }
    }

    readonly struct RightOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            var count = Math.Max(0, arguments.Int(1, row));
            output.Append(text[Utf8.Offset(text, Math.Max(0, Utf8.Count(text) - count))..]);
            return true;
        }
    }
}
