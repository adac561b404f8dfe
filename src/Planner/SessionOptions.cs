using System.Globalization;
using SqlStream.Core.Diagnostics;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner;

/// <summary>What SET has set, read by type. Wrong values raise 22023 when they are read.</summary>
/// <param name="Values">Keys as written, with their values.</param>
public sealed record SessionOptions(IReadOnlyDictionary<string, string> Values)
{
    /// <summary>The key of <see cref="RuntimeMode"/>.</summary>
    public const string RuntimeModeKey = "execution.runtime-mode";

    /// <summary>The key of <see cref="Parallelism"/>.</summary>
    public const string ParallelismKey = "parallelism.default";

    /// <summary>The key of <see cref="AggregatePhases"/>.</summary>
    public const string AggregatePhasesKey = "table.optimizer.agg-phase-strategy";

    /// <summary>The key of the session's time zone.</summary>
    public const string TimeZoneKey = "table.local-time-zone";

    /// <summary>The key of <see cref="DropsNulls"/>.</summary>
    public const string NotNullEnforcerKey = "table.exec.sink.not-null-enforcer";

    /// <summary>The key of <see cref="StateTtl"/>.</summary>
    public const string StateTtlKey = "table.exec.state.ttl";

    /// <summary>The key of <see cref="RefusesChangingValues"/>.</summary>
    public const string DeterminismKey = "table.optimizer.non-deterministic-update.strategy";

    /// <summary>The key of the capacity of <see cref="Lookups"/>.</summary>
    public const string LookupCapacityKey = "table.exec.async-lookup.buffer-capacity";

    /// <summary>The key of the timeout of <see cref="Lookups"/>.</summary>
    public const string LookupTimeoutKey = "table.exec.async-lookup.timeout";

    /// <summary>The key of the order of <see cref="Lookups"/>.</summary>
    public const string LookupOrderKey = "table.exec.async-lookup.output-mode";

    /// <summary>Nothing is set.</summary>
    public static SessionOptions Empty { get; } = new(new Dictionary<string, string>());

    /// <summary>When updating operators emit; automatic unless set.</summary>
    public RuntimeMode RuntimeMode => Choice(RuntimeModeKey, "automatic", "automatic", "streaming", "batch") switch
    {
        "streaming" => RuntimeMode.Streaming,
        "batch" => RuntimeMode.Batch,
        _ => RuntimeMode.Automatic,
    };

    /// <summary>Rows with NULL in a NOT NULL column of the table that they are written to are left out, instead of failing the job.</summary>
    public bool DropsNulls => Choice(NotNullEnforcerKey, "ERROR", "ERROR", "DROP") == "DROP";

    /// <summary>How long the state of joins and groups is kept since it was written; zero for ever.</summary>
    public TimeSpan StateTtl
    {
        get
        {
            if (Text(StateTtlKey) is not { } text)
                return TimeSpan.Zero;
            return Core.Connect.Durations.TryParse(text, out var value) ? value : throw Invalid(StateTtlKey, text, "a duration such as 30 min, 12 h or 1 d");
        }
    }

    /// <summary>Values that are others when a row is taken back than when it was given are refused, instead of warned of.</summary>
    public bool RefusesChangingValues => Choice(DeterminismKey, "IGNORE", "IGNORE", "TRY_RESOLVE") == "TRY_RESOLVE";

    /// <summary>How lookup joins ask where the hint LOOKUP does not say it.</summary>
    public LookupPolicy Lookups => LookupPolicy.Default with
    {
        IsOrdered = Choice(LookupOrderKey, "ORDERED", "ORDERED", "ALLOW_UNORDERED") == "ORDERED",
        Capacity = Text(LookupCapacityKey) is not { } capacity
            ? LookupPolicy.CapacityByDefault
            : int.TryParse(capacity, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) && rows > 0 ? rows : throw Invalid(LookupCapacityKey, capacity, "a whole number greater than zero"),
        Timeout = Text(LookupTimeoutKey) is not { } timeout
            ? null
            : Core.Connect.Durations.TryParse(timeout, out var value) && value > TimeSpan.Zero ? value : throw Invalid(LookupTimeoutKey, timeout, "a duration greater than zero, such as 3 min"),
    };

    /// <summary>In how many phases groups are aggregated; automatic unless set.</summary>
    public AggregatePhases AggregatePhases => Choice(AggregatePhasesKey, "AUTO", "AUTO", "ONE_PHASE", "TWO_PHASE") switch
    {
        "ONE_PHASE" => AggregatePhases.One,
        "TWO_PHASE" => AggregatePhases.Two,
        _ => AggregatePhases.Automatic,
    };

    /// <summary>Subtasks per task, or null for one per core.</summary>
    public int? Parallelism
    {
        get
        {
            if (Text(ParallelismKey) is not { } text)
                return null;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is >= 1 and <= 32_768)
                return value;
            throw Invalid(ParallelismKey, text, "a whole number from 1 to 32768");
        }
    }

    /// <summary>The value, or null if it is not set.</summary>
    public string? Text(string key) => Values.GetValueOrDefault(key);

    /// <summary>One of a few words, compared without regard to case.</summary>
    public string Choice(string key, string fallback, params string[] values)
    {
        if (Text(key) is not { } text)
            return fallback;
        return values.FirstOrDefault(value => value.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? throw Invalid(key, text, "one of " + string.Join(", ", values.Select(value => $"'{value}'")));
    }

    static SqlException Invalid(string key, string value, string expected) =>
        new(SqlState.InvalidParameterValue, $"option '{key}' must be {expected}, not '{value}'",
            $"Use SET '{key}' = '...' or RESET '{key}'.");
}

/// <summary>When updating operators emit their results.</summary>
public enum RuntimeMode
{
    /// <summary>At the end where all sources are bounded, as changes otherwise.</summary>
    Automatic,

    /// <summary>As changes.</summary>
    Streaming,

    /// <summary>At the end; unbounded sources are refused.</summary>
    Batch,
}
