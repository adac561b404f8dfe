using System.Globalization;
using SqlStream.Embedded;
using SqlStream.Engine;
using SqlStream.Engine.Metrics;

// Without arguments: an ASP.NET Core program with /averages, /health and /metrics. With --once: a minute of readings, at once.
var engine = await SqlStreamEngine.OpenAsync(new EngineOptions { Settings = new Dictionary<string, string> { ["parallelism.default"] = "1" } });
await using var owned = engine;
await Averages.PrepareAsync(engine);
if (args.Contains("--once"))
{
    var writing = Averages.WriteAsync(engine, new DateTime(2026, 1, 1), seconds: 60, TimeSpan.Zero, CancellationToken.None);
    await foreach (var average in Averages.ReadAsync(engine, CancellationToken.None))
        Console.WriteLine(Describe(average));
    await writing;
    return;
}

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton(engine);
builder.Services.AddHealthChecks().AddCheck<EngineHealthCheck>("sqlstream");
var app = builder.Build();
app.MapHealthChecks("/health");
app.MapGet("/metrics", (HttpRequest request, HttpResponse response, CancellationToken cancellation) =>
{
    var format = PrometheusText.Negotiate(request.Headers.Accept);
    response.ContentType = PrometheusText.ContentType(format);
    return PrometheusText.WriteAsync(engine.Metrics, format, response.Body, cancellation);
});
// One JSON array that goes on as long as the client reads: leaving ends the query.
app.MapGet("/averages", (CancellationToken cancellation) => Averages.ReadAsync(engine, cancellation));
var stopping = app.Lifetime.ApplicationStopping;
var readings = Averages.WriteAsync(engine, TimeProvider.System.GetUtcNow().UtcDateTime, int.MaxValue, TimeSpan.FromSeconds(1), stopping);
await app.RunAsync();
await readings.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

static string Describe(Average average) => string.Create(
    CultureInfo.InvariantCulture, $"{average.WindowEnd:HH:mm:ss} {average.Place}: {average.Readings} readings, {average.Fahrenheit:0.0} °F");
