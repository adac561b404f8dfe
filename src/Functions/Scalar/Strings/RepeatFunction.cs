using SqlStream.Core.Columns;
using SqlStream.Core.Functions;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>REPEAT(string, count): empty where the count is not positive.</summary>
static class RepeatFunction
{
    public static ScalarFunction Create() =>
        new TextFunction<Op>("REPEAT", "REPEAT(string, count) -> STRING", [Parameter.Text, Parameter.Int]);

    readonly struct Op : ITextComputation
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            var text = arguments.Text(0, row);
            var count = Math.Max(0, arguments.Int(1, row));
            if ((long)text.Length * count > TextLimits.BytesMax)
                throw FunctionErrors.ResultTooLong("REPEAT");
            var target = output.Reserve(text.Length * count);
            for (var i = 0; i < target.Length; i += text.Length)
                text.CopyTo(target[i..]);
            output.Commit(target.Length);
            return true;
        }
    }
}
