using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Groups;

/// <summary>What a consumer asks for when it joins.</summary>
sealed record JoinRequest(
    string Group, string MemberId, string? InstanceId, string ClientId, string ClientHost, int SessionTimeoutMs, int RebalanceTimeoutMs,
    string ProtocolType, IReadOnlyList<GroupProtocol> Protocols, bool RequiresKnownMember);

/// <summary>The answer to a join.</summary>
sealed record JoinResult(ErrorCode Error, int Generation, string Protocol, string Leader, string MemberId, IReadOnlyList<JoinedMember> Members)
{
    public static JoinResult Failed(ErrorCode error, string memberId) => new(error, -1, "", "", memberId, []);
}

/// <summary>What the leader gets to know of a member.</summary>
readonly record struct JoinedMember(string Id, string? InstanceId, byte[] Metadata);

/// <summary>The answer to a sync.</summary>
sealed record SyncResult(ErrorCode Error, byte[] Assignment)
{
    public static SyncResult Failed(ErrorCode error) => new(error, []);
}

/// <summary>Who speaks, in requests that a member sends between two rebalances.</summary>
readonly record struct MemberIdentity(string MemberId, string? InstanceId, int Generation);

/// <summary>A committed offset.</summary>
readonly record struct CommittedOffset(long Offset, int LeaderEpoch, string Metadata, long CommittedAt);

/// <summary>A partition by name.</summary>
readonly record struct TopicPartition(string Topic, int Partition);
