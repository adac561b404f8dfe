using Microsoft.Extensions.Diagnostics.HealthChecks;
using SqlStream.Engine;

namespace SqlStream.Embedded;

/// <summary>The engine's health for ASP.NET Core.</summary>
sealed class EngineHealthCheck(SqlStreamEngine engine) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var health = engine.CheckHealth();
        return Task.FromResult(new HealthCheckResult((HealthStatus)health.Status, string.Join("; ", health.Reasons)));
    }
}
