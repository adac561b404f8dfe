using System.Globalization;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Kafka;

/// <summary>Where a scan begins or ends.</summary>
enum OffsetMode
{
    /// <summary>Behind nothing: the scan does not end.</summary>
    Unbounded,

    /// <summary>What the group has committed.</summary>
    Group,

    /// <summary>The first record there is.</summary>
    Earliest,

    /// <summary>Behind the last record that was there at the start.</summary>
    Latest,

    /// <summary>The first record of that time or later.</summary>
    Timestamp,

    /// <summary>The given offsets.</summary>
    Specific,
}

/// <summary>Where a scan begins or ends.</summary>
/// <param name="Mode">How it is said.</param>
/// <param name="Millis">The time, for <see cref="OffsetMode.Timestamp"/>.</param>
/// <param name="Offsets">Offsets by partition, for <see cref="OffsetMode.Specific"/>.</param>
sealed record OffsetChoice(OffsetMode Mode, long Millis = 0, IReadOnlyDictionary<int, long>? Offsets = null);

/// <summary>The options of the connectors <c>kafka</c> and <c>upsert-kafka</c>.</summary>
sealed record KafkaOptions
{
    /// <summary>The topics; empty where a pattern says which.</summary>
    public required IReadOnlyList<string> Topics { get; init; }

    /// <summary>Which topics are read; null where they are named.</summary>
    public required Regex? TopicPattern { get; init; }

    /// <summary>What the client is set up with, by its own names.</summary>
    public required IReadOnlyDictionary<string, string> Properties { get; init; }

    /// <summary>The group whose offsets are shown to monitoring tools.</summary>
    public required string GroupId { get; init; }

    /// <summary>The offsets of checkpoints are committed for the group: it is named, and nobody forbids it.</summary>
    public required bool CommitsOffsets { get; init; }

    /// <summary>Which records are seen.</summary>
    public IsolationLevel Isolation =>
        Properties.GetValueOrDefault("isolation.level") == "read_uncommitted" ? IsolationLevel.ReadUncommitted : IsolationLevel.ReadCommitted;

    public required OffsetChoice Startup { get; init; }

    public required OffsetChoice Bounded { get; init; }

    /// <summary>How often to look for new partitions; null for never.</summary>
    public required TimeSpan? DiscoveryInterval { get; init; }

    public required BadDataPolicy BadData { get; init; }

    /// <summary>Topic of the records that cannot be decoded.</summary>
    public required string? DeadLetterTopic { get; init; }

    /// <summary>Which partition a row goes to.</summary>
    public required string Partitioner { get; init; }

    /// <summary>Begins the transactional id.</summary>
    public required string TransactionalIdPrefix { get; init; }

    /// <summary>How often a row arrives.</summary>
    public required DeliveryGuarantee Guarantee { get; init; }

    /// <summary>What happens to a record that the broker refuses.</summary>
    public required bool SkipsRefused { get; init; }

    /// <summary>The servers, for messages.</summary>
    public string Servers => Properties["bootstrap.servers"];

    /// <summary>The topics, for messages.</summary>
    public string TopicsText => TopicPattern is null ? string.Join(", ", Topics) : $"topics like {TopicPattern}";

