using SqlStream.Client;
using SqlStream.Engine;
using SqlStream.Execution;

namespace SqlStream.Server.Jobs;

/// <summary>The jobs of a process that runs one script: they can be looked at, checkpointed and ended.</summary>
sealed class RunJobs(SqlStreamEngine engine, JobViews views) : IJobHost
{
    public IReadOnlyList<JobInfo> List() => [.. engine.Jobs.All.Where(job => job.Results is null).Select(views.Info)];

    public JobInfo Show(string name) => views.Info(Known(name));

    public Job Known(string name) => engine.Jobs.Find(name);

    public IReadOnlyList<CheckpointInfo> Checkpoints(string name) => [.. Known(name).Checkpoints.Select(JobTexts.Checkpoint)];

    public CheckpointInfo Checkpoint(string name, long id) =>
        CheckpointFiles.Find(engine.Jobs.StoreOf(Known(name).Id, null), id)
            ?? Checkpoints(name).FirstOrDefault(checkpoint => checkpoint.Id == id) ?? throw ServerErrors.NoSuchCheckpoint(name, id);

    public async Task<StopResult> StopAsync(string name, StopKind kind, string? savepointDirectory, CancellationToken cancellation)
    {
        var job = Known(name);
        var result = await job.StopAsync(kind, savepointDirectory).WaitAsync(cancellation).ConfigureAwait(false);
        await job.Completion.WaitAsync(cancellation).ConfigureAwait(false);
        return new StopResult(views.Info(job), result is null ? null : JobTexts.Checkpoint(result));
    }

    public async Task<JobInfo> CancelAsync(string name, CancellationToken cancellation)
    {
        var job = Known(name);
        job.Cancel();
        await job.Completion.WaitAsync(cancellation).ConfigureAwait(false);
        return views.Info(job);
    }

    public Task<JobInfo> RestartAsync(string name, CancellationToken cancellation) => throw ServerErrors.OnlyInServer("starting a job again");

    public void Delete(string name, bool keepsCheckpoints) => throw ServerErrors.OnlyInServer("deleting a job");
}
