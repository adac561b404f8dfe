using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Windows;

/// <summary>Slices of hopping windows: paired panes, cut where a window begins and where one ends, so that there are two a slide, or one
/// where the slide divides the size.</summary>
/// <remarks>Krishnamurthy, Wu, Franklin, "On-the-fly sharing for streamed aggregation", SIGMOD 2006.</remarks>
sealed class HopSlices(HopSpec spec) : IWindowSlices
{
    readonly long _slide = spec.SlideMicros;
    readonly long _size = spec.SizeMicros;
    readonly long _offset = spec.OffsetMicros;

    // Windows begin at multiples of the slide, and end so long after one.
    readonly long _rest = spec.SizeMicros % spec.SlideMicros;

    /// <inheritdoc/>
    public long EndOf(long micros)
    {
        var since = FloorMath.Modulo(micros - _offset, _slide);
        return micros - since + (since < _rest ? _rest : _slide);
    }

    /// <inheritdoc/>
    public long FirstWindowOf(long sliceEnd)
    {
        var since = FloorMath.Modulo(sliceEnd - _offset - _size, _slide);
        var first = since == 0 ? sliceEnd : sliceEnd + _slide - since;
        // The first window that ends after the slice begins after it where slides are longer than windows.
        return StartOf(first) <= SliceStart(sliceEnd) ? first : first - _slide;
    }

    /// <inheritdoc/>
    public long LastWindowOf(long sliceEnd)
    {
        var start = SliceStart(sliceEnd);
        return start - FloorMath.Modulo(start - _offset, _slide) + _size;
    }

    /// <inheritdoc/>
    public long NextWindow(long windowEnd) => windowEnd + _slide;

    /// <inheritdoc/>
    public long StartOf(long windowEnd) => windowEnd - _size;

    long SliceStart(long sliceEnd)
    {
        if (_rest == 0)
            return sliceEnd - _slide;
        return FloorMath.Modulo(sliceEnd - _offset, _slide) == 0 ? sliceEnd - (_slide - _rest) : sliceEnd - _rest;
    }
}
