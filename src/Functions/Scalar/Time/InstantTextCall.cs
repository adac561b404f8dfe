using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>TO_TIMESTAMP_LTZ(string [, pattern [, zone]]): the instant of a local time in a zone, UTC unless one is given; NULL where the text
/// is no time. Without a pattern the text is <c>yyyy-MM-dd HH:mm:ss[.fraction]</c>.</summary>
static class InstantTextCall
{
    /// <summary>The call, or null if the arguments do not fit.</summary>
    public static ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length > 3)
            return null;
        var types = new SqlType[arguments.Length];
        for (var i = 0; i < types.Length; i++)
        {
            if (Parameters.Match(Parameter.Text, arguments[i].Type) is not { } match)
                return null;
            types[i] = match;
        }
        var pattern = arguments.Length > 1 ? PatternArgument.Of(arguments, 1) : (PatternArgument?)null;
        var zone = TimeZoneArgument.Of(arguments, 2);
        var type = SqlType.TimestampLtz(3);
        return new ScalarCall(types, type, (context, columns) =>
            LaneKernels.Run<long, Lane>(context, columns, type, new Lane(columns, pattern, zone)));
    }

    ref struct Lane(ReadOnlySpan<Column> columns, PatternArgument? pattern, TimeZoneArgument zone) : ILane<long>
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        readonly bool _hasPattern = pattern is not null;
        PatternArgument _pattern = pattern ?? default;
        TimeZoneArgument _zone = zone;

        public bool TryCompute(int row, out long result)
        {
            result = 0;
            var text = _columns.Text(0, row);
            ParsedTime time;
            if (!_hasPattern)
            {
                if (!TimeText.TryParseTimestamp(text, out var micros))
                    return false;
                time = new ParsedTime(micros, null);
            }
            else if (!_pattern.At(_columns, 1, row).TryRead(text, out time))
            {
                return false;
            }
            result = Casts.TimePrecision.Cut(time.ToInstant(ref _zone.At(_columns, row)), 3);
            return Calendar.IsTimestamp(result);
        }

        public readonly SqlException? Error(int row) => null;
    }
}
