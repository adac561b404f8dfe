using SqlStream.State.Checkpoints;

namespace SqlStream.State.Tests;

/// <summary>Checkpoint drafts with the least that a manifest needs.</summary>
static class Drafts
{
    public static readonly DateTimeOffset Time = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static CheckpointDraft Of(CheckpointStore store, StateSnapshot snapshot, params DraftFile[] segments) =>
        Of(store.NextCheckpointId(), snapshot, segments);

    public static CheckpointDraft Of(long id, StateSnapshot snapshot, params DraftFile[] segments) => new()
    {
        CheckpointId = id,
        Epoch = snapshot.Epoch,
        Time = Time.AddSeconds(id),
        Trigger = "interval",
        EngineVersion = "0.1.0",
        JobId = "job1",
        JobName = "a job",
        Sql = "INSERT INTO t SELECT 'ä' FROM s",
        Plan = "{}",
        MaxParallelism = 128,
        Parallelism = 2,
        State = snapshot,
        Segments = segments,
    };
}
