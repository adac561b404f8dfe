using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>Where one string stands in another: the position of its first character from 1, or 0. The empty string
/// stands at the start.</summary>
static class SearchFunctions
{
    /// <summary>POSITION(part IN whole).</summary>
    public static ScalarFunction Position() => new FixedFunction<int, PartFirst>(
        "POSITION", "POSITION(part IN string) -> INT", SqlType.Int, [Parameter.Text, Parameter.Text]);

    /// <summary>LOCATE(part, whole [, start]).</summary>
    public static ScalarFunction Locate() => new FixedFunction<int, PartFirst>(
        "LOCATE", "LOCATE(part, string [, start]) -> INT", SqlType.Int, [Parameter.Text, Parameter.Text, Parameter.Int], optional: 1);

    /// <summary>INSTR(whole, part).</summary>
    public static ScalarFunction Instr() => new FixedFunction<int, WholeFirst>(
        "INSTR", "INSTR(string, part) -> INT", SqlType.Int, [Parameter.Text, Parameter.Text]);

    /// <summary>STARTSWITH(string, start).</summary>
    public static ScalarFunction StartsWith() =>
        new BoolFunction<StartsOp>("STARTSWITH", "STARTSWITH(string, start) -> BOOLEAN", [Parameter.Text, Parameter.Text]);

    /// <summary>ENDSWITH(string, end).</summary>
    public static ScalarFunction EndsWith() =>
        new BoolFunction<EndsOp>("ENDSWITH", "ENDSWITH(string, end) -> BOOLEAN", [Parameter.Text, Parameter.Text]);

    static int Find(ReadOnlySpan<byte> part, ReadOnlySpan<byte> whole, int start)
    {
        if (start < 1)
            return 0;
        var skipped = Utf8.Offset(whole, start - 1);
        if (skipped == whole.Length && start > 1 && (!part.IsEmpty || Utf8.Count(whole) < start - 1))
            return 0;
        var at = whole[skipped..].IndexOf(part);
        return at < 0 ? 0 : start + Utf8.Count(whole.Slice(skipped, at));
    }

    readonly struct PartFirst : IComputation<int>
    {
        public static bool TryCompute(ReadOnlySpan<Column> arguments, int row, out int result)
        {
            result = Find(arguments.Text(0, row), arguments.Text(1, row), arguments.Length > 2 ? arguments.Int(2, row) : 1);
            return true;
        }
    }

    readonly struct WholeFirst : IComputation<int>
    {
        public static bool TryCompute(ReadOnlySpan<Column> arguments, int row, out int result)
        {
            result = Find(arguments.Text(1, row), arguments.Text(0, row), 1);
            return true;
        }
    }

    readonly struct StartsOp : IComputation<bool>
    {
        public static bool TryCompute(ReadOnlySpan<Column> arguments, int row, out bool result)
        {
            result = arguments.Text(0, row).StartsWith(arguments.Text(1, row));
            return true;
        }
    }

    readonly struct EndsOp : IComputation<bool>
    {
        public static bool TryCompute(ReadOnlySpan<Column> arguments, int row, out bool result)
        {
            result = arguments.Text(0, row).EndsWith(arguments.Text(1, row));
            return true;
        }
    }
}