    public static IReadOnlyList<(string Setting, string Option)> Fallbacks { get; } = [("kafka.bootstrap.servers", "properties.bootstrap.servers")];

    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new("topic", null, "The topic; several, separated by ';', can be read.", Aliases: ["connector.topic"]),
        new("topic-pattern", null, "A regular expression of the names of topics to read."),
        new("properties.*", null, "Passed on to the Kafka client; see docs/kafka.md.", Aliases: ["connector.properties.*"]),
        new("value.format", null, "Format of the value; the same as 'format'."),
        new("key.format", null, "Format of the key."),
        new("key.fields", null, "The columns that the key holds, separated by ';'."),
        new("key.fields-prefix", "", "Stands before the names of the key's columns and is not part of them in the format."),
        new("value.fields-include", "ALL", "Whether the value holds the key's columns too.", ["ALL", "EXCEPT_KEY"]),
        new("scan.startup.mode", "group-offsets", "Where to begin.",
            ["group-offsets", "earliest-offset", "latest-offset", "timestamp", "specific-offsets"], ["startup-mode", "connector.startup-mode"]),
        new("scan.startup.specific-offsets", null, "As in partition:0,offset:42;partition:1,offset:300.", Aliases: ["specific-offsets"]),
        new("scan.startup.timestamp-millis", null, "Milliseconds since 1970.", Aliases: ["startup-timestamp-millis"]),
        new("scan.bounded.mode", "unbounded", "Where to end.", ["unbounded", "latest-offset", "group-offsets", "timestamp", "specific-offsets"], ["bounded-mode"]),
        new("scan.bounded.specific-offsets", null, "The first offsets that are not read, as in partition:0,offset:42;partition:1,offset:300."),
        new("scan.bounded.timestamp-millis", null, "Milliseconds since 1970."),
        new("scan.topic-partition-discovery.interval", "5 min", "How often to look for new partitions; 0 for never."),
        new("scan.parallelism", null, "Not supported: SET 'parallelism.default'."),
        new("bad-data", "fail", "What happens to records that cannot be decoded.", ["fail", "skip", "dead-letter"]),
        new("dead-letter.topic", null, "The topic that takes them."),
        new("sink.partitioner", "default", "Which partition a row goes to.", ["default", "fixed", "round-robin"]),
        new("sink.delivery-guarantee", "exactly-once", "How often a row arrives.", ["exactly-once", "at-least-once", "none"]),
        new("sink.transactional-id-prefix", "sqlstream", "Begins the transactional id."),
        new("sink.transaction-naming-strategy", null, "Accepted for compatibility: there is one transactional id for each sink."),
        new("sink.on-error", "fail", "What happens to a record that the broker refuses.", ["fail", "skip"]),
        new("sink.parallelism", null, "Not supported: SET 'parallelism.default'."),
        new("sink.buffer-flush.max-rows", null, "Accepted for compatibility: an epoch is one transaction."),
        new("sink.buffer-flush.interval", null, "Accepted for compatibility: an epoch is one transaction."),
    ];

    public static KafkaOptions Read(ConnectorTable table, string connector)
    {
        var options = table.Options;
        foreach (var key in new[] { "scan.parallelism", "sink.parallelism" })
        {
            if (options.Find(key) is { } option)
                throw ConnectorErrors.OptionNotSupported(option, "Use SET 'parallelism.default' = '...'.");
        }
        var badData = options.Choice("bad-data", "fail", "fail", "skip", "dead-letter");
        var deadLetters = options.Find("dead-letter.topic");
        if (badData == "dead-letter" && deadLetters is null)
            throw ConnectorErrors.OptionNeeds(options.Find("bad-data")!, "dead-letter.topic", "Add 'dead-letter.topic' = '...'.");
        if (badData != "dead-letter" && deadLetters is not null)
            throw ConnectorErrors.OptionNeeds(deadLetters, "bad-data", "Add 'bad-data' = 'dead-letter'.");
        var (topics, pattern) = ReadTopics(options, connector);
        var properties = KafkaProperties.Read(options);
        return new KafkaOptions
        {
            Topics = topics,
            TopicPattern = pattern,
            Properties = properties,
            GroupId = properties.TryGetValue("group.id", out var group) ? group : "KafkaSource-" + table.Name,
            CommitsOffsets = group is not null && CommitsOnCheckpoint(options),
            Startup = ReadChoice(options, "startup", "group-offsets"),
            Bounded = ReadChoice(options, "bounded", "unbounded"),
            DiscoveryInterval = options.Duration("scan.topic-partition-discovery.interval", TimeSpan.FromMinutes(5)) is var interval && interval > TimeSpan.Zero
                ? interval
                : null,
            BadData = new BadDataPolicy(badData switch { "skip" => BadDataKind.Skip, "dead-letter" => BadDataKind.DeadLetter, _ => BadDataKind.Fail }),
            DeadLetterTopic = deadLetters?.Value,
            Partitioner = options.Choice("sink.partitioner", "default", "default", "fixed", "round-robin"),
            TransactionalIdPrefix = options.Text("sink.transactional-id-prefix") ?? "sqlstream",
            Guarantee = options.Choice("sink.delivery-guarantee", "exactly-once", "exactly-once", "at-least-once", "none") switch
            {
                "at-least-once" => DeliveryGuarantee.AtLeastOnce,
                "none" => DeliveryGuarantee.None,
                _ => DeliveryGuarantee.ExactlyOnce,
            },
            SkipsRefused = options.Choice("sink.on-error", "fail", "fail", "skip") == "skip",
        };
    }

    // The name that Flink's source has for it.
    static bool CommitsOnCheckpoint(TableOptions options) => options.Boolean("properties.commit.offsets.on.checkpoint", true);

    static (IReadOnlyList<string> Topics, Regex? Pattern) ReadTopics(TableOptions options, string connector)
    {
        var topic = options.Find("topic", "connector.topic");
        var pattern = options.Find("topic-pattern");
        if (topic is not null && pattern is not null)
            throw ConnectorErrors.OptionsExclude(topic, "topic-pattern");
        if (pattern is not null)
        {
            try
            {
                return ([], new Regex($"^(?:{pattern.Value})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking));
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                throw ConnectErrors.InvalidOptionValue(pattern, "a regular expression", e.Message);
            }
        }
        if (topic is null)
            throw KafkaErrors.TopicMissing(connector);
        var names = topic.Value.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0 || !names.All(IsTopicName))
            throw ConnectErrors.InvalidOptionValue(topic, "names of topics: up to 249 letters, digits, '.', '_' and '-'");
        return ([.. names.Distinct()], null);
    }

    static bool IsTopicName(string name) =>
        name.Length is > 0 and <= 249 && name is not ("." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    static OffsetChoice ReadChoice(TableOptions options, string end, string fallback)
    {
        var modeKey = $"scan.{end}.mode";
        var option = options.Find(modeKey, $"{end}-mode", $"connector.{end}-mode");
        var mode = option is null ? fallback : Mode(option, end);
        switch (mode)
        {
            case "earliest-offset":
                return new OffsetChoice(OffsetMode.Earliest);
            case "latest-offset":
                return new OffsetChoice(OffsetMode.Latest);
            case "group-offsets":
                return new OffsetChoice(OffsetMode.Group);
            case "timestamp":
                var key = $"scan.{end}.timestamp-millis";
                if (options.Find(key) is null)
                    throw ConnectorErrors.OptionNeeds(option!, key, $"Add '{key}' = '...', milliseconds since 1970.");
                return new OffsetChoice(OffsetMode.Timestamp, options.Integer(key, 0, 0));
            case "specific-offsets":
                var offsetsKey = $"scan.{end}.specific-offsets";
                var offsets = options.Find(offsetsKey, end == "startup" ? ["specific-offsets"] : [])
                    ?? throw ConnectorErrors.OptionNeeds(option!, offsetsKey, $"Add '{offsetsKey}' = 'partition:0,offset:42;...'.");
                return new OffsetChoice(OffsetMode.Specific, Offsets: ReadOffsets(offsets));
            default:
                return new OffsetChoice(OffsetMode.Unbounded);
        }
    }

    static string Mode(TableOption option, string end)
    {
        string[] modes = end == "startup"
            ? ["group-offsets", "earliest-offset", "latest-offset", "timestamp", "specific-offsets"]
            : ["unbounded", "latest-offset", "group-offsets", "timestamp", "specific-offsets"];
        return new TableOptions([option]).Choice(option.Key, modes[0], modes);
    }

    static Dictionary<int, long> ReadOffsets(TableOption option)
    {
        var offsets = new Dictionary<int, long>();
        foreach (var part in option.Value.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var match = Regex.Match(part, "^partition:([0-9]{1,9}),offset:([0-9]{1,18})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            if (!match.Success || !offsets.TryAdd(
                int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture)))
                throw ConnectErrors.InvalidOptionValue(option, "a list such as 'partition:0,offset:42;partition:1,offset:300'");
        }
        return offsets.Count > 0 ? offsets : throw ConnectErrors.InvalidOptionValue(option, "a list such as 'partition:0,offset:42;partition:1,offset:300'");
    }
}
