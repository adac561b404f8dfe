using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Scalar.Patterns;

/// <summary>REGEXP_REPLACE(string, pattern, replacement): every match replaced by a text, which is taken as it is: no character of it
/// stands for a group.</summary>
sealed class RegexpReplaceFunction() : PatternFunction(
    "REGEXP_REPLACE", "REGEXP_REPLACE(string, pattern, replacement) -> STRING", [Parameter.Text, Parameter.Text, Parameter.Text])
{
    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => SqlType.String;

    protected override ScalarKernel Kernel(SqlType type, PatternArgument pattern, ReadOnlySpan<ArgumentInfo> arguments) =>
        (context, columns) =>
        {
            using var scratch = new ByteText(1024);
            return LaneKernels.RunText(context, columns, type, new Lane(columns, pattern, scratch));
        };

    ref struct Lane(ReadOnlySpan<Column> columns, PatternArgument pattern, ByteText scratch) : ITextLane
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        readonly ByteText _scratch = scratch;
        PatternArgument.Reader _patterns = pattern.Read(columns);

        public bool TryWrite(int row, BytesColumnBuilder output)
        {
            if (_patterns[row] is not { } found)
                return false;
            found.Replace(_columns.Text(0, row), _columns.Text(2, row), _scratch, output);
            return true;
        }

        public readonly SqlException? Error(int row) => null;
    }
}
