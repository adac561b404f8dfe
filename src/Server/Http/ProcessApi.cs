using Microsoft.AspNetCore.Http;
using SqlStream.Client;

namespace SqlStream.Server.Http;

/// <summary>What the process is, and whether it is well.</summary>
/// <param name="info">What it is.</param>
/// <param name="isReady">It has started, and does not stop.</param>
/// <param name="metrics">Writes the body of GET /metrics; null where there is none.</param>
sealed class ProcessApi(ServerInfo info, Func<bool> isReady, Func<Stream, CancellationToken, Task>? metrics)
{
    /// <summary>The media type of Prometheus' text format.</summary>
    public const string MetricsType = "text/plain; version=0.0.4; charset=utf-8";

    public Task InfoAsync(HttpContext context) => Wire.WriteAsync(context, info, ApiJson.Wire.ServerInfo);

    public Task LiveAsync(HttpContext context) => Wire.WriteAsync(context, new HealthInfo("ok"), ApiJson.Wire.HealthInfo);

    public Task ReadyAsync(HttpContext context) => isReady()
        ? Wire.WriteAsync(context, new HealthInfo("ok"), ApiJson.Wire.HealthInfo)
        : Wire.WriteAsync(context, new HealthInfo("starting or stopping"), ApiJson.Wire.HealthInfo, StatusCodes.Status503ServiceUnavailable);

    public Task MetricsAsync(HttpContext context)
    {
        context.Response.ContentType = MetricsType;
        return metrics!(context.Response.Body, context.RequestAborted);
    }
}
