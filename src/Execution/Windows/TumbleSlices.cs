using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Windows;

/// <summary>Tumbling windows: each is one slice.</summary>
sealed class TumbleSlices(TumbleSpec spec) : IWindowSlices
{
    readonly long _size = spec.SizeMicros;
    readonly long _offset = spec.OffsetMicros;

    /// <inheritdoc/>
    public long EndOf(long micros) => micros - FloorMath.Modulo(micros - _offset, _size) + _size;

    /// <inheritdoc/>
    public long FirstWindowOf(long sliceEnd) => sliceEnd;

    /// <inheritdoc/>
    public long LastWindowOf(long sliceEnd) => sliceEnd;

    /// <inheritdoc/>
    public long NextWindow(long windowEnd) => windowEnd + _size;

    /// <inheritdoc/>
    public long StartOf(long windowEnd) => windowEnd - _size;
}
