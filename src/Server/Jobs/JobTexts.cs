using SqlStream.Client;
using SqlStream.Execution;
using SqlStream.State.Checkpoints;
using CheckpointInfo = SqlStream.Client.CheckpointInfo;

namespace SqlStream.Server.Jobs;

/// <summary>What the API tells of a job that runs.</summary>
static class JobTexts
{
    /// <summary>What it has done.</summary>
    public static ProgressInfo Progress(Job job)
    {
        var progress = job.Progress();
        return new ProgressInfo(
            progress.RowsIn, progress.RowsOut, progress.LateRows, progress.BadRows, progress.Watermark?.Micros, progress.Share, job.Reason);
    }

    /// <summary>A checkpoint.</summary>
    public static CheckpointInfo Checkpoint(CheckpointResult checkpoint) => new(
        checkpoint.CheckpointId, checkpoint.Epoch, checkpoint.Trigger, checkpoint.Time, checkpoint.Duration.TotalMilliseconds, checkpoint.BytesWritten,
        checkpoint.BytesTotal, checkpoint.Path, checkpoint.UnshippedRows, Operators(checkpoint.Operators));

    /// <summary>What a checkpoint holds of each operator.</summary>
    public static IReadOnlyList<CheckpointOperatorInfo> Operators(IReadOnlyList<OperatorSize> operators) =>
    [
        .. operators.Select(one => new CheckpointOperatorInfo(
            one.Id, one.Name, one.Table, one.Parallelism, one.BytesWritten, one.Bytes, one.OwnBytes,
            [.. one.Tables.Select(table => new CheckpointTableInfo(table.Name, table.BytesWritten, table.Bytes))])),
    ];
}
