using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Scalar.Patterns;

/// <summary>A number that a pattern finds in a text.</summary>
interface IPatternNumber
{
    int Of(JavaPattern pattern, ReadOnlySpan<byte> text);
}

/// <summary>REGEXP_COUNT: the number of matches, which do not overlap.</summary>
readonly struct CountOfMatches : IPatternNumber
{
    public int Of(JavaPattern pattern, ReadOnlySpan<byte> text) => pattern.Count(text);
}

/// <summary>REGEXP_INSTR: the position of the first match, counted in characters from 1, or 0.</summary>
readonly struct PositionOfMatch : IPatternNumber
{
    public int Of(JavaPattern pattern, ReadOnlySpan<byte> text) => pattern.Position(text);
}

/// <summary>REGEXP_COUNT and REGEXP_INSTR(string, pattern).</summary>
sealed class RegexpNumberFunction<TNumber>(string name)
    : PatternFunction(name, $"{name}(string, pattern) -> INT", [Parameter.Text, Parameter.Text]) where TNumber : struct, IPatternNumber
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
            result = found is null ? 0 : default(TNumber).Of(found, _columns.Text(0, row));
            return found is not null;
        }

        public readonly SqlException? Error(int row) => null;
    }
}
