using System.Buffers;
using System.Globalization;
using System.Text;

namespace SqlStream.Engine.Metrics;

/// <summary>The two forms of text that Prometheus reads.</summary>
public enum PrometheusFormat
{
    /// <summary><c>text/plain; version=0.0.4</c>.</summary>
    Text,

    /// <summary><c>application/openmetrics-text; version=1.0.0</c>.</summary>
    OpenMetrics,
}

/// <summary>Writes metrics as the text that Prometheus reads. Metrics without values are left out.</summary>
public static class PrometheusText
{
    /// <summary>The form that a client asks for with its Accept header: OpenMetrics where it names that with a quality of at least that of plain
    /// text.</summary>
    public static PrometheusFormat Negotiate(string? accept)
    {
        double open = 0, text = 0;
        foreach (var range in (accept ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = range.Split(';', StringSplitOptions.TrimEntries);
            var quality = Quality(parts);
            switch (parts[0].ToLowerInvariant())
            {
                case "application/openmetrics-text":
                    open = Math.Max(open, quality);
                    break;
                case "text/plain" or "text/*" or "*/*":
                    text = Math.Max(text, quality);
                    break;
            }
        }
        return open > 0 && open >= text ? PrometheusFormat.OpenMetrics : PrometheusFormat.Text;
    }

    /// <summary>The Content-Type header of a form.</summary>
    public static string ContentType(PrometheusFormat format) => format == PrometheusFormat.OpenMetrics
        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes families as UTF-8.</summary>
    public static void Write(IReadOnlyList<MetricFamily> families, PrometheusFormat format, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(families);
        ArgumentNullException.ThrowIfNull(output);
        var text = new StringBuilder();
        foreach (var family in families.Where(family => family.Samples.Count > 0))
            Write(text, family, format);
        if (format == PrometheusFormat.OpenMetrics)
            text.Append("# EOF\n");
        foreach (var chunk in text.GetChunks())
            Encoding.UTF8.GetBytes(chunk.Span, output);
    }

    /// <summary>Writes all metrics of an engine into a stream.</summary>
    public static async Task WriteAsync(EngineMetrics metrics, PrometheusFormat format, Stream stream, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(stream);
        var buffer = new ArrayBufferWriter<byte>();
        Write(metrics.Collect(), format, buffer);
        await stream.WriteAsync(buffer.WrittenMemory, cancellation).ConfigureAwait(false);
    }

    static void Write(StringBuilder text, MetricFamily family, PrometheusFormat format)
    {
        var definition = family.Definition;
        var isCounter = definition.Kind == MetricKind.Counter;
        // The older form names the samples, the newer one the family.
        var sample = isCounter ? definition.PrometheusName + "_total" : definition.PrometheusName;
        var name = format == PrometheusFormat.Text ? sample : definition.PrometheusName;
        text.Append("# HELP ").Append(name).Append(' ');
        Escape(text, definition.Description, quotes: format == PrometheusFormat.OpenMetrics);
        text.Append("\n# TYPE ").Append(name).Append(isCounter ? " counter\n" : " gauge\n");
        foreach (var (labels, value) in family.Samples)
        {
            text.Append(sample);
            for (var i = 0; i < labels.Count; i++)
            {
                text.Append(i == 0 ? '{' : ',').Append(labels[i].Key).Append("=\"");
                Escape(text, Convert.ToString(labels[i].Value, CultureInfo.InvariantCulture) ?? "", quotes: true);
                text.Append('"');
            }
            text.Append(labels.Count > 0 ? "} " : " ").Append(Number(value)).Append('\n');
        }
    }

    static void Escape(StringBuilder text, string value, bool quotes)
    {
        foreach (var c in value)
        {
            switch (c)
            {
                case '\\':
                    text.Append("\\\\");
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '"' when quotes:
                    text.Append("\\\"");
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }
    }

    static string Number(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString(CultureInfo.InvariantCulture);

    static double Quality(string[] parts)
    {
        foreach (var part in parts.Skip(1))
        {
            if (part.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
                && double.TryParse(part.AsSpan(2), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var quality))
            {
                return quality;
            }
        }
        return 1;
    }
}
