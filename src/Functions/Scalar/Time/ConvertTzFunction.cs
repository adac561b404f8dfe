using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>CONVERT_TZ(string, from, to): a time <c>yyyy-MM-dd HH:mm:ss</c> of one time zone in another one; NULL where the text is no
/// time.</summary>
sealed class ConvertTzFunction() : StrictFunction(
    "CONVERT_TZ", "CONVERT_TZ(string, from, to) -> STRING", [Parameter.Text, Parameter.Text, Parameter.Text])
{
    protected override bool MayGiveNull => true;

    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => SqlType.String;

    protected override ScalarKernel Kernel(SqlType type, IReadOnlyList<SqlType> types, ReadOnlySpan<ArgumentInfo> arguments)
    {
        var (from, to) = (TimeZoneArgument.Of(arguments, 1), TimeZoneArgument.Of(arguments, 2));
        return (context, columns) => LaneKernels.RunText(context, columns, type, new Lane(columns, from, to));
    }

    ref struct Lane(ReadOnlySpan<Column> columns, TimeZoneArgument from, TimeZoneArgument to) : ITextLane
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        TimeZoneArgument _from = from;
        TimeZoneArgument _to = to;

        public bool TryWrite(int row, BytesColumnBuilder output)
        {
            if (!DatePattern.Default.TryRead(_columns.Text(0, row), out var time))
                return false;
            var there = _to.At(_columns, row).ToLocal(_from.At(_columns, row).ToInstant(time.Local));
            output.Commit(DatePattern.Default.Write(there, output.Reserve(DatePattern.Default.BytesMax)));
            return true;
        }

        public readonly SqlException? Error(int row) => null;
    }
}
