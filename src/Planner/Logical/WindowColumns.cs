using SqlStream.Core.Types;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Logical;

/// <summary>The three columns that tell of a window.</summary>
static class WindowColumns
{
    public const string Start = "window_start";
    public const string End = "window_end";
    public const string Time = "window_time";

    /// <summary>Start, end and time of windows over a rowtime of the given type: bounds are local TIMESTAMPs, the time
    /// is of the kind of the rowtime. All are as nullable as the rowtime: a row without a time is in no
    /// window.</summary>
    public static ValueList<WindowProperty> Properties(SqlType rowtime)
    {
        var bound = SqlType.Timestamp(3).WithNullability(rowtime.IsNullable);
        var time = rowtime.Kind == SqlTypeKind.TimestampLtz ? SqlType.TimestampLtz(3) : SqlType.Timestamp(3);
        return
        [
            new(WindowPropertyKind.Start, Start, bound),
            new(WindowPropertyKind.End, End, bound),
            new(WindowPropertyKind.Time, Time, time.WithNullability(rowtime.IsNullable)),
        ];
    }
}
