namespace SqlStream.Execution.Windows;

/// <summary>Windows that rows bring with them: the time of a row is the end of its window less one millisecond. Each is one slice.</summary>
/// <param name="assigned">How the windows were assigned; null for sessions, whose ends do not tell them: nobody asks for a window by its end.</param>
sealed class AttachedSlices(IWindowSlices? assigned) : IWindowSlices
{
    const long MicrosPerMilli = 1_000;

    /// <inheritdoc/>
    public long EndOf(long micros) => micros + MicrosPerMilli;

    /// <inheritdoc/>
    public long FirstWindowOf(long sliceEnd) => sliceEnd;

    /// <inheritdoc/>
    public long LastWindowOf(long sliceEnd) => sliceEnd;

    /// <inheritdoc/>
    public long NextWindow(long windowEnd) => assigned!.NextWindow(windowEnd);

    /// <inheritdoc/>
    public long StartOf(long windowEnd) => assigned!.StartOf(windowEnd);
}
