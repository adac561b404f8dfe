using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Scalar.Patterns;

/// <summary>REGEXP_INSTR(string, pattern): the position of the first match, counted in characters from 1, or 0.</summary>
sealed class RegexpInstrFunction()
    : PatternFunction("REGEXP_INSTR", "REGEXP_INSTR(string, pattern) -> INT", [Parameter.Text, Parameter.Text])
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
            result = found?.Position(_columns.Text(0, row)) ?? 0;
            return found is not null;
        }

        public readonly SqlException? Error(int row) => null;
    }
}
