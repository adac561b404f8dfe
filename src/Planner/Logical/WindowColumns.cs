using SqlStream.Core.Types;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Logical;

/// <summary>The three columns that tell of a window.</summary>
static class WindowColumns
{
    public const string Start = "window_start";
    public const string End = "window_end";
    public const string Time = "window_time";

    /// <summary>Start, end and time of windows over a rowtime of the given type: bounds are local TIMESTAMPs, the time is of
    /// the kind of the rowtime.</summary>
    public static ValueList<WindowProperty> Properties(SqlType rowtime) =>
    [
        new(WindowPropertyKind.Start, Start, SqlType.Timestamp(3).WithNullability(false)),
        new(WindowPropertyKind.End, End, SqlType.Timestamp(3).WithNullability(false)),
        new(WindowPropertyKind.Time, Time,
            (rowtime.Kind == SqlTypeKind.TimestampLtz ? SqlType.TimestampLtz(3) : SqlType.Timestamp(3)).WithNullability(false)),
    ];
}
