using System.Globalization;

namespace SqlStream.Broker.Topics;

/// <summary>The settings of a topic, by their Kafka names. What a setting is set to is kept as text, as clients send and read it.</summary>
sealed class TopicSettings
{
    public const string CleanupPolicy = "cleanup.policy";
    public const string RetentionBytes = "retention.bytes";
    public const string RetentionMs = "retention.ms";
    public const string SegmentBytes = "segment.bytes";
    public const string MaxMessageBytes = "max.message.bytes";
    public const string TimestampType = "message.timestamp.type";

    // The broker takes these and reports them; those without a rule have no effect here.
    static readonly Dictionary<string, Func<string, bool>?> _known = new(StringComparer.Ordinal)
    {
        [CleanupPolicy] = value => value.Split(',').All(part => part.Trim() is "delete" or "compact"),
        [RetentionBytes] = value => IsNumber(value, -1, long.MaxValue),
        [RetentionMs] = value => IsNumber(value, -1, long.MaxValue),
        [SegmentBytes] = value => IsNumber(value, 14, int.MaxValue),
        [MaxMessageBytes] = value => IsNumber(value, 0, int.MaxValue),
        [TimestampType] = value => value is "CreateTime" or "LogAppendTime",
        ["compression.type"] = value => value is "producer",
        ["min.insync.replicas"] = value => IsNumber(value, 1, int.MaxValue),
        ["unclean.leader.election.enable"] = value => value is "true" or "false",
        ["delete.retention.ms"] = value => IsNumber(value, 0, long.MaxValue),
        ["min.cleanable.dirty.ratio"] = null,
        ["segment.ms"] = value => IsNumber(value, 1, long.MaxValue),
        ["flush.messages"] = value => IsNumber(value, 1, long.MaxValue),
        ["flush.ms"] = value => IsNumber(value, 0, long.MaxValue),
        ["min.compaction.lag.ms"] = value => IsNumber(value, 0, long.MaxValue),
        ["max.compaction.lag.ms"] = value => IsNumber(value, 1, long.MaxValue),
    };

    readonly IReadOnlyDictionary<string, string> _defaults;
    readonly Dictionary<string, string> _own = new(StringComparer.Ordinal);

    public TopicSettings(IReadOnlyDictionary<string, string> defaults) => _defaults = defaults;

    public static IEnumerable<string> Names => _known.Keys;

    /// <summary>What was set for this topic.</summary>
    public IReadOnlyDictionary<string, string> Own => _own;

    // Read for each batch, so kept as numbers.
    public int MessageBytesMax { get; private set; }
    public int SegmentBytesMax { get; private set; }
    public bool IsLogAppendTime { get; private set; }

    public long RetainedBytes => long.Parse(Value(RetentionBytes), CultureInfo.InvariantCulture);

    public long RetainedMs => long.Parse(Value(RetentionMs), CultureInfo.InvariantCulture);

    public bool IsDeleting => Value(CleanupPolicy).Contains("delete", StringComparison.Ordinal);

    /// <summary>What Kafka has where nothing is set.</summary>
    public static Dictionary<string, string> Defaults(BrokerDefaults broker) => new(StringComparer.Ordinal)
    {
        [CleanupPolicy] = "delete",
        [RetentionBytes] = broker.RetentionBytes.ToString(CultureInfo.InvariantCulture),
        [RetentionMs] = broker.RetentionMs.ToString(CultureInfo.InvariantCulture),
        [SegmentBytes] = broker.SegmentBytes.ToString(CultureInfo.InvariantCulture),
        [MaxMessageBytes] = broker.MessageBytesMax.ToString(CultureInfo.InvariantCulture),
        [TimestampType] = "CreateTime",
        ["compression.type"] = "producer",
        ["min.insync.replicas"] = "1",
        ["unclean.leader.election.enable"] = "false",
        ["delete.retention.ms"] = "86400000",
        ["min.cleanable.dirty.ratio"] = "0.5",
        ["segment.ms"] = "604800000",
        ["flush.messages"] = "9223372036854775807",
        ["flush.ms"] = "9223372036854775807",
        ["min.compaction.lag.ms"] = "0",
        ["max.compaction.lag.ms"] = "9223372036854775807",
    };

    /// <summary>What is wrong with a setting, or null.</summary>
    public static string? Problem(string name, string? value)
    {
        if (!_known.TryGetValue(name, out var rule))
            return $"Unknown topic config name: {name}";
        return value is null || rule?.Invoke(value) == false ? $"Invalid value {value ?? "null"} for configuration {name}" : null;
    }

    public string Value(string name) => _own.GetValueOrDefault(name) ?? _defaults[name];

    /// <summary>Replaces what is set. The names and values have been checked.</summary>
    public void Replace(IEnumerable<KeyValuePair<string, string>> settings)
    {
        _own.Clear();
        foreach (var (name, value) in settings)
            _own[name] = value;
        MessageBytesMax = int.Parse(Value(MaxMessageBytes), CultureInfo.InvariantCulture);
        SegmentBytesMax = int.Parse(Value(SegmentBytes), CultureInfo.InvariantCulture);
        IsLogAppendTime = Value(TimestampType) == "LogAppendTime";
    }

    static bool IsNumber(string text, long min, long max) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max;
}

/// <summary>What a topic has where it sets nothing itself.</summary>
readonly record struct BrokerDefaults(long RetentionBytes, long RetentionMs, int SegmentBytes, int MessageBytesMax);
