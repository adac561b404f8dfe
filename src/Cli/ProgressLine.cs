using System.Globalization;
using SqlStream.Cli.Shell;
using SqlStream.Execution;

namespace SqlStream.Cli;

/// <summary>Writes a line a second and job to standard error: rows in and out, rate, the part that is done and the time that is left, watermark, last checkpoint.</summary>
sealed class ProgressLine : IAsyncDisposable
{
    readonly List<Job> _jobs;
    readonly Dictionary<string, long> _before = [];
    readonly Dictionary<string, (long Time, double Share)> _first = [];
    readonly ITimer _timer;

    public ProgressLine(List<Job> jobs)
    {
        _jobs = jobs;
        _timer = TimeProvider.System.CreateTimer(_ => Write(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    void Write()
    {
        List<Job> jobs;
        lock (_jobs)
            jobs = [.. _jobs.Where(job => job.Status is JobStatus.Running or JobStatus.Restarting)];
        foreach (var job in jobs)
            Console.Error.WriteLine(Line(job));
    }

    // A job that goes on had read a part before.
    string? Left(Job job, double share)
    {
        var now = TimeProvider.System.GetTimestamp();
        if (!_first.TryGetValue(job.Id, out var first) || share < first.Share)
            _first[job.Id] = first = (now, share);
        return LiveStatus.Left(TimeProvider.System.GetElapsedTime(first.Time, now), first.Share, share);
    }

    string Line(Job job)
    {
        var progress = job.Progress();
        var rate = progress.RowsIn - _before.GetValueOrDefault(job.Id);
        _before[job.Id] = progress.RowsIn;
        var line = string.Create(CultureInfo.InvariantCulture, $"{job.Name}: {progress.RowsIn:N0} rows in, {rate:N0}/s, {progress.RowsOut:N0} out");
        if (progress.Share is { } share)
            line += $", {LiveStatus.Percent(share)}" + (Left(job, share) is { } left ? $", {left}" : "");
        if (progress.Watermark is { } watermark)
            line += $", watermark {watermark}";
        if (progress.LateRows > 0)
            line += string.Create(CultureInfo.InvariantCulture, $", {progress.LateRows:N0} late");
        if (progress.BadRows > 0)
            line += string.Create(CultureInfo.InvariantCulture, $", {progress.BadRows:N0} not readable");
        if (progress.NullRows > 0)
            line += string.Create(CultureInfo.InvariantCulture, $", {progress.NullRows:N0} with NULL left out");
        if (job.Checkpoints is [.., var checkpoint])
            line += $", checkpoint {checkpoint.CheckpointId}";
        if (job.Status == JobStatus.Restarting || job.Reason is not null)
            line += $", {job.Status.ToString().ToUpperInvariant()} ({job.Reason})";
        return line;
    }
}
