using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Scalar.Patterns;

/// <summary>REGEXP_EXTRACT_ALL(string, pattern [, group]): what a group of each match matched, the first group unless said otherwise, the
/// whole matches for 0. An element is NULL where the group took no part; all is NULL where there is no such group.</summary>
sealed class RegexpExtractAllFunction() : PatternFunction(
    "REGEXP_EXTRACT_ALL", "REGEXP_EXTRACT_ALL(string, pattern [, group]) -> ARRAY<STRING>",
    [Parameter.Text, Parameter.Text, Parameter.Int], optional: 1)
{
    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => SqlType.Array(SqlType.String);

    protected override ScalarKernel Kernel(SqlType type, PatternArgument pattern, ReadOnlySpan<ArgumentInfo> arguments) =>
        (context, columns) => NestedKernels.Run(context, columns, type, new Lane(columns, pattern));

    ref struct Lane(ReadOnlySpan<Column> columns, PatternArgument pattern) : INestedLane
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        PatternArgument.Reader _patterns = pattern.Read(columns);

        public bool TryWrite(int row, ColumnBuilder output)
        {
            var list = (ListColumnBuilder)output;
            if (_patterns[row] is not { } found
                || !found.TryExtractAll(_columns.Text(0, row), _columns.Length > 2 ? _columns.Int(2, row) : 1, (BytesColumnBuilder)list.Elements))
            {
                return false;
            }
            list.EndList();
            return true;
        }

        public readonly SqlException? Error(int row) => null;
    }
}
