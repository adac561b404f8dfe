using Microsoft.AspNetCore.Http;
using SqlStream.Client;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Files;
using SqlStream.Execution;
using SqlStream.Server.Jobs;

namespace SqlStream.Server.Http;

/// <summary>Jobs: listed, shown with their tasks and rates, checkpointed, ended, started again.</summary>
sealed class JobsApi(IJobHost jobs, JobViews views, FileRoots files, string savepointDirectory)
{
    public Task ListAsync(HttpContext context) => Wire.WriteAsync(context, new JobList(jobs.List()), ApiJson.Wire.JobList);

    public Task ShowAsync(HttpContext context) => Wire.WriteAsync(context, jobs.Show(Name(context)), ApiJson.Wire.JobInfo);

    public Task PlanAsync(HttpContext context) => Wire.WriteAsync(context, views.Plan(jobs.Known(Name(context))), ApiJson.Wire.PlanInfo);

    public Task CheckpointsAsync(HttpContext context) =>
        Wire.WriteAsync(context, new CheckpointList(jobs.Checkpoints(Name(context))), ApiJson.Wire.CheckpointList);

    public Task ShowCheckpointAsync(HttpContext context)
    {
        var text = Wire.Part(context, "checkpoint");
        return long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id)
            ? Wire.WriteAsync(context, jobs.Checkpoint(Name(context), id), ApiJson.Wire.CheckpointInfo)
            : throw ServerErrors.WrongParameter("checkpoint", "a number", text);
    }

    public async Task StopAsync(HttpContext context)
    {
        var request = await Wire.ReadAsync(context, ApiJson.Wire.StopRequest, new StopRequest()).ConfigureAwait(false);
        var directory = request.Savepoint || request.Directory is not null ? Savepoints(request.Directory) : null;
        var result = await jobs.StopAsync(Name(context), request.Drain ? StopKind.Drain : StopKind.Stop, directory, context.RequestAborted).ConfigureAwait(false);
        await Wire.WriteAsync(context, result, ApiJson.Wire.StopResult).ConfigureAwait(false);
    }

    public async Task CancelAsync(HttpContext context) =>
        await Wire.WriteAsync(context, await jobs.CancelAsync(Name(context), context.RequestAborted).ConfigureAwait(false), ApiJson.Wire.JobInfo).ConfigureAwait(false);

    public async Task RestartAsync(HttpContext context) =>
        await Wire.WriteAsync(context, await jobs.RestartAsync(Name(context), context.RequestAborted).ConfigureAwait(false), ApiJson.Wire.JobInfo).ConfigureAwait(false);

    public async Task CheckpointAsync(HttpContext context)
    {
        var result = await jobs.Known(Name(context)).CheckpointAsync("request").WaitAsync(context.RequestAborted).ConfigureAwait(false);
        await Wire.WriteAsync(context, JobTexts.Checkpoint(result), ApiJson.Wire.CheckpointInfo).ConfigureAwait(false);
    }

    public async Task SavepointAsync(HttpContext context)
    {
        var request = await Wire.ReadAsync(context, ApiJson.Wire.SavepointRequest, new SavepointRequest()).ConfigureAwait(false);
        var result = await jobs.Known(Name(context)).SavepointAsync(Savepoints(request.Directory)).WaitAsync(context.RequestAborted).ConfigureAwait(false);
        await Wire.WriteAsync(context, JobTexts.Checkpoint(result), ApiJson.Wire.CheckpointInfo).ConfigureAwait(false);
    }

    public Task DeleteAsync(HttpContext context)
    {
        jobs.Delete(Name(context), Wire.Flag(context, "keepCheckpoints"));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    static string Name(HttpContext context) => Wire.Part(context, "job");

    string Savepoints(string? directory)
    {
        if (directory is null)
            return savepointDirectory;
        if (directory.Length == 0)
            throw ServerErrors.WrongBody("Its 'directory' is empty.");
        files.Check(directory, SourceSpan.None);
        return directory;
    }
}
