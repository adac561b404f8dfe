using System.Globalization;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;

namespace SqlStream.Engine.Jobs;

/// <summary>What SHOW JOBS, DESCRIBE JOB, SHOW CHECKPOINTS, CHECKPOINT and SET answer.</summary>
static class JobResults
{
    public static TableResult List(IReadOnlyList<Job> jobs, IReadOnlyList<JobRecord> ended) => new(
        Columns("job id", "job name", "status", "start time", "reason"),
        [.. ended.Select(job => Row(job.Id, job.Name, job.End?.Status ?? "CREATED", Time(job.End?.StartedAt ?? job.CreatedAt), job.End?.Error?.Message)), .. jobs.Where(job => job.Results is null).Select(job => Row(job.Id, job.Name, Status(job), Time(job.StartTime), job.Reason))]);

    public static TableResult Describe(Job job)
    {
        var progress = job.Progress();
        var last = job.Checkpoints is [.., var newest] ? newest : null;
        var rows = new List<IReadOnlyList<object?>>
        {
            Row("job id", job.Id),
            Row("job name", job.Name),
            Row("status", Status(job)),
            Row("start time", Time(job.StartTime)),
            Row("reason", job.Reason),
            Row("restarts", Number(job.Restarts)),
            Row("parallelism", Number(job.Options.Parallelism)),
            Row("rows in", Number(progress.RowsIn)),
            Row("rows out", Number(progress.RowsOut)),
            Row("late rows", Number(progress.LateRows)),
            Row("rows not readable", Number(progress.BadRows)),
            Row("rows with NULL", Number(progress.NullRows)),
            Row("watermark", progress.Watermark?.ToString()),
            Row("last checkpoint", last is null ? null : $"{last.CheckpointId} at {Time(last.Time)}"),
        };
        foreach (var (table, undelivered, trouble) in job.Undelivered)
            rows.Add(Row("not delivered", $"{Number(undelivered)} rows to {table}" + (trouble is null ? "" : $": {trouble}")));
        return new TableResult(Columns("property", "value"), rows);
    }

    public static TableResult Checkpoints(IReadOnlyList<Job> jobs) =>
        Checkpoints([.. jobs.SelectMany(job => job.Checkpoints.Select(checkpoint => (job, checkpoint)))]);

    public static TableResult Checkpoints(IReadOnlyList<(Job Job, CheckpointResult Checkpoint)> checkpoints) => new(
        Columns("job id", "checkpoint", "epoch", "trigger", "time", "bytes written", "full size", "ms", "path", "rows not delivered"),
        [.. checkpoints.Select(entry => Row(
            entry.Job.Id,
            Number(entry.Checkpoint.CheckpointId),
            Number(entry.Checkpoint.Epoch),
            entry.Checkpoint.Trigger,
            Time(entry.Checkpoint.Time),
            MemorySizes.Format(entry.Checkpoint.BytesWritten),
            MemorySizes.Format(entry.Checkpoint.BytesTotal),
            Number((long)entry.Checkpoint.Duration.TotalMilliseconds),
            entry.Checkpoint.Path,
            Number(entry.Checkpoint.UnshippedRows)))]);

    public static TableResult Settings(IReadOnlyDictionary<string, string> settings) => new(
        Columns("key", "value", "default"),
        [.. OptionCatalog.All.Select(option => Row(option.Key, settings.GetValueOrDefault(option.Key) ?? option.Default, option.Default))]);

    static string Status(Job job) => job.Status == JobStatus.Running && job.Reason is { } reason
        ? $"RUNNING ({reason})"
        : job.Status.ToString().ToUpperInvariant();

    static Schema Columns(params string[] names) => new([.. names.Select(name => new Field(name, SqlType.String))]);

    static IReadOnlyList<object?> Row(params object?[] values) => values;

    static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
