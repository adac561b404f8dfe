using SqlStream.Execution;

namespace SqlStream.Engine.Health;

/// <summary>How an engine is doing.</summary>
public enum HealthStatus
{
    /// <summary>A job has failed for good.</summary>
    Unhealthy,

    /// <summary>A job waits to be restarted, has no new checkpoints, or cannot reach its input or its sinks.</summary>
    Degraded,

    /// <summary>All is well.</summary>
    Healthy,
}

/// <summary>How an engine is doing, and why it is not better.</summary>
/// <param name="Status">The worst of its jobs; the numbers are those of <c>Microsoft.Extensions.Diagnostics.HealthChecks</c>.</param>
/// <param name="Reasons">One for each job that is not well: its name, id, status and reason.</param>
public sealed record EngineHealth(HealthStatus Status, IReadOnlyList<string> Reasons)
{
    internal static EngineHealth Of(IReadOnlyList<Job> jobs)
    {
        var worst = HealthStatus.Healthy;
        var reasons = new List<string>();
        foreach (var job in jobs.Where(job => job.Results is null))
        {
            var (status, reason) = (job.Status, job.Reason);
            var health = status switch
            {
                JobStatus.Failed => HealthStatus.Unhealthy,
                JobStatus.Restarting => HealthStatus.Degraded,
                JobStatus.Running when reason is not null => HealthStatus.Degraded,
                _ => HealthStatus.Healthy,
            };
            if (health == HealthStatus.Healthy)
                continue;
            worst = health < worst ? health : worst;
            reasons.Add($"job {job.Name} ({job.Id}) is {status.ToString().ToUpperInvariant()}: {reason ?? "no reason is known"}");
        }
        return new EngineHealth(worst, reasons);
    }
}
