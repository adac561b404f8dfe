using SqlStream.Core.Time;

namespace SqlStream.Execution;

/// <summary>What a job has done so far.</summary>
/// <param name="RowsIn">Rows read by all scans.</param>
/// <param name="RowsOut">Rows that reached a sink or client.</param>
/// <param name="LateRows">Rows dropped because their windows were closed.</param>
/// <param name="BadRows">Rows that could not be decoded.</param>
/// <param name="NullRows">Rows left out because they have NULL in a NOT NULL column of a sink.</param>
/// <param name="Watermark">The lowest watermark of the sources, if there is one.</param>
/// <param name="HasCaughtUp">All sources that can tell have read once, since the job began or went on, everything there was.</param>
/// <param name="Trouble">Why sources cannot be reached at the moment, naming their splits; null if they can.</param>
public sealed record JobProgress(
    long RowsIn, long RowsOut, long LateRows, long BadRows, long NullRows, EventTime? Watermark, bool HasCaughtUp = true, string? Trouble = null)
{
    /// <summary>How much of all input has been read, from 0 to 1; null where that is not known.</summary>
    public double? Share { get; init; }

    internal static JobProgress Of(IReadOnlyList<OperatorMetricsEntry> metrics)
    {
        double splitsRead = 0, splits = 0;
        var knowsShare = true;
        long rowsIn = 0, rowsOut = 0, late = 0, bad = 0, nulls = 0;
        EventTime? watermark = null;
        var caughtUp = false;
        var troubles = new SortedSet<string>(StringComparer.Ordinal);
        lock (metrics)
        {
            // Before there are operators, nothing is read.
            caughtUp = metrics.Count > 0;
            foreach (var entry in metrics)
            {
                switch (entry.Stem)
                {
                    case "Scan":
                        rowsIn += entry.Metrics.RowsOut;
                        bad += entry.Metrics.BadRows;
                        caughtUp &= entry.Metrics.HasCaughtUp;
                        // A subtask that was given nothing has nothing to read.
                        knowsShare &= entry.Metrics.Splits > 0 || entry.Metrics.RowsOut == 0;
                        splitsRead += entry.Metrics.SplitsRead;
                        splits += entry.Metrics.Splits;
                        if (entry.Metrics.Trouble is { } trouble)
                            troubles.Add(trouble);
                        break;
                    case "Sink" or "Collect":
                        rowsOut += entry.Metrics.RowsIn - entry.Metrics.NullRows;
                        nulls += entry.Metrics.NullRows;
                        break;
                    case "WatermarkAssigner":
                        var time = new EventTime(entry.Metrics.WatermarkMicros);
                        if (time != EventTime.MinusInfinity)
                            watermark = watermark is { } known ? EventTime.Min(known, time) : time;
                        break;
                }
                late += entry.Metrics.LateRows;
            }
        }
        return new JobProgress(rowsIn, rowsOut, late, bad, nulls, watermark, caughtUp, troubles.Count > 0 ? string.Join("; ", troubles) : null)
        {
            Share = knowsShare && splits > 0 ? Math.Clamp(splitsRead / splits, 0, 1) : null,
        };
    }
}
