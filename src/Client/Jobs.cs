using System.Text.Json.Serialization;

namespace SqlStream.Client;

/// <summary>A list of jobs.</summary>
/// <param name="Jobs">The jobs, oldest first.</param>
public sealed record JobList(IReadOnlyList<JobInfo> Jobs);

/// <summary>A job.</summary>
public sealed record JobInfo
{
    /// <summary>Identity: 32 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>CREATED, RUNNING, RESTARTING, FINISHED, FAILED, CANCELED or SUSPENDED (stopped with a checkpoint).</summary>
    public required string Status { get; init; }

    /// <summary>It goes on when the server is started again.</summary>
    public bool IsActive { get; init; }

    /// <summary>Why it failed or restarts, or what is wrong at the moment.</summary>
    public string? Reason { get; init; }

    /// <summary>What it failed with.</summary>
    public ProblemError? Error { get; init; }

    /// <summary>When it was submitted.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was started last.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How often it was restarted after failures.</summary>
    public int Restarts { get; init; }

    /// <summary>Subtasks of a task.</summary>
    public int? Parallelism { get; init; }

    /// <summary>The tables that it writes.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>Its statement, with secrets masked.</summary>
    public string? Sql { get; init; }

    /// <summary>What it has done since it was started.</summary>
    public ProgressInfo? Progress { get; init; }

    /// <summary>Rows read a second.</summary>
    public double? RowsInPerSecond { get; init; }

    /// <summary>Rows written a second.</summary>
    public double? RowsOutPerSecond { get; init; }

    /// <summary>Its last checkpoint.</summary>
    public CheckpointInfo? LastCheckpoint { get; init; }

    /// <summary>Output that is in a checkpoint and not delivered.</summary>
    public IReadOnlyList<UndeliveredInfo> Undelivered { get; init; } = [];
}

/// <summary>Output that waits for its sink.</summary>
/// <param name="Table">The table.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Trouble">Why, if that is known.</param>
public sealed record UndeliveredInfo(string Table, long Rows, string? Trouble);

/// <summary>A list of checkpoints.</summary>
/// <param name="Checkpoints">The checkpoints, newest last.</param>
public sealed record CheckpointList(IReadOnlyList<CheckpointInfo> Checkpoints);

/// <summary>A checkpoint.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Trigger">What asked for it.</param>
/// <param name="At">When.</param>
/// <param name="DurationMs">How long it took, in milliseconds.</param>
/// <param name="BytesWritten">Bytes that were written for it.</param>
/// <param name="BytesTotal">Bytes that restoring it reads.</param>
/// <param name="Path">Where it is, as the server sees it.</param>
/// <param name="UndeliveredRows">Rows of output that were not delivered then.</param>
/// <param name="Operators">What it holds of each operator; null in a list of jobs.</param>
public sealed record CheckpointInfo(
    long Id, long Epoch, string Trigger, DateTimeOffset At, double DurationMs, long BytesWritten, long BytesTotal, string Path, long UndeliveredRows,
    IReadOnlyList<CheckpointOperatorInfo>? Operators = null);

/// <summary>What a checkpoint holds of an operator.</summary>
/// <param name="Id">Identity of the operator.</param>
/// <param name="Stem">What it is.</param>
/// <param name="Table">The table that it reads or writes; null for others.</param>
/// <param name="Parallelism">Its subtasks.</param>
/// <param name="BytesWritten">Bytes of its state that are new; null where the checkpoint is of an earlier engine, which did not say.</param>
/// <param name="BytesTotal">Bytes of its state; null likewise.</param>
/// <param name="OwnBytes">Those of them that are stored beside tables, anew in every checkpoint.</param>
/// <param name="Tables">Its state tables; that of a sink is the output that waits to be delivered.</param>
public sealed record CheckpointOperatorInfo(
    string Id, string Stem, string? Table, int Parallelism, long? BytesWritten, long? BytesTotal, long OwnBytes, IReadOnlyList<CheckpointTableInfo> Tables);

