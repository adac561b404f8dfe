using SqlStream.Planner.Physical;

namespace SqlStream.Execution;

/// <summary>What a job has counted, at one moment. Counters of operators and tasks begin anew when the job is restarted.</summary>
public sealed record JobReading
{
    /// <summary>By operator and subtask.</summary>
    public required IReadOnlyList<OperatorReading> Operators { get; init; }

    /// <summary>By task and subtask; none while nothing runs.</summary>
    public required IReadOnlyList<TaskReading> Tasks { get; init; }

    /// <summary>Sinks whose output is delivered exactly once.</summary>
    public required IReadOnlyList<SinkReading> Sinks { get; init; }

    /// <summary>How often the job was started again.</summary>
    public required long Restarts { get; init; }

    /// <summary>Checkpoints and savepoints that are durable.</summary>
    public required long CheckpointsCompleted { get; init; }

    /// <summary>Those that failed.</summary>
    public required long CheckpointsFailed { get; init; }

    /// <summary>Those on their way.</summary>
    public required int CheckpointsInProgress { get; init; }

    /// <summary>The last one; null before the first.</summary>
    public required CheckpointResult? LastCheckpoint { get; init; }

    /// <summary>Memory that holds state, caches included; null while nothing runs.</summary>
    public required long? StateMemoryBytes { get; init; }

    /// <summary>Changes of state that are in memory alone.</summary>
    public required long? StateDirtyBytes { get; init; }

    /// <summary>Time since the start or the last restart; zero while nothing runs.</summary>
    public required TimeSpan RunningTime { get; init; }
}

/// <summary>The counters of an operator in one subtask.</summary>
/// <param name="Task">Number of the task.</param>
/// <param name="Subtask">Number of the subtask.</param>
/// <param name="Id">Identity of the operator, the same after a restart.</param>
/// <param name="Name">Its stem, with the table where it has one.</param>
/// <param name="RowsIn">Rows taken.</param>
/// <param name="RowsOut">Rows emitted.</param>
public sealed record OperatorReading(int Task, int Subtask, string Id, string Name, long RowsIn, long RowsOut)
{
    /// <summary>Rows dropped because their windows were closed.</summary>
    public long LateRows { get; init; }

    /// <summary>Rows that could not be decoded.</summary>
    public long BadRows { get; init; }

    /// <summary>Rows left out because of NULL in a NOT NULL column of the sink.</summary>
    public long NullRows { get; init; }

    /// <summary>It makes watermarks; others take them.</summary>
    public bool MakesWatermarks { get; init; }

    /// <summary>The last watermark that it made or took, in microseconds since 1970; null before the first, and of operators that keep none.</summary>
    public long? WatermarkMicros { get; init; }

    internal static IReadOnlyList<OperatorReading> Of(IReadOnlyList<OperatorMetricsEntry> entries, Func<PhysicalNode, string> idOf)
    {
        lock (entries)
        {
            // What belongs to one operator and subtask is one line, in however many parts it is counted.
            return [.. entries
                .GroupBy(entry => (entry.Vertex, entry.Subtask, Id: idOf(entry.Node)))
                .Select(group => new OperatorReading(
                    group.Key.Vertex, group.Key.Subtask, group.Key.Id, NameOf(group.First()),
                    group.Sum(entry => entry.Metrics.RowsIn), group.Sum(entry => entry.Metrics.RowsOut))
                {
                    LateRows = group.Sum(entry => entry.Metrics.LateRows),
                    BadRows = group.Sum(entry => entry.Metrics.BadRows),
                    NullRows = group.Sum(entry => entry.Metrics.NullRows),
                    MakesWatermarks = group.Any(entry => entry.Stem is "WatermarkAssigner" or "ProctimeAssigner"),
                    WatermarkMicros = group.Max(entry => entry.Metrics.WatermarkMicros) is not (long.MinValue or long.MaxValue) and var micros ? micros : null,
                })];
        }
    }

    static string NameOf(OperatorMetricsEntry entry) => entry.Table is null ? entry.Stem : $"{entry.Stem}({entry.Table})";
}

/// <summary>How a subtask spent its time, and what went through it.</summary>
/// <param name="Task">Number of the task.</param>
/// <param name="Subtask">Number of the subtask.</param>
/// <param name="Lived">Time since the start.</param>
/// <param name="Busy">Time in turns.</param>
/// <param name="BackPressured">Time in which it had to wait for who reads its output.</param>
/// <param name="BytesIn">Bytes that came from other tasks.</param>
/// <param name="BytesOut">Bytes that went to other tasks.</param>
public sealed record TaskReading(int Task, int Subtask, TimeSpan Lived, TimeSpan Busy, TimeSpan BackPressured, long BytesIn, long BytesOut)
{
    /// <summary>The rest.</summary>
    public TimeSpan Idle => Lived - Busy - BackPressured is var rest && rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
}

/// <summary>Output that is in checkpoints, or about to be, and not known to be delivered.</summary>
/// <param name="Id">Identity of the sink.</param>
/// <param name="Table">Its table.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Epochs">Epochs.</param>
public sealed record SinkReading(string Id, string Table, long Rows, int Epochs);
