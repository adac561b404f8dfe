using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using SqlStream.Engine.Metrics;

namespace SqlStream.Telemetry;

/// <summary>Where metrics are sent.</summary>
public sealed record OtlpOptions
{
    /// <summary>The collector: with <see cref="UsesGrpc"/> its address, otherwise the whole URL, usually ending in <c>/v1/metrics</c>.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>OTLP over gRPC rather than HTTP with protobuf.</summary>
    public bool UsesGrpc { get; init; }

    /// <summary>Time between two exports.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Headers such as <c>api-key=secret</c>, separated by commas.</summary>
    public string? Headers { get; init; }

    /// <summary>The attribute <c>service.name</c>.</summary>
    public string ServiceName { get; init; } = "sqlstream";
}

/// <summary>Sends the metrics of all engines of the process over OTLP, from its making until it is disposed. A collector that is away holds nothing
/// up: what it misses is gone.</summary>
public sealed class OtlpExport : IDisposable
{
    readonly MeterProvider _provider;

    /// <summary>Begins to send.</summary>
    public OtlpExport(OtlpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(EngineMetrics.MeterName)
            .ConfigureResource(resource => resource.AddService(options.ServiceName))
            .AddOtlpExporter((exporter, reader) =>
            {
                exporter.Endpoint = options.Endpoint;
                exporter.Protocol = options.UsesGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
                if (options.Headers is not null)
                    exporter.Headers = options.Headers;
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.Interval.TotalMilliseconds;
            })
            .Build();
    }

    /// <summary>Sends what there is now. False where that failed or took longer.</summary>
    public bool Flush(TimeSpan limit) => _provider.ForceFlush((int)limit.TotalMilliseconds);

    /// <inheritdoc/>
    public void Dispose() => _provider.Dispose();
}
