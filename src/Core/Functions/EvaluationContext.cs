using SqlStream.Core.Columns;
using SqlStream.Core.Time;

namespace SqlStream.Core.Functions;

/// <summary>What a kernel may use beside its arguments.</summary>
/// <remarks>A kernel computes all lanes; the value of a lane that is not active is never looked at, and it must not raise an error.</remarks>
public readonly ref struct EvaluationContext
{
    /// <summary>Describes one evaluation.</summary>
    public EvaluationContext(ColumnPool pool, int rows, ReadOnlySpan<ulong> activeLanes, SessionContext session, EventTime? watermark = null)
    {
        Pool = pool;
        Rows = rows;
        ActiveLanes = activeLanes;
        Session = session;
        Watermark = watermark;
    }

    /// <summary>Where result buffers come from.</summary>
    public ColumnPool Pool { get; }

    /// <summary>Number of lanes.</summary>
    public int Rows { get; }

    /// <summary>The lanes whose results count, as a bitmap; empty if all do. Errors of other lanes must not be raised.</summary>
    public ReadOnlySpan<ulong> ActiveLanes { get; }

    /// <summary>Time zone, clock and random source of the session or job.</summary>
    public SessionContext Session { get; }

    /// <summary>The watermark that the rows come after; null where there has been none.</summary>
    public EventTime? Watermark { get; }

    /// <summary>True if the lane counts.</summary>
    public bool IsActive(int row) => ActiveLanes.IsEmpty || Bitmap.Get(ActiveLanes, row);
}

/// <summary>What expressions see of their session or job.</summary>
/// <param name="TimeZone">The session's time zone, <c>table.local-time-zone</c>.</param>
/// <param name="Clock">The clock of CURRENT_TIMESTAMP and the like.</param>
/// <param name="Random">The source of RAND and UUID; seeded by the job.</param>
public sealed record SessionContext(TimeZoneInfo TimeZone, TimeProvider Clock, Random Random);
