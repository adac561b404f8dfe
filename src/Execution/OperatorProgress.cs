using SqlStream.Core.Time;

namespace SqlStream.Execution;

/// <summary>What an operator has done so far, in all its subtasks.</summary>
/// <param name="Vertex">Number of its task.</param>
/// <param name="Stem">What it is, such as <c>Scan</c>.</param>
/// <param name="Table">The table of a scan or sink; null for others.</param>
/// <param name="Subtasks">How many subtasks have begun.</param>
/// <param name="RowsIn">Rows taken.</param>
/// <param name="RowsOut">Rows emitted.</param>
/// <param name="LateRows">Rows dropped because their windows were closed.</param>
/// <param name="BadRows">Rows that could not be decoded.</param>
/// <param name="Watermark">The lowest watermark of its subtasks; null before there is one.</param>
public sealed record OperatorProgress(
    int Vertex, string Stem, string? Table, int Subtasks, long RowsIn, long RowsOut, long LateRows, long BadRows, EventTime? Watermark)
{
    internal static IReadOnlyList<OperatorProgress> Of(IReadOnlyList<OperatorMetricsEntry> metrics)
    {
        lock (metrics)
        {
            return [.. metrics.GroupBy(entry => (entry.Vertex, entry.Stem, entry.Table)).Select(Sum).OrderBy(progress => progress.Vertex)];
        }
    }

    static OperatorProgress Sum(IGrouping<(int Vertex, string Stem, string? Table), OperatorMetricsEntry> entries)
    {
        var watermark = entries.Min(entry => entry.Metrics.WatermarkMicros);
        return new OperatorProgress(
            entries.Key.Vertex, entries.Key.Stem, entries.Key.Table, entries.Count(),
            entries.Sum(entry => entry.Metrics.RowsIn), entries.Sum(entry => entry.Metrics.RowsOut),
            entries.Sum(entry => entry.Metrics.LateRows), entries.Sum(entry => entry.Metrics.BadRows),
            watermark == long.MinValue ? null : new EventTime(watermark));
    }
}
