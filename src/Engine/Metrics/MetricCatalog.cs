using SqlStream.Execution;
using SqlStream.State.Checkpoints;

namespace SqlStream.Engine.Metrics;

/// <summary>All metrics, and where each finds its value.</summary>
public static class MetricCatalog
{
    internal static IReadOnlyList<(MetricDefinition Definition, Func<IReadOnlyList<Job>, double> Value)> Engine { get; } =
    [
        (Gauge(MetricScope.Engine, "numRunningJobs", "{job}", "Jobs and queries that run or wait to be restarted."),
            jobs => jobs.Count(job => job.Status is JobStatus.Running or JobStatus.Restarting)),
        (Gauge(MetricScope.Engine, "numFailedJobs", "{job}", "Jobs that have failed for good."), jobs => jobs.Count(job => job.Status == JobStatus.Failed)),
    ];

    internal static IReadOnlyList<(MetricDefinition Definition, Func<Job, JobReading, double?> Value)> Jobs { get; } =
    [
        (Gauge(MetricScope.Job, "isRunning", "1", "1 while the job runs, otherwise 0."), (job, _) => job.Status == JobStatus.Running ? 1 : 0),
        (Gauge(MetricScope.Job, "runningTime", "ms", "Time since the start or the last restart."), (_, reading) => reading.RunningTime.TotalMilliseconds),
        (Counter(MetricScope.Job, "numRestarts", "{restart}", "How often the job was started again."), (_, reading) => reading.Restarts),
        (Counter(MetricScope.Job, "numberOfCompletedCheckpoints", "{checkpoint}", "Checkpoints and savepoints that are durable."),
            (_, reading) => reading.CheckpointsCompleted),
        (Counter(MetricScope.Job, "numberOfFailedCheckpoints", "{checkpoint}", "Checkpoints that failed."), (_, reading) => reading.CheckpointsFailed),
        (Gauge(MetricScope.Job, "numberOfInProgressCheckpoints", "{checkpoint}", "Checkpoints on their way."), (_, reading) => reading.CheckpointsInProgress),
        (Counter(MetricScope.Job, "totalNumberOfCheckpoints", "{checkpoint}", "Completed, failed and on their way."),
            (_, reading) => reading.CheckpointsCompleted + reading.CheckpointsFailed + reading.CheckpointsInProgress),
        (Gauge(MetricScope.Job, "lastCompletedCheckpointId", "1", "Number of the last checkpoint."), (_, reading) => reading.LastCheckpoint?.CheckpointId),
        (Gauge(MetricScope.Job, "lastCheckpointCompletedTimestamp", "ms", "When the last checkpoint was durable, since 1970."),
            (_, reading) => reading.LastCheckpoint?.Time.ToUnixTimeMilliseconds()),
        (Gauge(MetricScope.Job, "lastCheckpointDuration", "ms", "Time that the last checkpoint took."), (_, reading) => reading.LastCheckpoint?.Duration.TotalMilliseconds),
        (Gauge(MetricScope.Job, "lastCheckpointSize", "By", "Bytes that the last checkpoint wrote."), (_, reading) => reading.LastCheckpoint?.BytesWritten),
        (Gauge(MetricScope.Job, "lastCheckpointFullSize", "By", "Bytes of all files of the last checkpoint: the size of the state."),
            (_, reading) => reading.LastCheckpoint?.BytesTotal),
        (Gauge(MetricScope.Job, "stateMemoryUsed", "By", "Memory that holds state, caches included."), (_, reading) => reading.StateMemoryBytes),
        (Gauge(MetricScope.Job, "stateMemoryDirty", "By", "Changes of state that are in memory alone."), (_, reading) => reading.StateDirtyBytes),
    ];

    internal static IReadOnlyList<(MetricDefinition Definition, Func<TaskReading, double> Value, bool IsRate)> Tasks { get; } =
    [
        (Gauge(MetricScope.Task, "busyTimeMsPerSecond", "ms", "Milliseconds of a second in which the subtask works."), task => task.Busy.TotalMilliseconds, true),
        (Gauge(MetricScope.Task, "idleTimeMsPerSecond", "ms", "Milliseconds of a second in which it has nothing to do."), task => task.Idle.TotalMilliseconds, true),
        (Gauge(MetricScope.Task, "backPressuredTimeMsPerSecond", "ms", "Milliseconds of a second in which it waits for who reads its output."),
            task => task.BackPressured.TotalMilliseconds, true),
        (Counter(MetricScope.Task, "accumulateBusyTimeMs", "ms", "Time in which the subtask has worked."), task => task.Busy.TotalMilliseconds, false),
        (Counter(MetricScope.Task, "accumulateIdleTimeMs", "ms", "Time in which it had nothing to do."), task => task.Idle.TotalMilliseconds, false),
        (Counter(MetricScope.Task, "accumulateBackPressuredTimeMs", "ms", "Time in which it waited for who reads its output."),
            task => task.BackPressured.TotalMilliseconds, false),
        (Counter(MetricScope.Task, "numBytesIn", "By", "Bytes that came from other tasks, as they lie in memory."), task => task.BytesIn, false),
        (Counter(MetricScope.Task, "numBytesOut", "By", "Bytes that went to other tasks."), task => task.BytesOut, false),
        (Gauge(MetricScope.Task, "numBytesInPerSecond", "By", "Bytes that come from other tasks in a second."), task => task.BytesIn, true),
        (Gauge(MetricScope.Task, "numBytesOutPerSecond", "By", "Bytes that go to other tasks in a second."), task => task.BytesOut, true),
    ];

