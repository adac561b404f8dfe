using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>All handlers, by the request that they answer.</summary>
sealed class HandlerTable
{
    readonly Dictionary<ApiKey, Handler> _byKey;

    public HandlerTable(Cluster cluster)
    {
        ApiVersions = new ApiVersionsHandler(cluster);
        All =
        [
            new ProduceHandler(cluster),
            new FetchHandler(cluster),
            new ListOffsetsHandler(cluster),
            new MetadataHandler(cluster),
            new OffsetCommitHandler(cluster),
            new OffsetFetchHandler(cluster),
            new FindCoordinatorHandler(cluster),
            new JoinGroupHandler(cluster),
            new HeartbeatHandler(cluster),
            new LeaveGroupHandler(cluster),
            new SyncGroupHandler(cluster),
            new DescribeGroupsHandler(cluster),
            new ListGroupsHandler(cluster),
            new SaslHandshakeHandler(cluster),
            ApiVersions,
            new CreateTopicsHandler(cluster),
            new DeleteTopicsHandler(cluster),
            new DeleteRecordsHandler(cluster),
            new InitProducerIdHandler(cluster),
            new OffsetForLeaderEpochHandler(cluster),
            new AddPartitionsToTxnHandler(cluster),
            new AddOffsetsToTxnHandler(cluster),
            new EndTxnHandler(cluster),
            new TxnOffsetCommitHandler(cluster),
            new DescribeConfigsHandler(cluster),
            new AlterConfigsHandler(cluster),
            new SaslAuthenticateHandler(cluster),
            new CreatePartitionsHandler(cluster),
            new DeleteGroupsHandler(cluster),
            new IncrementalAlterConfigsHandler(cluster),
        ];
        ApiVersions.All = All;
        _byKey = All.ToDictionary(handler => handler.Api.Key);
    }

    public IReadOnlyList<Handler> All { get; }

    public ApiVersionsHandler ApiVersions { get; }

    public Handler? Find(ApiKey key) => _byKey.GetValueOrDefault(key);
}