/// <summary>What a checkpoint holds of a state table.</summary>
/// <param name="Name">Its name, unique in the operator.</param>
/// <param name="BytesWritten">Bytes of keys and values that have changed since the checkpoint before; null where that is not known.</param>
/// <param name="BytesTotal">About how many bytes its entries take up; null where that is not known.</param>
public sealed record CheckpointTableInfo(string Name, long? BytesWritten, long? BytesTotal);

/// <summary>The tasks of a job with what they do.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Text">The plan as EXPLAIN shows it.</param>
/// <param name="Tasks">The tasks, producers first.</param>
public sealed record PlanInfo(string JobId, string Text, IReadOnlyList<TaskInfo> Tasks);

/// <summary>A task: a chain of operators that run together in each of its subtasks.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its operators.</param>
/// <param name="Parallelism">Its subtasks.</param>
/// <param name="Inputs">Where its rows come from.</param>
/// <param name="Operators">Its operators, with their rates.</param>
public sealed record TaskInfo(int Id, string Name, int Parallelism, IReadOnlyList<TaskInput> Inputs, IReadOnlyList<OperatorInfo> Operators);

/// <summary>An edge between tasks.</summary>
/// <param name="From">Number of the producer.</param>
/// <param name="Exchange">How rows are sent: <c>forward</c>, <c>single</c> or <c>hash: columns</c>.</param>
public sealed record TaskInput(int From, string Exchange);

/// <summary>An operator.</summary>
/// <param name="Stem">What it is.</param>
/// <param name="Table">The table of a scan or sink.</param>
/// <param name="Description">What it does.</param>
/// <param name="RowsIn">Rows taken.</param>
/// <param name="RowsOut">Rows emitted.</param>
/// <param name="RowsInPerSecond">Rows taken a second.</param>
/// <param name="RowsOutPerSecond">Rows emitted a second.</param>
/// <param name="LateRows">Rows dropped because their windows were closed.</param>
/// <param name="BadRows">Rows that could not be decoded.</param>
/// <param name="WatermarkMicros">Its lowest watermark, in microseconds since 1970.</param>
public sealed record OperatorInfo(
    string Stem, string? Table, string Description, long RowsIn, long RowsOut, double RowsInPerSecond, double RowsOutPerSecond, long LateRows, long BadRows,
    long? WatermarkMicros);

/// <summary>POST /v1/jobs/{job}/stop.</summary>
/// <param name="Savepoint">Take a savepoint.</param>
/// <param name="Directory">Where it goes; null for the server's default.</param>
/// <param name="Drain">Let all windows fire first.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record StopRequest(bool Savepoint = false, string? Directory = null, bool Drain = false);

/// <summary>POST /v1/jobs/{job}/savepoint.</summary>
/// <param name="Directory">Where it goes; null for the server's default.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SavepointRequest(string? Directory = null);

/// <summary>What became of a job that was stopped.</summary>
/// <param name="Job">The job.</param>
/// <param name="Checkpoint">Its last checkpoint or savepoint; null if it has none.</param>
public sealed record StopResult(JobInfo Job, CheckpointInfo? Checkpoint);

/// <summary>GET /v1/info.</summary>
/// <param name="Version">Version of the engine.</param>
/// <param name="Api">Version of the API.</param>
/// <param name="Kind"><c>server</c>, or <c>run</c> for a process that runs one script.</param>
/// <param name="StartedAt">When the process was started.</param>
/// <param name="ProcessId">Its number.</param>
/// <param name="DataDirectory">Its data directory.</param>
/// <param name="Limits">What it accepts.</param>
public sealed record ServerInfo(
    string Version, string Api, string Kind, DateTimeOffset StartedAt, int ProcessId, string DataDirectory, IReadOnlyDictionary<string, long> Limits);

/// <summary>GET /health/live and /health/ready.</summary>
/// <param name="Status"><c>ok</c>, or why not.</param>
public sealed record HealthInfo(string Status);
