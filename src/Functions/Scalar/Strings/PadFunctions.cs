using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>LPAD and RPAD: a string brought to a number of characters by cutting or by repeating a filling at one end.
/// NULL where the
/// number is below zero or the filling empty.</summary>
static class PadFunctions
{
    public static ScalarFunction Left() => Create<LeftOp>("LPAD");

    public static ScalarFunction Right() => Create<RightOp>("RPAD");

    static TextFunction<TOp> Create<TOp>(string name) where TOp : struct, ITextComputation => new(
        name, $"{name}(string, length, filling) -> STRING", [Parameter.Text, Parameter.Int, Parameter.Text], mayGiveNull: true);

    static bool TryPad(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output, bool left, string name)
    {
        var text = arguments.Text(0, row);
        var length = arguments.Int(1, row);
        var filling = arguments.Text(2, row);
        if (length < 0 || filling.IsEmpty)
            return false;
        var missing = length - Utf8.Count(text);
        if (missing <= 0)
        {
            output.Append(text[..Utf8.Offset(text, length)]);
            return true;
        }
        var (whole, part) = Math.DivRem(missing, Utf8.Count(filling));
        var rest = filling[..Utf8.Offset(filling, part)];
        var padding = ((long)whole * filling.Length) + rest.Length;
        if (padding + text.Length > TextLimits.BytesMax)
            throw FunctionErrors.ResultTooLong(name);
        var target = output.Reserve((int)padding + text.Length);
        text.CopyTo(left ? target[(int)padding..] : target);
        var pad = left ? target : target[text.Length..];
        if (filling.Length == 1)
            pad[..whole].Fill(filling[0]);
        for (var i = 0; i < whole && filling.Length > 1; i++)
            filling.CopyTo(pad[(i * filling.Length)..]);
        rest.CopyTo(pad[(whole * filling.Length)..]);
        output.Commit(target.Length);
        return true;
    }

    readonly struct LeftOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output) =>
            TryPad(arguments, row, output, left: true, "LPAD");
    }

    readonly struct RightOp : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output) =>
            TryPad(arguments, row, output, left: false, "RPAD");
    }
}
