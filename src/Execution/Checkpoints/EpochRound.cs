using SqlStream.Core.Time;
using SqlStream.State;

namespace SqlStream.Execution.Checkpoints;

/// <summary>What the coordinator collects of the epoch that is on its way.</summary>
sealed class EpochRound(Epoch epoch, int subtasks, int sourceSubtasks, IReadOnlyList<CheckpointRequest> requests)
{
    /// <summary>The epoch.</summary>
    public Epoch Epoch { get; } = epoch;

    /// <summary>Number of subtasks that must seal.</summary>
    public int Subtasks { get; } = subtasks;

    /// <summary>Source subtasks that have not sealed yet.</summary>
    public int SourceSubtasks { get; set; } = sourceSubtasks;

    /// <summary>Who waits for the checkpoint of this epoch.</summary>
    public IReadOnlyList<CheckpointRequest> Requests { get; } = requests;

    /// <summary>All input had ended when the epoch began: it is the job's last.</summary>
    public required bool IsFinal { get; init; }

    /// <summary>States of the split enumerators, taken before the barrier was injected.</summary>
    public required IReadOnlyDictionary<string, string> Enumerators { get; init; }

    /// <summary>Splits of the checkpoint before that no subtask had when the barrier was injected.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<State.Checkpoints.ManifestSplit>> UnassignedSplits { get; init; }

    /// <summary>What asked for it before its time, or <c>interval</c>.</summary>
    public required string Trigger { get; init; }

    /// <summary>The clock's timestamp of the injection.</summary>
    public required long StartTimestamp { get; init; }

    /// <summary>The time of the injection.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Whether the job stops with this epoch.</summary>
    public required StopKind? Stop { get; init; }

    /// <summary>What waits for the barrier to have passed everybody.</summary>
    public required IReadOnlyList<Action> Followers { get; init; }

    /// <summary>It is committed and checkpointed even if nothing changed.</summary>
    public bool IsForced => IsFinal || Requests.Count > 0;

    /// <summary>What the subtasks handed over.</summary>
    public List<SubtaskSeal> Seals { get; } = [];

    /// <summary>Change sets that are being written.</summary>
    public int Preparing { get; set; }

    /// <summary>Change sets that are written; locked while they are added.</summary>
    public List<IPreparedChanges> Prepared { get; } = [];

    /// <summary>The snapshot, if a checkpoint follows.</summary>
    public StateSnapshot? Snapshot { get; set; }

    /// <summary>With the snapshot: by table its bytes, and those that were changed since the attempt began.</summary>
    public IReadOnlyDictionary<int, (long Bytes, long Changed)> TableSizes { get; set; } = new Dictionary<int, (long, long)>();

    /// <summary>Throws the written change sets away.</summary>
    public void DropPrepared()
    {
        foreach (var prepared in Prepared)
            prepared.Dispose();
        Prepared.Clear();
    }
}

/// <summary>A checkpoint on its way to the store.</summary>
sealed class RunningCheckpoint(EpochRound round)
{
    /// <summary>Its epoch.</summary>
    public EpochRound Round { get; } = round;

    /// <summary>Where it is.</summary>
    public CheckpointPhase Phase { get; private set; } = CheckpointPhase.Snapshotting;

    /// <summary>Carries an event out.</summary>
    public void Apply(CheckpointEvent happened) => Phase = CheckpointMachine.Next(Phase, happened);
}
