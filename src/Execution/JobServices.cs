using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Functions;
using SqlStream.Execution.Runtime;
using SqlStream.State;
using SqlStream.State.Checkpoints;

namespace SqlStream.Execution;

/// <summary>What jobs share: threads, clock, memory. A simulation passes its own of each.</summary>
public sealed class JobServices
{
    /// <summary>Runs subtasks and coordinators.</summary>
    public required IScheduler Scheduler { get; init; }

    /// <summary>Runs blocking work: reading, shipping, uploading.</summary>
    public required IEdgeScheduler Edge { get; init; }

    /// <summary>Sorts and writes state; low priority.</summary>
    public required IEdgeScheduler StateWriters { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Where column buffers come from.</summary>
    public required ColumnPool Pool { get; init; }

    /// <summary>Time zone, clock and random source of expressions.</summary>
    public required SessionContext Session { get; init; }

    /// <summary>Where <c>print</c> tables write.</summary>
    public TextWriter Output { get; init; } = TextWriter.Null;

    /// <summary>Where <c>print</c> tables with <c>'standard-error'</c> write.</summary>
    public TextWriter Error { get; init; } = TextWriter.Null;

    /// <summary>Opens the state of a job.</summary>
    public Func<string, StateBackendOptions, StateRestore?, CancellationToken, IStateBackend> OpenState { get; init; } = StateBackends.Open;

    /// <summary>Checks every edge of every job: schema, changelog, watermarks. On in tests.</summary>
    public bool Guards { get; init; }
}

/// <summary>The checkpoint that a job starts from.</summary>
/// <param name="Folder">Where it lies.</param>
/// <param name="Manifest">Its manifest.</param>
/// <param name="IsSavepoint">It is a savepoint or another job's checkpoint: ids of its epochs are not this store's.</param>
public sealed record RestorePoint(CheckpointFolder Folder, CheckpointManifest Manifest, bool IsSavepoint);