    internal static IReadOnlyList<(MetricDefinition Definition, Func<OperatorReading, DateTimeOffset, double?> Value, bool IsRate)> Operators { get; } =
    [
        (Counter(MetricScope.Operator, "numRecordsIn", "{record}", "Rows taken; of a scan, rows read."), (op, _) => op.RowsIn, false),
        (Counter(MetricScope.Operator, "numRecordsOut", "{record}", "Rows emitted."), (op, _) => op.RowsOut, false),
        (Gauge(MetricScope.Operator, "numRecordsInPerSecond", "{record}", "Rows taken in a second."), (op, _) => op.RowsIn, true),
        (Gauge(MetricScope.Operator, "numRecordsOutPerSecond", "{record}", "Rows emitted in a second."), (op, _) => op.RowsOut, true),
        (Counter(MetricScope.Operator, "numLateRecordsDropped", "{record}", "Rows that came too late for their windows."), (op, _) => op.LateRows, false),
        (Counter(MetricScope.Operator, "numRecordsInErrors", "{record}", "Rows that could not be decoded."), (op, _) => op.BadRows, false),
        (Counter(MetricScope.Operator, "numNullRecordsDropped", "{record}", "Rows left out because of NULL in a NOT NULL column of the sink."),
            (op, _) => op.NullRows, false),
        (Gauge(MetricScope.Operator, "currentInputWatermark", "ms", "The last watermark that a join, window or other operator over time has seen, since 1970."),
            (op, _) => op.MakesWatermarks ? null : op.WatermarkMicros / 1000.0, false),
        (Gauge(MetricScope.Operator, "currentOutputWatermark", "ms", "The last watermark of a source, since 1970."),
            (op, _) => op.MakesWatermarks ? op.WatermarkMicros / 1000.0 : null, false),
        (Gauge(MetricScope.Operator, "watermarkLag", "ms", "How far the watermark of a source is behind the clock."),
            (op, now) => op.MakesWatermarks ? (now - DateTimeOffset.UnixEpoch).TotalMilliseconds - (op.WatermarkMicros / 1000.0) : null, false),
    ];

    internal static IReadOnlyList<(MetricDefinition Definition, Func<SinkReading, double> Value)> Sinks { get; } =
    [
        (Gauge(MetricScope.Sink, "unshippedRecords", "{record}", "Rows that are written and not known to be delivered."), sink => sink.Rows),
        (Gauge(MetricScope.Sink, "unshippedEpochs", "{epoch}", "Epochs that are not known to be delivered: how far the sink is behind."), sink => sink.Epochs),
    ];

    internal static IReadOnlyList<(MetricDefinition Definition, Func<TableSize, double?> Value)> States { get; } =
    [
        (Gauge(MetricScope.State, "writtenSize", "By", "Bytes of keys and values that the last checkpoint wrote of a state table."), table => table.BytesWritten),
        (Gauge(MetricScope.State, "fullSize", "By", "Bytes of a state table in the last checkpoint, about."), table => table.Bytes),
    ];

    /// <summary>All metrics, in the order in which they are shown.</summary>
    public static IReadOnlyList<MetricDefinition> All { get; } =
    [
        .. Engine.Select(entry => entry.Definition), .. Jobs.Select(entry => entry.Definition), .. Tasks.Select(entry => entry.Definition),
        .. Operators.Select(entry => entry.Definition), .. Sinks.Select(entry => entry.Definition),
        .. States.Select(entry => entry.Definition),
    ];

    static MetricDefinition Counter(MetricScope scope, string name, string unit, string description) => new(scope, name, MetricKind.Counter, unit, description);

    static MetricDefinition Gauge(MetricScope scope, string name, string unit, string description) => new(scope, name, MetricKind.Gauge, unit, description);
}
