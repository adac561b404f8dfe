using System.Diagnostics;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Windows;

/// <summary>Assigns the times of rows to slices, and says which windows are closed.</summary>
/// <param name="slices">The slices.</param>
/// <param name="timeType">Type of the time column: its precision is the tick by which a watermark may stay below a window's end and still close it.</param>
sealed class SliceAssigner(IWindowSlices slices, SqlType timeType)
{
    readonly long _tickMicros = TickOf(timeType);
    long _low = long.MaxValue;
    long _end = long.MinValue;

    /// <summary>The slices.</summary>
    public IWindowSlices Slices => slices;

    /// <summary>The slices of windows over a time column.</summary>
    public static IWindowSlices SlicesOf(WindowSpec window) => window switch
    {
        TumbleSpec tumble => new TumbleSlices(tumble),
        HopSpec hop => new HopSlices(hop),
        CumulateSpec cumulate => new CumulateSlices(cumulate),
        AttachedSpec { IsOfSessions: true } => new AttachedSlices(null),
        AttachedSpec attached => new AttachedSlices(SlicesOf(attached.Assigned)),
        _ => throw new UnreachableException($"window {window.GetType().Name} has no slices"),
    };

    /// <summary>The tick of a time column, in microseconds.</summary>
    public static long TickOf(SqlType timeType) => ((TemporalType)timeType).Precision <= 3 ? 1000 : 1;

    /// <summary>The end of the slice that holds a time.</summary>
    public long EndOf(long micros)
    {
        // Times come nearly in order, and the way to a slice is a division.
        if (micros >= _low && micros < _end)
            return _end;
        var end = slices.EndOf(micros);
        if (end != _end)
            (_low, _end) = (micros, end);
        else
            _low = Math.Min(_low, micros);
        return end;
    }

    /// <summary>True if the watermark closes a window.</summary>
    public bool IsClosed(long windowEnd, EventTime watermark) => watermark.Micros >= windowEnd - _tickMicros;

    /// <summary>True if all rows of a batch lie in one slice.</summary>
    public bool TryWholeBatch(FixedColumn<long> times, Batch batch, out long end)
    {
        end = 0;
        if (times.MayHaveNulls || batch.HasSelection)
            return false;
        if (times.IsConstant)
        {
            end = EndOf(times[0]);
            return true;
        }
        var values = times.Values;
        var (low, high) = (values[0], values[0]);
        foreach (var value in values)
        {
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }
        end = EndOf(low);
        return high < end;
    }
}
