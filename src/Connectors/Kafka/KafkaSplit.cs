using System.Globalization;
using System.Text.Json;
using Confluent.Kafka;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Kafka;

/// <summary>A range of a partition. Its id is <c>topic-partition@start-end</c>; topics hold no <c>@</c>.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Start">The first offset.</param>
/// <param name="End">The first offset that is not read; null if there is none.</param>
readonly record struct KafkaSplit(string Topic, int Partition, long Start, long? End)
{
    /// <summary>Topic and partition, for people.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Topic}-{Partition}");

    /// <summary>The partition for the client.</summary>
    public TopicPartition TopicPartition => new(Topic, Partition);

    /// <summary>The split for the engine.</summary>
    public SourceSplit ToSourceSplit() => new(string.Create(CultureInfo.InvariantCulture, $"{Topic}-{Partition}@{Start}-{End}"));

    /// <summary>The JSON position of a reader whose next offset that is.</summary>
    public static string Position(long offset) => string.Create(CultureInfo.InvariantCulture, $"{{\"offset\":{offset}}}");

    /// <summary>The next offset of a position; null for the beginning of the split.</summary>
    public static long? Offset(string? position)
    {
        if (position is null)
            return null;
        try
        {
            using var document = JsonDocument.Parse(position);
            if (document.RootElement.GetProperty("offset").GetInt64() is var offset and >= 0)
                return offset;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw KafkaErrors.PositionMalformed(position);
        }
        throw KafkaErrors.PositionMalformed(position);
    }

    /// <summary>The range that an id names.</summary>
    public static KafkaSplit Parse(SourceSplit split)
    {
        var id = split.Id;
        var at = id.LastIndexOf('@');
        var dash = at < 0 ? -1 : id.LastIndexOf('-', at);
        var range = at < 0 ? -1 : id.IndexOf('-', at);
        if (dash > 0 && range > 0
            && int.TryParse(id.AsSpan(dash + 1, at - dash - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(id.AsSpan(at + 1, range - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var start))
        {
            var rest = id.AsSpan(range + 1);
            if (rest.IsEmpty)
                return new KafkaSplit(id[..dash], partition, start, null);
            if (long.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var end))
                return new KafkaSplit(id[..dash], partition, start, end);
        }
        throw new EngineBugException($"split \"{id}\" is no range of a partition");
    }
}
