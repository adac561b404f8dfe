using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>OVERLAY(string PLACING new FROM start [FOR length]): writes the new string over a part, as long as itself
/// unless said otherwise.
/// A start outside the string leaves it as it is.</summary>
static class OverlayFunction
{
    public static ScalarFunction Create() => new TextFunction<Op>(
        "OVERLAY", "OVERLAY(string PLACING new FROM start [FOR length]) -> STRING",
        [Parameter.Text, Parameter.Text, Parameter.Int, Parameter.Int], optional: 1);

    readonly struct Op : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            var placed = arguments.Text(1, row);
            var start = arguments.Int(2, row);
            if (start < 1 || start > Utf8.Count(text))
            {
                output.Append(text);
                return true;
            }
            var length = arguments.Length > 3 ? Math.Max(0, arguments.Int(3, row)) : Utf8.Count(placed);
            var head = text[..Utf8.Offset(text, start - 1)];
            var tail = text[head.Length..];
            tail = tail[Utf8.Offset(tail, length)..];
            var target = output.Reserve(head.Length + placed.Length + tail.Length);
            head.CopyTo(target);
            placed.CopyTo(target[head.Length..]);
            tail.CopyTo(target[(head.Length + placed.Length)..]);
            output.Commit(target.Length);
            return true;
        }
    }
}
