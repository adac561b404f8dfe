namespace SqlStream.Engine.Metrics;

/// <summary>What a metric counts or shows.</summary>
public enum MetricKind
{
    /// <summary>Only grows, from zero; begins anew with a restart.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,
}

/// <summary>What a metric belongs to: its labels are those of the scope.</summary>
public enum MetricScope
{
    /// <summary>The engine: no labels.</summary>
    Engine,

    /// <summary>A job: <c>job_id</c>, <c>job_name</c>.</summary>
    Job,

    /// <summary>A subtask of a task: also <c>task_id</c>, <c>task_name</c>, <c>subtask_index</c>.</summary>
    Task,

    /// <summary>An operator in a subtask: also <c>operator_id</c>, <c>operator_name</c>.</summary>
    Operator,

    /// <summary>A sink of a job: also <c>sink_id</c>, <c>table</c>.</summary>
    Sink,

    /// <summary>A state table of an operator of a job: also <c>operator_id</c>, <c>operator_name</c>, <c>state</c>.</summary>
    State,
}

/// <summary>A metric: Flink's name where Flink has it.</summary>
/// <param name="Scope">What it belongs to.</param>
/// <param name="Name">Its name within the scope.</param>
/// <param name="Kind">Counter or gauge.</param>
/// <param name="Unit">Unit after UCUM, as OpenTelemetry writes it: <c>ms</c>, <c>By</c>, <c>{record}</c>.</param>
/// <param name="Description">One sentence.</param>
public sealed record MetricDefinition(MetricScope Scope, string Name, MetricKind Kind, string Unit, string Description)
{
    /// <summary>The name of the instrument of the meter: <c>sqlstream.job.numRestarts</c>.</summary>
    public string InstrumentName => $"sqlstream.{Word}.{Name}";

    /// <summary>The name of the family in Prometheus, without the suffix of counters: <c>sqlstream_job_numRestarts</c>.</summary>
    public string PrometheusName => $"sqlstream_{Word}_{Name}";

    string Word => Scope switch
    {
        MetricScope.Engine => "engine",
        MetricScope.Job => "job",
        MetricScope.Task => "task",
        MetricScope.Operator => "operator",
        MetricScope.Sink => "sink",
        _ => "state",
    };
}

/// <summary>A value with its labels.</summary>
/// <param name="Labels">In a fixed order for each scope.</param>
/// <param name="Value">The value.</param>
public readonly record struct MetricSample(IReadOnlyList<KeyValuePair<string, object?>> Labels, double Value);

/// <summary>A metric with all of its values.</summary>
/// <param name="Definition">The metric.</param>
/// <param name="Samples">One for each set of labels.</param>
public sealed record MetricFamily(MetricDefinition Definition, IReadOnlyList<MetricSample> Samples);
