using SqlStream.State.Checkpoints;

namespace SqlStream.Execution;

/// <summary>A finished checkpoint or savepoint, for the statement that asked for it.</summary>
/// <param name="CheckpointId">Its number.</param>
/// <param name="Epoch">The epoch it holds.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="Trigger">Who asked: <c>interval</c>, <c>statement</c>, <c>savepoint</c>, <c>stop</c>, <c>end of input</c>, <c>state size</c>,
/// <c>rows</c>.</param>
/// <param name="Time">When it was begun.</param>
/// <param name="BytesWritten">Bytes that were written for it.</param>
/// <param name="BytesTotal">Bytes of all its files.</param>
/// <param name="Duration">From the barrier to the manifest.</param>
/// <param name="UnshippedRows">Rows of output that were not delivered when it was taken.</param>
public sealed record CheckpointResult(
    long CheckpointId, long Epoch, string Path, string Trigger, DateTimeOffset Time, long BytesWritten, long BytesTotal, TimeSpan Duration, long UnshippedRows)
{
    /// <summary>What it holds of each operator.</summary>
    public IReadOnlyList<OperatorSize> Operators { get; init; } = [];
}

/// <summary>How a job is asked to stop.</summary>
public enum StopKind
{
    /// <summary>A final barrier, then nothing: no window fires, the job can go on later.</summary>
    Stop,

    /// <summary>As if all input had ended: windows fire, results become final.</summary>
    Drain,
}

/// <summary>One wish for a checkpoint.</summary>
sealed class CheckpointRequest(string trigger, string? savepointDirectory, StopKind? stop)
{
    /// <summary>Who asked.</summary>
    public string Trigger { get; } = trigger;

    /// <summary>Where a savepoint goes; null for a checkpoint.</summary>
    public string? SavepointDirectory { get; } = savepointDirectory;

    /// <summary>Whether the job stops with it.</summary>
    public StopKind? Stop { get; } = stop;

    /// <summary>Answers when it is durable.</summary>
    public TaskCompletionSource<CheckpointResult> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
