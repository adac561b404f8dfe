using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Scalar.Patterns;

/// <summary>REGEXP(string, pattern): TRUE if some part of the string matches; FALSE for the empty pattern, as in Flink.</summary>
sealed class RegexpFunction()
    : PatternFunction("REGEXP", "REGEXP(string, pattern) -> BOOLEAN", [Parameter.Text, Parameter.Text])
{
    protected override bool MayGiveNull => false;

    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => SqlType.Boolean;

    protected override ScalarKernel Kernel(SqlType type, PatternArgument pattern, ReadOnlySpan<ArgumentInfo> arguments) =>
        (context, columns) => LaneKernels.RunBool(context, columns, type, new Lane(columns, pattern));

    ref struct Lane(ReadOnlySpan<Column> columns, PatternArgument pattern) : ILane<bool>
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        PatternArgument.Reader _patterns = pattern.Read(columns);

        public bool TryCompute(int row, out bool result)
        {
            result = !_columns.Text(1, row).IsEmpty && _patterns[row] is { } found && found.IsMatch(_columns.Text(0, row));
            return true;
        }

        public readonly SqlException? Error(int row) => null;
    }
}
