using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>CHAR_LENGTH(string) and its other name CHARACTER_LENGTH count characters (code points),
/// OCTET_LENGTH(string) counts bytes.</summary>
static class LengthFunctions
{
    public static ScalarFunction Characters(string name) =>
        new FixedFunction<int, CharactersOp>(name, $"{name}(string) -> INT", SqlType.Int, [Parameter.Text]);

    public static ScalarFunction Octets() =>
        new FixedFunction<int, OctetsOp>("OCTET_LENGTH", "OCTET_LENGTH(string) -> INT", SqlType.Int, [Parameter.Text]);

    readonly struct CharactersOp : IComputation<int>
    {
        public static bool TryCompute(ReadOnlySpan<Column> arguments, int row, out int result)
        {
            result = Kernels.Utf8.Count(arguments.Text(0, row));
            return true;
        }
    }

    readonly struct OctetsOp : IComputation<int>
    {
        public static bool TryCompute(ReadOnlySpan<Column> arguments, int row, out int result)
        {
            result = arguments.Text(0, row).Length;
            return true;
        }
    }
}
