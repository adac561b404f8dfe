using SqlStream.Client;
using SqlStream.Execution;

namespace SqlStream.Server.Jobs;

/// <summary>The jobs of a process. Jobs are named by their ids, the beginning of one, or their names.</summary>
interface IJobHost
{
    /// <summary>All jobs, oldest first.</summary>
    IReadOnlyList<JobInfo> List();

    /// <summary>One job.</summary>
    JobInfo Show(string name);

    /// <summary>The job itself, which runs or has ended in this process.</summary>
    Job Known(string name);

    /// <summary>Its checkpoints, newest last.</summary>
    IReadOnlyList<CheckpointInfo> Checkpoints(string name);

    /// <summary>A checkpoint with what it holds.</summary>
    CheckpointInfo Checkpoint(string name, long id);

    /// <summary>Stops a job with a final checkpoint.</summary>
    Task<StopResult> StopAsync(string name, StopKind kind, string? savepointDirectory, CancellationToken cancellation);

    /// <summary>Ends a job without a checkpoint.</summary>
    Task<JobInfo> CancelAsync(string name, CancellationToken cancellation);

    /// <summary>Starts a job again.</summary>
    Task<JobInfo> RestartAsync(string name, CancellationToken cancellation);

    /// <summary>Forgets a job that has ended.</summary>
    void Delete(string name, bool keepsCheckpoints);
}
