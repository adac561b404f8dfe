using Microsoft.AspNetCore.Http;
using SqlStream.Client;
using SqlStream.Engine.Metrics;

namespace SqlStream.Server.Http;

/// <summary>What the process is, and whether it is well.</summary>
/// <param name="info">What it is.</param>
/// <param name="isReady">It has started, and does not stop.</param>
/// <param name="metrics">What the engine counts.</param>
sealed class ProcessApi(ServerInfo info, Func<bool> isReady, EngineMetrics metrics)
{

    public Task InfoAsync(HttpContext context) => Wire.WriteAsync(context, info, ApiJson.Wire.ServerInfo);

    public Task LiveAsync(HttpContext context) => Wire.WriteAsync(context, new HealthInfo("ok"), ApiJson.Wire.HealthInfo);

    public Task ReadyAsync(HttpContext context) => isReady()
        ? Wire.WriteAsync(context, new HealthInfo("ok"), ApiJson.Wire.HealthInfo)
        : Wire.WriteAsync(context, new HealthInfo("starting or stopping"), ApiJson.Wire.HealthInfo, StatusCodes.Status503ServiceUnavailable);

    public Task MetricsAsync(HttpContext context)
    {
        var format = PrometheusText.Negotiate(context.Request.Headers.Accept);
        context.Response.ContentType = PrometheusText.ContentType(format);
        return PrometheusText.WriteAsync(metrics, format, context.Response.Body, context.RequestAborted);
    }
}
