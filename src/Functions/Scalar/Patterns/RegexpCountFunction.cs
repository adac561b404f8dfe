using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Scalar.Patterns;

/// <summary>REGEXP_COUNT(string, pattern): the number of matches, which do not overlap.</summary>
sealed class RegexpCountFunction()
    : PatternFunction("REGEXP_COUNT", "REGEXP_COUNT(string, pattern) -> INT", [Parameter.Text, Parameter.Text])
{
    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => SqlType.Int;

    protected override ScalarKernel Kernel(SqlType type, PatternArgument pattern, ReadOnlySpan<ArgumentInfo> arguments) =>
        (context, columns) => LaneKernels.Run<int, Lane>(context, columns, type, new Lane(columns, pattern));

    ref struct Lane(ReadOnlySpan<Column> columns, PatternArgument pattern) : ILane<int>
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        PatternArgument.Reader _patterns = pattern.Read(columns);

        public bool TryCompute(int row, out int result)
        {
            var found = _patterns[row];
            result = found?.Count(_columns.Text(0, row)) ?? 0;
            return found is not null;
        }

        public readonly SqlException? Error(int row) => null;
    }
}
