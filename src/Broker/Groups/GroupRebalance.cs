using System.Globalization;
using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Groups;

/// <summary>How members join, agree on an assignment and leave: the classic protocol. Used under the broker's gate.</summary>
sealed class GroupRebalance(Cluster cluster, GroupCoordinator coordinator)
{
    const int SessionTimeoutMaxMs = 1_800_000;
    const int MembersMax = 1000;

    public Task<JoinResult> Join(JoinRequest request)
    {
        if (request.Group.Length == 0)
            return Refuse(ErrorCode.InvalidGroupId);
        if (request.SessionTimeoutMs < cluster.Options.SessionTimeoutMin.TotalMilliseconds || request.SessionTimeoutMs > SessionTimeoutMaxMs)
            return Refuse(ErrorCode.InvalidSessionTimeout);
        var group = coordinator.Find(request.Group);
        if (group is null && request.MemberId.Length > 0)
            return Refuse(ErrorCode.UnknownMemberId);
        group ??= coordinator.FindOrAdd(request.Group);
        if (!group.Supports(request.ProtocolType, request.Protocols))
            return Refuse(ErrorCode.InconsistentGroupProtocol);
        return request.MemberId.Length == 0 ? JoinNew(group, request) : JoinKnown(group, request);

        Task<JoinResult> Refuse(ErrorCode error) => Task.FromResult(JoinResult.Failed(error, request.MemberId));
    }

    public Task<SyncResult> Sync(string groupId, in MemberIdentity who, IReadOnlyDictionary<string, byte[]> assignments)
    {
        var group = coordinator.Find(groupId);
        var error = group?.Verify(who) ?? ErrorCode.UnknownMemberId;
        if (error == ErrorCode.None && group!.State == GroupState.PreparingRebalance)
            error = ErrorCode.RebalanceInProgress;
        if (error != ErrorCode.None)
            return Task.FromResult(SyncResult.Failed(error));
        var member = group!.Find(who.MemberId)!;
        Touch(group, member);
        if (group.State == GroupState.Stable)
            return Task.FromResult(new SyncResult(ErrorCode.None, member.Assignment));
        member.Syncing = new TaskCompletionSource<SyncResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var task = member.Syncing.Task;
        if (member.Id == group.Leader)
            Assign(group, assignments);
        return task;
    }

