using SqlStream.Broker.Protocol;
using SqlStream.Broker.Topics;

namespace SqlStream.Broker.Handlers;

/// <summary>What all requests about a partition check first.</summary>
static class PartitionRules
{
    /// <summary>Why a node does not answer for a partition, or none.</summary>
    /// <param name="partition">The partition, or null if there is none.</param>
    /// <param name="nodeId">The node that was asked.</param>
    /// <param name="currentEpoch">The leader epoch that the client knows, or -1.</param>
    public static ErrorCode Problem(Partition? partition, int nodeId, int currentEpoch)
    {
        if (partition is null)
            return ErrorCode.UnknownTopicOrPartition;
        if (partition.Leader != nodeId)
            return ErrorCode.NotLeaderOrFollower;
        if (currentEpoch < 0 || currentEpoch == partition.Log.LeaderEpoch)
            return ErrorCode.None;
        return currentEpoch < partition.Log.LeaderEpoch ? ErrorCode.FencedLeaderEpoch : ErrorCode.UnknownLeaderEpoch;
    }
}
