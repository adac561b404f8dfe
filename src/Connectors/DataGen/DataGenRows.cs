namespace SqlStream.Connectors.DataGen;

/// <summary>Some rows of a generated table: the numbers <c>First, First + Stride, ...</c></summary>
/// <param name="First">Number of the first row.</param>
/// <param name="Stride">From one row to the next.</param>
/// <param name="Count">How many.</param>
/// <param name="StartMicros">Time of row 0, microseconds since 1970.</param>
/// <param name="RowsPerSecond">Rows that a second of that time has.</param>
readonly record struct DataGenRows(long First, long Stride, int Count, long StartMicros, long RowsPerSecond)
{
    /// <summary>Number of the i-th of the rows.</summary>
    public long Number(int i) => First + (i * Stride);

    /// <summary>The time at which the i-th of the rows is due: a function of its number, so that it is
    /// the same after a recovery.</summary>
    public long DueMicros(int i) => StartMicros + (long)((Int128)Number(i) * 1_000_000 / RowsPerSecond);
}