    public ErrorCode Heartbeat(string groupId, in MemberIdentity who)
    {
        var group = coordinator.Find(groupId);
        var error = group?.Verify(who) ?? ErrorCode.UnknownMemberId;
        if (error != ErrorCode.None)
            return error;
        Touch(group!, group!.Find(who.MemberId)!);
        return group.State == GroupState.PreparingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    public ErrorCode Leave(string groupId, string memberId)
    {
        if (coordinator.Find(groupId) is not { } group)
            return ErrorCode.UnknownMemberId;
        if (group.Pending.Remove(memberId))
        {
            CompleteIfAllJoined(group);
            return ErrorCode.None;
        }
        if (group.Find(memberId) is not { } member)
            return ErrorCode.UnknownMemberId;
        Drop(group, member);
        return ErrorCode.None;
    }

    /// <summary>Begins a member's session anew.</summary>
    public void Touch(Group group, GroupMember member)
    {
        // One deadline per member is always planned; it plans itself again if the session was extended meanwhile.
        var isPlanned = member.ExpiresAt > 0;
        member.ExpiresAt = cluster.Clock.Milliseconds + member.SessionTimeoutMs;
        if (!isPlanned)
            PlanExpiry(group, member);
    }

    Task<JoinResult> JoinNew(Group group, JoinRequest request)
    {
        if (group.FindInstance(request.InstanceId) is { } known)
            return Rejoin(group, known, request, NewMemberId(request));
        if (group.Members.Count + group.Pending.Count >= MembersMax)
            return Task.FromResult(JoinResult.Failed(ErrorCode.GroupMaxSizeReached, ""));
        var id = NewMemberId(request);
        if (request.RequiresKnownMember && request.InstanceId is null)
        {
            group.Pending.Add(id);
            cluster.Deadlines.At(cluster.Clock.Milliseconds + request.SessionTimeoutMs, () =>
            {
                if (group.Pending.Remove(id))
                    CompleteIfAllJoined(group);
            });
            return Task.FromResult(JoinResult.Failed(ErrorCode.MemberIdRequired, id));
        }
        return Add(group, request, id);
    }

    Task<JoinResult> JoinKnown(Group group, JoinRequest request)
    {
        if (request.InstanceId is not null && group.FindInstance(request.InstanceId) is { } holder && holder.Id != request.MemberId)
            return Task.FromResult(JoinResult.Failed(ErrorCode.FencedInstanceId, request.MemberId));
        if (group.Pending.Contains(request.MemberId))
            return Add(group, request, request.MemberId);
        if (group.Find(request.MemberId) is not { } member)
            return Task.FromResult(JoinResult.Failed(ErrorCode.UnknownMemberId, request.MemberId));
        var isUnchanged = member.Matches(request.Protocols);
        var isAnswered = group.State switch
        {
            // It has not got the answer to its last join.
            GroupState.CompletingRebalance => isUnchanged,
            // A leader that joins again wants a new assignment.
            GroupState.Stable => isUnchanged && member.Id != group.Leader,
            _ => false,
        };
        Update(member, request);
        if (isAnswered)
        {
            Touch(group, member);
            return Task.FromResult(group.ResultFor(member));
        }
        return Await(group, member);
    }

    /// <summary>A static member has come back, with a new id; what it had it gets again if it still wants the same.</summary>
    Task<JoinResult> Rejoin(Group group, GroupMember member, JoinRequest request, string newId)
    {
        var isUnchanged = member.Matches(request.Protocols);
        var wasLeader = member.Id == group.Leader;
        group.Rename(member, newId);
        Update(member, request);
        if (group.State == GroupState.Stable && isUnchanged && !wasLeader)
        {
            Touch(group, member);
            return Task.FromResult(group.ResultFor(member));
        }
        return Await(group, member);
    }

    Task<JoinResult> Add(Group group, JoinRequest request, string id)
    {
        var member = new GroupMember(id, request.InstanceId, request.ClientId, request.ClientHost);
        Update(member, request);
        if (group.Members.Count == 0)
            group.ProtocolType = request.ProtocolType;
        group.Add(member);
        return Await(group, member);
    }

    static void Update(GroupMember member, JoinRequest request)
    {
        member.SessionTimeoutMs = request.SessionTimeoutMs;
        member.RebalanceTimeoutMs = request.RebalanceTimeoutMs;
        member.Protocols = request.Protocols;
    }

    Task<JoinResult> Await(Group group, GroupMember member)
    {
        // A member that asks again has given up its first request.
        member.Joining?.TrySetResult(JoinResult.Failed(ErrorCode.RebalanceInProgress, member.Id));
        member.Joining = new TaskCompletionSource<JoinResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var task = member.Joining.Task;
        if (group.State == GroupState.PreparingRebalance)
            CompleteIfAllJoined(group);
        else
            Prepare(group);
        return task;
    }

    void Prepare(Group group)
    {
        var wasEmpty = group.State == GroupState.Empty;
        group.State = GroupState.PreparingRebalance;
        foreach (var member in group.Members)
        {
            member.Assignment = [];
            Refuse(member, ErrorCode.RebalanceInProgress);
        }
        var now = cluster.Clock.Milliseconds;
        var delay = (long)cluster.Options.InitialRebalanceDelay.TotalMilliseconds;
        var generation = group.Generation;
        if (wasEmpty && delay > 0)
        {
            group.IsDelayed = true;
            cluster.Deadlines.At(now + delay, () =>
            {
                group.IsDelayed = false;
                CompleteIfAllJoined(group);
            });
        }
        var timeout = group.Members.Max(member => member.RebalanceTimeoutMs);
        cluster.Deadlines.At(now + timeout, () =>
        {
            if (group.State == GroupState.PreparingRebalance && group.Generation == generation)
                CompleteWithoutAbsent(group);
        });
        CompleteIfAllJoined(group);
    }

    void CompleteIfAllJoined(Group group)
    {
        if (group.State == GroupState.PreparingRebalance && group.AllJoined && !group.IsDelayed)
            Complete(group);
    }

    void CompleteWithoutAbsent(Group group)
    {
        group.Pending.Clear();
        foreach (var member in group.Members.Where(member => member.Joining is null && member.InstanceId is null).ToArray())
            group.Remove(member);
        Complete(group);
    }

    void Complete(Group group)
    {
        group.Generation++;
        if (group.Members.Count == 0)
        {
            group.State = GroupState.Empty;
            group.EmptySince = cluster.Clock.Milliseconds;
            return;
        }
        group.ChooseProtocol();
        group.State = GroupState.CompletingRebalance;
        foreach (var member in group.Members)
        {
            Touch(group, member);
            var joining = member.Joining;
            member.Joining = null;
            joining?.TrySetResult(group.ResultFor(member));
        }
        // Without this a leader that never sends an assignment would hold the group for ever.
        var generation = group.Generation;
        var timeout = group.Members.Max(member => member.RebalanceTimeoutMs);
        cluster.Deadlines.At(cluster.Clock.Milliseconds + timeout, () =>
        {
            if (group.State != GroupState.CompletingRebalance || group.Generation != generation)
                return;
            foreach (var member in group.Members.Where(member => member.Syncing is null).ToArray())
                group.Remove(member);
            PrepareOrEmpty(group);
        });
    }

    void Assign(Group group, IReadOnlyDictionary<string, byte[]> assignments)
    {
        group.State = GroupState.Stable;
        foreach (var member in group.Members)
        {
            member.Assignment = assignments.GetValueOrDefault(member.Id) ?? [];
            var syncing = member.Syncing;
            member.Syncing = null;
            syncing?.TrySetResult(new SyncResult(ErrorCode.None, member.Assignment));
        }
    }

    void Drop(Group group, GroupMember member)
    {
        group.Remove(member);
        if (group.State is GroupState.Stable or GroupState.CompletingRebalance)
            PrepareOrEmpty(group);
        else if (group.State == GroupState.PreparingRebalance)
            CompleteIfAllJoined(group);
    }

    void PrepareOrEmpty(Group group)
    {
        if (group.Members.Count > 0)
            Prepare(group);
        else
            Complete(group);
    }

    static void Refuse(GroupMember member, ErrorCode error)
    {
        var syncing = member.Syncing;
        member.Syncing = null;
        syncing?.TrySetResult(SyncResult.Failed(error));
    }

    void PlanExpiry(Group group, GroupMember member) => cluster.Deadlines.At(member.ExpiresAt, () =>
    {
        if (group.Find(member.Id) != member)
            return;
        // Who waits for the others, or for the leader, cannot send heartbeats.
        if (member.Joining is not null || member.Syncing is not null)
            member.ExpiresAt = Math.Max(member.ExpiresAt, cluster.Clock.Milliseconds + member.SessionTimeoutMs);
        if (member.ExpiresAt > cluster.Clock.Milliseconds)
            PlanExpiry(group, member);
        else
            Drop(group, member);
    });

    string NewMemberId(JoinRequest request)
    {
        var random = string.Create(CultureInfo.InvariantCulture, $"{cluster.Random.NextInt64():x16}{cluster.Random.NextInt64():x16}");
        return $"{request.InstanceId ?? request.ClientId}-{random}";
    }
}
