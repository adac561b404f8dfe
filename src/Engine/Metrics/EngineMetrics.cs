using System.Diagnostics.Metrics;
using System.Globalization;
using SqlStream.Engine.Jobs;
using SqlStream.Execution;

namespace SqlStream.Engine.Metrics;

/// <summary>The metrics of an engine and all of its jobs: as instruments of the meter <c>SqlStream</c> for whoever listens (OpenTelemetry,
/// <c>dotnet-counters</c>), and as families for <see cref="PrometheusText"/>. Thread-safe.</summary>
/// <remarks>Everything is read from what jobs count anyway, at the moment it is asked for: where nobody asks, nothing is done.</remarks>
public sealed class EngineMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "SqlStream";

    // A listener asks for one instrument after the other: they should fit each other.
    static readonly TimeSpan _age = TimeSpan.FromMilliseconds(100);

    readonly Lock _lock = new();
    readonly JobRegistry _jobs;
    readonly TimeProvider _clock;
    readonly RateWindows _rates;
    readonly Meter _meter = new(MeterName);
    IReadOnlyList<MetricFamily> _last = [];
    long _readAt;

    internal EngineMetrics(JobRegistry jobs, TimeProvider clock)
    {
        _jobs = jobs;
        _clock = clock;
        _rates = new RateWindows(clock);
        foreach (var definition in MetricCatalog.All)
        {
            if (definition.Kind == MetricKind.Counter)
                _meter.CreateObservableCounter(definition.InstrumentName, () => Observe(definition), definition.Unit, definition.Description);
            else
                _meter.CreateObservableGauge(definition.InstrumentName, () => Observe(definition), definition.Unit, definition.Description);
        }
    }

    /// <summary>All metrics at this moment, those without values too, in the order of <see cref="MetricCatalog.All"/>.</summary>
    public IReadOnlyList<MetricFamily> Collect()
    {
        lock (_lock)
        {
            _readAt = _clock.GetTimestamp();
            return _last = Read();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    IEnumerable<Measurement<double>> Observe(MetricDefinition definition)
    {
        IReadOnlyList<MetricFamily> families;
        lock (_lock)
            families = _last.Count > 0 && _clock.GetElapsedTime(_readAt) < _age ? _last : Collect();
        return families.First(family => family.Definition == definition).Samples.Select(sample => new Measurement<double>(sample.Value, sample.Labels));
    }

    List<MetricFamily> Read()
    {
        var jobs = _jobs.All;
        var samples = MetricCatalog.All.ToDictionary(definition => definition, _ => new List<MetricSample>());
        foreach (var (definition, value) in MetricCatalog.Engine)
            samples[definition].Add(new MetricSample([], value(jobs)));
        foreach (var job in jobs)
            Read(job, samples);
        _rates.Forget();
        return [.. MetricCatalog.All.Select(definition => new MetricFamily(definition, samples[definition]))];
    }

    void Read(Job job, Dictionary<MetricDefinition, List<MetricSample>> samples)
    {
        var reading = job.Read();
        var now = _clock.GetUtcNow();
        KeyValuePair<string, object?>[] labels = [new("job_id", job.Id), new("job_name", job.Name)];
        foreach (var (definition, value) in MetricCatalog.Jobs)
            Add(definition, labels, value(job, reading));
        foreach (var task in reading.Tasks)
        {
            var own = Labels(task.Task, task.Subtask);
            foreach (var (definition, value, isRate) in MetricCatalog.Tasks)
                Add(definition, own, value(task), isRate);
        }
        foreach (var op in reading.Operators)
        {
            KeyValuePair<string, object?>[] own = [.. Labels(op.Task, op.Subtask), new("operator_id", op.Id), new("operator_name", op.Name)];
            foreach (var (definition, value, isRate) in MetricCatalog.Operators)
                Add(definition, own, value(op, now), isRate);
        }
        foreach (var op in reading.LastCheckpoint?.Operators ?? [])
        {
            foreach (var table in op.Tables)
            {
                KeyValuePair<string, object?>[] own =
                    [.. labels, new("operator_id", op.Id), new("operator_name", op.Table is null ? op.Name : $"{op.Name}({op.Table})"), new("state", table.Name)];
                foreach (var (definition, value) in MetricCatalog.States)
                    Add(definition, own, value(table));
            }
        }
        foreach (var sink in reading.Sinks)
        {
            KeyValuePair<string, object?>[] own = [.. labels, new("sink_id", sink.Id), new("table", sink.Table)];
            foreach (var (definition, value) in MetricCatalog.Sinks)
                Add(definition, own, value(sink));
        }

        KeyValuePair<string, object?>[] Labels(int task, int subtask) =>
        [
            .. labels,
            new("task_id", task.ToString(CultureInfo.InvariantCulture)),
            new("task_name", job.Graph.Vertices.FirstOrDefault(vertex => vertex.Id == task)?.Name ?? ""),
            new("subtask_index", subtask.ToString(CultureInfo.InvariantCulture)),
        ];

        void Add(MetricDefinition definition, KeyValuePair<string, object?>[] own, double? value, bool isRate = false)
        {
            if (value is not { } known)
                return;
            if (isRate)
                known = _rates.Rate(definition.Name, string.Join('\n', own.Select(label => label.Value)), known);
            samples[definition].Add(new MetricSample(own, known));
        }
    }
}
