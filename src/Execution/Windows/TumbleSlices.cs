using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Windows;

/// <summary>Assigns times to tumbling windows: one slice a window, named by its end.</summary>
/// <param name="spec">Size and offset.</param>
/// <param name="timeType">Type of the time column: its precision is the tick by which a watermark may stay below a window's end and still close it.</param>
sealed class TumbleSlices(TumbleSpec spec, SqlType timeType)
{
    readonly long _tickMicros = ((TemporalType)timeType).Precision <= 3 ? 1000 : 1;

    /// <summary>The end of the window that holds a time.</summary>
    public long EndOf(long micros) => micros - FloorModulo(micros - spec.OffsetMicros, spec.SizeMicros) + spec.SizeMicros;

    /// <summary>The start of the window that ends there.</summary>
    public long StartOf(long end) => end - spec.SizeMicros;

    /// <summary>True if no row of the window can come any more.</summary>
    public bool IsClosed(long end, EventTime watermark) => watermark.Micros >= end - _tickMicros;

    /// <summary>True if all rows of a batch lie in one window.</summary>
    public bool TryWholeBatch(FixedColumn<long> times, Batch batch, out long end)
    {
        end = 0;
        if (times.MayHaveNulls || batch.HasSelection || times.IsConstant)
            return false;
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

    static long FloorModulo(long value, long divisor)
    {
        var remainder = value % divisor;
        return remainder < 0 ? remainder + divisor : remainder;
    }
}
