using Confluent.Kafka;
using Confluent.Kafka.Admin;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Kafka;

/// <summary>What is asked of the cluster beside records. Blocks: for edge threads. Failures are <see cref="ExternalException"/>.</summary>
sealed class KafkaAdmin : IDisposable
{
    static readonly string[] _shared = ["bootstrap.servers", "client.", "security.", "sasl.", "ssl.", "socket.", "broker.", "metadata.", "enable.sasl", "enable.ssl", "api.", "reconnect."];

    readonly IAdminClient _client;
    readonly string _servers;
    readonly string _purpose;
    volatile Error? _error;

    public KafkaAdmin(IReadOnlyDictionary<string, string> properties, string purpose)
    {
        _servers = properties["bootstrap.servers"];
        _purpose = purpose;
        try
        {
            _client = new AdminClientBuilder(Shared(properties))
                .SetLogHandler(static (_, _) => { })
                .SetErrorHandler((_, error) =>
                {
                    // That nobody can be reached comes behind the reason and says less.
                    if (_error is not { Code: ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.SaslAuthenticationFailed })
                        _error = error;
                })
                .Build();
        }
        catch (InvalidOperationException e)
        {
            // Such as a certificate that cannot be read.
            throw KafkaErrors.ClientRefused(e.Message);
        }
    }

    /// <summary>How long an answer may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The properties that every client takes.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Shared(IReadOnlyDictionary<string, string> properties) =>
        properties.Where(property => Array.Exists(_shared, prefix => property.Key.StartsWith(prefix, StringComparison.Ordinal)));

    /// <summary>The topics of the cluster with their numbers of partitions.</summary>
    public IReadOnlyDictionary<string, int> Topics() => Guard(() => _client.GetMetadata(Timeout).Topics
        .Where(topic => topic.Error.Code == ErrorCode.NoError)
        .ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count));

    /// <summary>Number of brokers.</summary>
    public int Brokers() => Guard(() => _client.GetMetadata(Timeout).Brokers.Count);

    /// <summary>Offsets of partitions as a specification has them; a missing one is -1.</summary>
    public IReadOnlyDictionary<TopicPartition, long> Offsets(IEnumerable<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation) => Guard(() =>
    {
        var asked = partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = spec }).ToList();
        if (asked.Count == 0)
            return new Dictionary<TopicPartition, long>();
        var result = _client.ListOffsetsAsync(asked, new ListOffsetsOptions { IsolationLevel = isolation, RequestTimeout = Timeout }).GetAwaiter().GetResult();
        var offsets = new Dictionary<TopicPartition, long>();
        foreach (var info in result.ResultInfos.Select(info => info.TopicPartitionOffsetError))
        {
            // A lost request may leave a number that is none. Only a search by time may find nothing.
            if (info.Error.IsError || info.Offset.Value < (spec is OffsetSpec.TimestampSpec ? -1 : 0))
                throw KafkaErrors.Unreachable(_servers, $"no offset of {info.Topic}-{info.Partition.Value} was told", _purpose);
            offsets.Add(info.TopicPartition, info.Offset.Value);
        }
        return asked.TrueForAll(one => offsets.ContainsKey(one.TopicPartition))
            ? offsets
            : throw KafkaErrors.Unreachable(_servers, "not all offsets were told", _purpose);
    });

    /// <summary>The partitions of which no end is told, with the reason; raises it if there is none whose end is.</summary>
    public IReadOnlyDictionary<TopicPartition, string> WithoutEnd(IEnumerable<TopicPartition> partitions) => Guard(() =>
    {
        var asked = partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = OffsetSpec.Latest() });
        try
        {
            _client.ListOffsetsAsync(asked, new ListOffsetsOptions { RequestTimeout = Timeout }).GetAwaiter().GetResult();
            return [];
        }
        catch (ListOffsetsException e) when (e.Result.ResultInfos.Exists(info => !info.TopicPartitionOffsetError.Error.IsError))
        {
            return e.Result.ResultInfos.Select(info => info.TopicPartitionOffsetError).Where(info => info.Error.IsError)
                .ToDictionary(info => info.TopicPartition, info => info.Error.Reason);
        }
    });

    /// <summary>Offsets that a group has committed; partitions without one are left out.</summary>
    public IReadOnlyDictionary<TopicPartition, long> Committed(string group, IEnumerable<TopicPartition> partitions) => Guard(() =>
    {
        var result = _client.ListConsumerGroupOffsetsAsync(
            [new ConsumerGroupTopicPartitions(group, [.. partitions])], new ListConsumerGroupOffsetsOptions { RequestTimeout = Timeout }).GetAwaiter().GetResult();
        return result.SelectMany(one => one.Partitions).Where(one => one.Offset.Value >= 0)
            .ToDictionary(one => one.TopicPartition, one => one.Offset.Value);
    });

    /// <summary>Has a group say how far the job has read.</summary>
    public void Commit(string group, IEnumerable<TopicPartitionOffset> offsets) => Guard(() => _client
        .AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets(group, [.. offsets])], new AlterConsumerGroupOffsetsOptions { RequestTimeout = Timeout })
        .GetAwaiter().GetResult());

    /// <summary>Makes a topic; false if it is there already.</summary>
    public bool CreateTopic(TopicSpecification topic)
    {
        try
        {
            _client.CreateTopicsAsync([topic], new CreateTopicsOptions { OperationTimeout = Timeout, RequestTimeout = Timeout }).GetAwaiter().GetResult();
            return true;
        }
        catch (CreateTopicsException e) when (e.Results.TrueForAll(result => result.Error.Code is ErrorCode.TopicAlreadyExists or ErrorCode.NoError))
        {
            // Another job was faster.
            return false;
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
            throw Translate(Cause(e), null);
        }
    }

    // Of calls about several partitions the error of the whole says only that some of them failed.
    static Error Cause(KafkaException failure) => failure switch
    {
        ListOffsetsException e => e.Result.ResultInfos.Select(info => info.TopicPartitionOffsetError.Error).FirstOrDefault(error => error.IsError, failure.Error),
        ListConsumerGroupOffsetsException e => e.Results.Select(group => group.Error)
            .Concat(e.Results.SelectMany(group => group.Partitions).Select(partition => partition.Error)).FirstOrDefault(error => error.IsError, failure.Error),
        AlterConsumerGroupOffsetsException e => e.Results.Select(group => group.Error)
            .Concat(e.Results.SelectMany(group => group.Partitions).Select(partition => partition.Error)).FirstOrDefault(error => error.IsError, failure.Error),
        _ => failure.Error,
    };

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
