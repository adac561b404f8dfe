using SqlStream.Core.Diagnostics;

namespace SqlStream.Execution.Checkpoints;

/// <summary>Where a checkpoint is.</summary>
enum CheckpointPhase
{
    /// <summary>The state is linked, between the commit of its epoch and the next.</summary>
    Snapshotting,

    /// <summary>Files go to the store, beside later epochs.</summary>
    Uploading,

    /// <summary>The manifest is durable: shippers and waiting statements are told.</summary>
    Notifying,

    /// <summary>Over.</summary>
    Completed,

    /// <summary>It failed; a later epoch tries again.</summary>
    Failed,
}

/// <summary>What happens to a checkpoint.</summary>
enum CheckpointEvent
{
    /// <summary>The snapshot is taken.</summary>
    Snapshotted,

    /// <summary>The manifest is durable.</summary>
    Published,

    /// <summary>Everybody has been told.</summary>
    Notified,

    /// <summary>Something went wrong.</summary>
    Error,
}

/// <summary>The state machine of one checkpoint. Unlike an epoch it may fail: nothing but time is lost.</summary>
static class CheckpointMachine
{
    /// <summary>The phase after an event.</summary>
    public static CheckpointPhase Next(CheckpointPhase phase, CheckpointEvent happened) => (phase, happened) switch
    {
        (CheckpointPhase.Snapshotting, CheckpointEvent.Snapshotted) => CheckpointPhase.Uploading,
        (CheckpointPhase.Uploading, CheckpointEvent.Published) => CheckpointPhase.Notifying,
        (CheckpointPhase.Notifying, CheckpointEvent.Notified) => CheckpointPhase.Completed,
        (CheckpointPhase.Snapshotting or CheckpointPhase.Uploading, CheckpointEvent.Error) => CheckpointPhase.Failed,
        _ => throw new EngineBugException($"checkpoint: {happened} in phase {phase}"),
    };
}
