using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Kafka;

/// <summary>Finds partitions, and where to begin and end in each. Those that are found later are read from their beginning.</summary>
sealed class KafkaSplitEnumerator : ISplitEnumerator
{
    readonly KafkaOptions _options;
    readonly SortedDictionary<string, SortedSet<int>> _known = new(StringComparer.Ordinal);
    bool _listed;

    public KafkaSplitEnumerator(KafkaOptions options, string? state)
    {
        _options = options;
        if (state is not null)
            RestoreState(state);
    }

    /// <inheritdoc/>
    public TimeSpan Interval => _options.DiscoveryInterval ?? TimeSpan.Zero;

    bool IsBounded => _options.Bounded.Mode != OffsetMode.Unbounded;

    bool IsDone => IsBounded || _options.DiscoveryInterval is null;

    /// <inheritdoc/>
    public (IReadOnlyList<SourceSplit> Splits, bool Done) Discover(CancellationToken cancellation)
    {
        if (_listed && IsDone)
            return ([], true);
        try
        {
            using var admin = new KafkaAdmin(_options.Properties, $"looking for partitions of {_options.TopicsText}");
            var found = Find(admin.Topics());
            var splits = Splits(admin, found);
            foreach (var partition in found)
                Known(partition.Topic).Add(partition.Partition.Value);
            _listed = true;
            return (splits, IsDone);
        }
        catch (ExternalException e) when (_listed && e.Retry != Retry.Never)
        {
            // What is known can be read, or its readers say why not.
            return ([], false);
        }
    }

    /// <inheritdoc/>
    public string SaveState() => JsonSerializer.Serialize(new { version = 1, listed = _listed, partitions = _known });

    SortedSet<int> Known(string topic)
    {
        if (!_known.TryGetValue(topic, out var partitions))
            _known.Add(topic, partitions = []);
        return partitions;
    }

    List<TopicPartition> Find(IReadOnlyDictionary<string, int> topics)
    {
        var names = _options.TopicPattern is { } pattern
            ? topics.Keys.Where(name => pattern.IsMatch(name)).Order(StringComparer.Ordinal)
            : (IEnumerable<string>)_options.Topics;
        var found = new List<TopicPartition>();
        foreach (var name in names)
        {
            if (!topics.TryGetValue(name, out var partitions))
                throw KafkaErrors.TopicUnknown(name, _options.Servers);
            var known = _known.GetValueOrDefault(name);
            for (var partition = 0; partition < partitions; partition++)
            {
                if (known is null || !known.Contains(partition))
                    found.Add(new TopicPartition(name, partition));
            }
        }
        return found;
    }

    List<SourceSplit> Splits(KafkaAdmin admin, List<TopicPartition> partitions)
    {
        if (partitions.Count == 0)
            return [];
        var starts = Offsets(admin, partitions, _listed ? new OffsetChoice(OffsetMode.Earliest) : _options.Startup, "startup");
        var ends = IsBounded ? Offsets(admin, partitions, _options.Bounded, "bounded") : null;
        return [.. partitions.Select(partition => new KafkaSplit(
            partition.Topic, partition.Partition.Value, starts[partition], ends is null ? null : Math.Max(starts[partition], ends[partition])).ToSourceSplit())];
    }

    Dictionary<TopicPartition, long> Offsets(KafkaAdmin admin, List<TopicPartition> partitions, OffsetChoice choice, string end)
    {
        var offsets = new Dictionary<TopicPartition, long>();
        switch (choice.Mode)
        {
            case OffsetMode.Group:
                Add(offsets, admin.Committed(_options.GroupId, partitions));
                AddUncommitted(offsets, admin, partitions, end);
                break;
            case OffsetMode.Timestamp:
                Add(offsets, admin.Offsets(partitions, OffsetSpec.ForTimestamp(choice.Millis), _options.Isolation));
                Add(offsets, admin.Offsets(partitions.Where(partition => !offsets.ContainsKey(partition)), OffsetSpec.Latest(), _options.Isolation));
                break;
            case OffsetMode.Latest:
                Add(offsets, admin.Offsets(partitions, OffsetSpec.Latest(), _options.Isolation));
                break;
            case OffsetMode.Specific:
                foreach (var partition in partitions)
                {
                    if (!choice.Offsets!.TryGetValue(partition.Partition.Value, out var offset))
                        throw KafkaErrors.OffsetsUnknown($"scan.{end}.specific-offsets", partition.Topic);
                    offsets.Add(partition, offset);
                }
                break;
        }
        Add(offsets, admin.Offsets(partitions.Where(partition => !offsets.ContainsKey(partition)), OffsetSpec.Earliest(), _options.Isolation));
        return offsets;
    }

    // Of a scan nothing is said about its beginning where the group has committed nothing, which is the beginning; about its end that is a mistake.
    void AddUncommitted(Dictionary<TopicPartition, long> offsets, KafkaAdmin admin, List<TopicPartition> partitions, string end)
    {
        var missing = partitions.Where(partition => !offsets.ContainsKey(partition)).ToList();
        if (missing.Count == 0)
            return;
        switch (_options.Properties.GetValueOrDefault("auto.offset.reset"))
        {
            case "latest" or "largest" or "end":
                Add(offsets, admin.Offsets(missing, OffsetSpec.Latest(), _options.Isolation));
                break;
            case "error":
            case null when end == "bounded":
                throw KafkaErrors.NothingCommitted(_options.GroupId, new KafkaSplit(missing[0].Topic, missing[0].Partition.Value, 0, null).Name, $"scan.{end}.mode");
        }
    }

    static void Add(Dictionary<TopicPartition, long> offsets, IReadOnlyDictionary<TopicPartition, long> more)
    {
        foreach (var (partition, offset) in more)
        {
            if (offset >= 0)
                offsets.TryAdd(partition, offset);
        }
    }

    void RestoreState(string state)
    {
        try
        {
            using var document = JsonDocument.Parse(state);
            _listed = document.RootElement.GetProperty("listed").GetBoolean();
            foreach (var topic in document.RootElement.GetProperty("partitions").EnumerateObject())
                Known(topic.Name).UnionWith(topic.Value.EnumerateArray().Select(partition => partition.GetInt32()));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw KafkaErrors.PositionMalformed(state);
        }
    }
}
