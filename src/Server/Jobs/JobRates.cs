using SqlStream.Execution;

namespace SqlStream.Server.Jobs;

/// <summary>Rows a second of operators: looks at all running jobs every two seconds and remembers what they had done. Thread-safe.</summary>
sealed class JobRates : IDisposable
{
    static readonly TimeSpan _tick = TimeSpan.FromSeconds(2);
    const int SamplesMax = 3;

    readonly Lock _lock = new();
    readonly Dictionary<Job, Queue<Sample>> _samples = [];
    readonly Func<IEnumerable<Job>> _jobs;
    readonly TimeProvider _clock;
    readonly ITimer _timer;

    public JobRates(Func<IEnumerable<Job>> jobs, TimeProvider clock)
    {
        _jobs = jobs;
        _clock = clock;
        _timer = clock.CreateTimer(_ => Look(), null, _tick, _tick);
    }

    /// <summary>Rows in and out a second of each operator, over the last seconds; in the first ones since the job was started.</summary>
    public IReadOnlyList<(OperatorProgress Operator, double RowsIn, double RowsOut)> Of(Job job)
    {
        var now = job.Operators();
        if (job.Status != JobStatus.Running)
            return [.. now.Select(progress => (progress, 0.0, 0.0))];
        Sample? before;
        lock (_lock)
            before = _samples.TryGetValue(job, out var samples) ? samples.Peek() : null;
        var seconds = before is { } sample ? _clock.GetElapsedTime(sample.Time).TotalSeconds : (_clock.GetUtcNow() - job.StartTime).TotalSeconds;
        return [.. now.Select(progress =>
        {
            var earlier = before?.Operators.FirstOrDefault(one => (one.Vertex, one.Stem, one.Table) == (progress.Vertex, progress.Stem, progress.Table));
            return (progress, Rate(progress.RowsIn - (earlier?.RowsIn ?? 0), seconds), Rate(progress.RowsOut - (earlier?.RowsOut ?? 0), seconds));
        })];
    }

    public void Dispose() => _timer.Dispose();

    // A restart begins to count anew.
    static double Rate(long rows, double seconds) => Math.Round(Math.Max(0, rows) / Math.Max(0.05, seconds), 1);

    void Look()
    {
        var running = _jobs().Where(job => job.Status == JobStatus.Running).ToHashSet();
        lock (_lock)
        {
            foreach (var gone in _samples.Keys.Where(job => !running.Contains(job)).ToList())
                _samples.Remove(gone);
            foreach (var job in running)
            {
                if (!_samples.TryGetValue(job, out var samples))
                    _samples[job] = samples = new Queue<Sample>();
                samples.Enqueue(new Sample(_clock.GetTimestamp(), job.Operators()));
                if (samples.Count > SamplesMax)
                    samples.Dequeue();
            }
        }
    }

    sealed record Sample(long Time, IReadOnlyList<OperatorProgress> Operators);
}
