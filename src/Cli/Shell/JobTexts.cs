using System.Globalization;
using SqlStream.Core.Diagnostics;
using SqlStream.Execution;

namespace SqlStream.Cli.Shell;

/// <summary>What the shell says of jobs.</summary>
static class JobTexts
{
    /// <summary>Digits of an id that are enough to name a job.</summary>
    public const int IdLength = 8;

    /// <summary>How a job has ended.</summary>
    public static string End(Job job, TimeSpan time)
    {
        var name = $"job {job.Id[..IdLength]} ({job.Name})";
        var progress = job.Progress();
        return job.Status switch
        {
            JobStatus.Failed => $"{name} failed: {ErrorOf(job)}\n" + HintLine(HintOf(job.Error)),
            JobStatus.Finished => string.Create(CultureInfo.InvariantCulture, $"{name} finished: {progress.RowsIn:N0} rows in, {progress.RowsOut:N0} out in {LiveStatus.Duration(time)}\n"),
            _ => $"{name} ended: {job.Status.ToString().ToUpperInvariant()}\n",
        };
    }

    /// <summary>A line a job.</summary>
    public static IReadOnlyList<string?[]> Rows(IReadOnlyList<Job> jobs) =>
        [.. jobs.Where(job => job.Results is null).Select(job => Row(job, job.Progress()))];

    /// <summary>The names of the columns of <see cref="Rows"/>.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["job id", "name", "status", "runs for", "rows in", "rows/s", "rows out", "done", "watermark", "last checkpoint"];

    static string?[] Row(Job job, JobProgress progress)
    {
        var time = TimeProvider.System.GetUtcNow() - job.StartTime;
        var isRunning = job.Status is JobStatus.Running or JobStatus.Restarting;
        return
        [
            job.Id, job.Name, job.Reason is { } reason ? $"{job.Status.ToString().ToUpperInvariant()} ({reason})" : job.Status.ToString().ToUpperInvariant(),
            isRunning ? LiveStatus.Duration(time) : "", Number(progress.RowsIn),
            isRunning ? Number((long)(progress.RowsIn / Math.Max(0.001, time.TotalSeconds))) : "", Number(progress.RowsOut),
            isRunning && progress.Share is { } share ? Done(share, job.IsRestored || job.Restarts > 0 ? null : LiveStatus.Left(time, 0, share)) : "",
            progress.Watermark?.ToString() ?? "",
            job.Checkpoints is [.., var last] ? $"{Number(last.CheckpointId)} at {last.Time.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}" : "",
        ];
    }

    /// <summary>How far a job is that ends by itself.</summary>
    public static string Done(double share, string? left) => LiveStatus.Percent(share) + (left is null ? "" : $", {left}");

    /// <summary>What to do about an error, as a line of its own; nothing where that is not known.</summary>
    public static string HintLine(string? hint) => hint is null ? "" : $"HINT: {hint}\n";

    static string? HintOf(Exception? error) => error switch
    {
        SqlException sql => sql.Diagnostics[0].Hint,
        ExternalException external => external.ToDiagnostic().Hint,
        _ => null,
    };

    static string ErrorOf(Job job) => job.Error switch
    {
        SqlException error => $"{error.SqlState}: {error.Message}",
        ExternalException error => $"{error.ToDiagnostic().SqlState}: {error.Message}",
        { } error => error.Message,
        null => job.Reason ?? "",
    };

    static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
