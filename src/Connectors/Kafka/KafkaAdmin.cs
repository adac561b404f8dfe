using Confluent.Kafka;
using Confluent.Kafka.Admin;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Kafka;

/// <summary>What is asked of the cluster beside records. Blocks: for edge threads. Failures are <see cref="ExternalException"/>.</summary>
sealed class KafkaAdmin : IDisposable
{
    static readonly TimeSpan _timeout = TimeSpan.FromSeconds(10);

    static readonly string[] _shared = ["bootstrap.servers", "client.", "security.", "sasl.", "ssl.", "socket.", "broker.", "metadata.", "enable.sasl", "enable.ssl", "api.", "reconnect."];

    readonly IAdminClient _client;
    readonly string _servers;
    readonly string _purpose;

    public KafkaAdmin(IReadOnlyDictionary<string, string> properties, string purpose)
    {
        _servers = properties["bootstrap.servers"];
        _purpose = purpose;
        _client = new AdminClientBuilder(Shared(properties))
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler((_, error) => _error = error)
            .Build();
    }

    Error? _error;

    /// <summary>The properties that every client takes.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Shared(IReadOnlyDictionary<string, string> properties) =>
        properties.Where(property => Array.Exists(_shared, prefix => property.Key.StartsWith(prefix, StringComparison.Ordinal)));

    /// <summary>The topics of the cluster with their numbers of partitions.</summary>
    public IReadOnlyDictionary<string, int> Topics() => Guard(() => _client.GetMetadata(_timeout).Topics
        .Where(topic => topic.Error.Code == ErrorCode.NoError)
        .ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count));

    /// <summary>Number of brokers.</summary>
    public int Brokers() => Guard(() => _client.GetMetadata(_timeout).Brokers.Count);

    /// <summary>Raises the reason if the cluster cannot be reached.</summary>
    public void Ping() => Topics();

    /// <summary>Offsets of partitions as a specification has them; a missing one is -1.</summary>
    public IReadOnlyDictionary<TopicPartition, long> Offsets(IEnumerable<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation) => Guard(() =>
    {
        var asked = partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = spec }).ToList();
        if (asked.Count == 0)
            return new Dictionary<TopicPartition, long>();
        var result = _client.ListOffsetsAsync(asked, new ListOffsetsOptions { IsolationLevel = isolation, RequestTimeout = _timeout }).GetAwaiter().GetResult();
        return result.ResultInfos.ToDictionary(info => info.TopicPartitionOffsetError.TopicPartition, info => info.TopicPartitionOffsetError.Offset.Value);
    });

    /// <summary>Offsets that a group has committed; partitions without one are left out.</summary>
    public IReadOnlyDictionary<TopicPartition, long> Committed(string group, IEnumerable<TopicPartition> partitions) => Guard(() =>
    {
        var result = _client.ListConsumerGroupOffsetsAsync(
            [new ConsumerGroupTopicPartitions(group, [.. partitions])], new ListConsumerGroupOffsetsOptions { RequestTimeout = _timeout }).GetAwaiter().GetResult();
        return result.SelectMany(one => one.Partitions).Where(one => one.Offset.Value >= 0)
            .ToDictionary(one => one.TopicPartition, one => one.Offset.Value);
    });

    /// <summary>Has a group say how far the job has read.</summary>
    public void Commit(string group, IEnumerable<TopicPartitionOffset> offsets) => Guard(() => _client
        .AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets(group, [.. offsets])], new AlterConsumerGroupOffsetsOptions { RequestTimeout = _timeout })
        .GetAwaiter().GetResult());

    /// <summary>Makes a topic unless it is there.</summary>
    public void CreateTopic(TopicSpecification topic)
    {
        try
        {
            _client.CreateTopicsAsync([topic], new CreateTopicsOptions { OperationTimeout = _timeout, RequestTimeout = _timeout }).GetAwaiter().GetResult();
        }
        catch (CreateTopicsException e) when (e.Results.TrueForAll(result => result.Error.Code is ErrorCode.TopicAlreadyExists or ErrorCode.NoError))
        {
            // Another job was faster.
        }
        catch (KafkaException e)
        {
            throw Translate(e.Error, (e as CreateTopicsException)?.Results[0].Error.Reason);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    T Guard<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (KafkaException e)
        {
            throw Translate(e.Error, null);
        }
    }

    ExternalException Translate(Error error, string? reason)
    {
        // That a call timed out is rarely the reason: what the connection said is.
        var cause = _error is { } told && error.Code is ErrorCode.Local_TimedOut or ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown ? _error : error;
        reason ??= cause!.Reason;
        return cause!.Code is ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_TimedOut or ErrorCode.Local_Resolve
            ? KafkaErrors.Unreachable(_servers, reason, _purpose)
            : KafkaErrors.Refused(_servers, reason, _purpose);
    }
}
