using SqlStream.Client;
using SqlStream.Engine;
using SqlStream.Engine.Jobs;
using SqlStream.Execution;
using SqlStream.State.Checkpoints;
using CheckpointInfo = SqlStream.Client.CheckpointInfo;

namespace SqlStream.Server.Jobs;

/// <summary>The jobs of a server, which outlive it.</summary>
sealed class ServerJobs(SqlStreamEngine engine, JobStore store, JobViews views) : IJobHost
{
    public IReadOnlyList<JobInfo> List() => [.. store.All.Select(views.Info)];

    public JobInfo Show(string name) => views.Info(store.Find(name));

    public Job Known(string name) => store.Find(name) is var served && served.Job is { } job ? job : store.Running(served);

    public IReadOnlyList<CheckpointInfo> Checkpoints(string name)
    {
        var served = store.Find(name);
        return served.Job is { } job ? [.. job.Checkpoints.Select(JobTexts.Checkpoint)] : CheckpointFiles.List(Files(served));
    }

    public CheckpointInfo Checkpoint(string name, long id)
    {
        var served = store.Find(name);
        return CheckpointFiles.Find(Files(served), id)
            ?? Checkpoints(name).FirstOrDefault(checkpoint => checkpoint.Id == id) ?? throw ServerErrors.NoSuchCheckpoint(served.Id, id);
    }

    public async Task<StopResult> StopAsync(string name, StopKind kind, string? savepointDirectory, CancellationToken cancellation)
    {
        var served = store.Find(name);
        var result = await store.StopAsync(served, kind, savepointDirectory, cancellation).ConfigureAwait(false);
        return new StopResult(views.Info(served), result is null ? null : JobTexts.Checkpoint(result));
    }

    public async Task<JobInfo> CancelAsync(string name, CancellationToken cancellation)
    {
        var served = store.Find(name);
        await store.CancelAsync(served, cancellation).ConfigureAwait(false);
        return views.Info(served);
    }

    public async Task<JobInfo> RestartAsync(string name, CancellationToken cancellation)
    {
        var served = store.Find(name);
        await store.RestartAsync(served, cancellation).ConfigureAwait(false);
        return views.Info(served);
    }

    public void Delete(string name, bool keepsCheckpoints) => store.Delete(store.Find(name), keepsCheckpoints);

    CheckpointStore Files(ServedJob served) =>
        engine.Jobs.StoreOf(served.Id, served.Record.Settings.GetValueOrDefault("execution.checkpointing.dir"));
}
