using SqlStream.State.Checkpoints;
using CheckpointInfo = SqlStream.Client.CheckpointInfo;

namespace SqlStream.Server.Jobs;

/// <summary>Checkpoints of a job as its directory has them.</summary>
static class CheckpointFiles
{
    /// <summary>Those that are there, newest last.</summary>
    public static IReadOnlyList<CheckpointInfo> List(CheckpointStore store) =>
        [.. store.List().Where(found => found.IsValid).Select(Of)];

    /// <summary>One with what it holds of each operator; null if it is not there.</summary>
    public static CheckpointInfo? Find(CheckpointStore store, long id) =>
        store.List().FirstOrDefault(found => found.IsValid && found.CheckpointId == id) is { } found ? Of(found) : null;

    static CheckpointInfo Of(State.Checkpoints.CheckpointInfo found)
    {
        var manifest = found.Manifest!;
        return new CheckpointInfo(
            found.CheckpointId, manifest.Epoch, manifest.Trigger, manifest.TimeUtc, manifest.DurationMs, manifest.BytesWritten, manifest.BytesTotal, found.Path, 0,
            JobTexts.Operators(OperatorSize.Of(manifest)));
    }
}
