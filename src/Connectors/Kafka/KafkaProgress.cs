using Confluent.Kafka;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Kafka;

/// <summary>Commits the offsets of durable checkpoints for a consumer group, where monitoring tools look for them.</summary>
sealed class KafkaProgress(KafkaOptions options) : ISourceProgress
{
    static readonly TimeSpan _timeout = TimeSpan.FromSeconds(5);

    // One connection for all checkpoints; a new one after a failure.
    KafkaAdmin? _admin;

    public void Tell(IReadOnlyList<(SourceSplit Split, string? Position)> positions)
    {
        _admin ??= new KafkaAdmin(options.Properties, $"committing offsets for group {options.GroupId}") { Timeout = _timeout };
        try
        {
            _admin.Commit(options.GroupId, positions.Select(one =>
            {
                var split = KafkaSplit.Parse(one.Split);
                return new TopicPartitionOffset(split.Topic, split.Partition, KafkaSplit.Offset(one.Position) ?? split.Start);
            }));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _admin?.Dispose();
        _admin = null;
    }
}
