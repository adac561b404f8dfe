using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Windows;

/// <summary>Slices of cumulating windows: one a step; the last one of a window is shorter where the step does not divide the size.</summary>
sealed class CumulateSlices(CumulateSpec spec) : IWindowSlices
{
    readonly long _step = spec.StepMicros;
    readonly long _size = spec.SizeMicros;
    readonly long _offset = spec.OffsetMicros;

    /// <inheritdoc/>
    public long EndOf(long micros)
    {
        var since = FloorMath.Modulo(micros - _offset, _size);
        return micros - since + Math.Min(((since / _step) + 1) * _step, _size);
    }

    /// <inheritdoc/>
    public long FirstWindowOf(long sliceEnd) => sliceEnd;

    /// <inheritdoc/>
    public long LastWindowOf(long sliceEnd) => StartOf(sliceEnd) + _size;

    /// <inheritdoc/>
    public long NextWindow(long windowEnd) => EndOf(windowEnd);

    /// <inheritdoc/>
    public long StartOf(long windowEnd) => windowEnd - 1 - FloorMath.Modulo(windowEnd - 1 - _offset, _size);
}
