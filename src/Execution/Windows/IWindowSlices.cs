namespace SqlStream.Execution.Windows;

/// <summary>How times fall into slices, and slices make up windows. A slice is the largest stretch of time that every window holds as a
/// whole or not at all; it is named by its end, as a window is. All times in microseconds.</summary>
interface IWindowSlices
{
    /// <summary>The end of the slice that holds a time.</summary>
    long EndOf(long micros);

    /// <summary>The end of the first window that holds a slice. It lies before the slice's end if no window does.</summary>
    long FirstWindowOf(long sliceEnd);

    /// <summary>The end of the last window that holds a slice. It lies before the slice's end if no window does.</summary>
    long LastWindowOf(long sliceEnd);

    /// <summary>The end of the window after one.</summary>
    long NextWindow(long windowEnd);

    /// <summary>The start of a window.</summary>
    long StartOf(long windowEnd);
}
