using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Groups;

/// <summary>The states of a group, as ListGroups names them.</summary>
enum GroupState
{
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
    Dead,
}

/// <summary>A consumer group of the classic protocol: its members and its generation. Used under the broker's gate.</summary>
sealed class Group(string id)
{
    readonly Dictionary<string, GroupMember> _members = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _instances = new(StringComparer.Ordinal);

    // Dictionaries forget the order in which members came; the leader is the eldest.
    readonly List<GroupMember> _order = [];

    public string Id { get; } = id;

    public GroupState State { get; set; } = GroupState.Empty;

    public int Generation { get; set; }

    public string ProtocolType { get; set; } = "";

    public string Protocol { get; private set; } = "";

    public string Leader { get; private set; } = "";

    /// <summary>Whether the first members wait for others before they begin.</summary>
    public bool IsDelayed { get; set; }

    /// <summary>When the last member left.</summary>
    public long EmptySince { get; set; }

    /// <summary>Members that were given an id and have not come back with it yet.</summary>
    public HashSet<string> Pending { get; } = new(StringComparer.Ordinal);

    public GroupOffsets Offsets { get; } = new();

    public IReadOnlyList<GroupMember> Members => _order;

    public bool AllJoined => Pending.Count == 0 && _order.TrueForAll(member => member.Joining is not null);

    public GroupMember? Find(string memberId) => _members.GetValueOrDefault(memberId);

    public GroupMember? FindInstance(string? instanceId) =>
        instanceId is not null && _instances.TryGetValue(instanceId, out var memberId) ? Find(memberId) : null;

    public void Add(GroupMember member)
    {
        _members.Add(member.Id, member);
        _order.Add(member);
        Pending.Remove(member.Id);
        if (member.InstanceId is not null)
            _instances[member.InstanceId] = member.Id;
        if (Leader.Length == 0)
            Leader = member.Id;
    }

    public void Remove(GroupMember member)
    {
        _members.Remove(member.Id);
        _order.Remove(member);
        if (member.InstanceId is not null)
            _instances.Remove(member.InstanceId);
        member.Joining?.TrySetResult(JoinResult.Failed(ErrorCode.UnknownMemberId, member.Id));
        member.Syncing?.TrySetResult(SyncResult.Failed(ErrorCode.UnknownMemberId));
        if (Leader == member.Id)
            Leader = _order.Count > 0 ? _order[0].Id : "";
    }

    /// <summary>Gives a static member that came back a new id; requests under the old one are fenced.</summary>
    public void Rename(GroupMember member, string newId)
    {
        _members.Remove(member.Id);
        if (Leader == member.Id)
            Leader = newId;
        member.Joining?.TrySetResult(JoinResult.Failed(ErrorCode.FencedInstanceId, member.Id));
        member.Syncing?.TrySetResult(SyncResult.Failed(ErrorCode.FencedInstanceId));
        member.Joining = null;
        member.Syncing = null;
        member.Id = newId;
        _members.Add(newId, member);
        _instances[member.InstanceId!] = newId;
    }

    /// <summary>What is wrong with who speaks, or none.</summary>
    public ErrorCode Verify(in MemberIdentity who)
    {
        if (who.InstanceId is not null && FindInstance(who.InstanceId) is { } holder && holder.Id != who.MemberId)
            return ErrorCode.FencedInstanceId;
        if (Find(who.MemberId) is null)
            return ErrorCode.UnknownMemberId;
        return who.Generation == Generation ? ErrorCode.None : ErrorCode.IllegalGeneration;
    }

    public bool Supports(string protocolType, IReadOnlyList<GroupProtocol> protocols)
    {
        if (protocolType.Length == 0 || protocols.Count == 0)
            return false;
        if (_order.Count == 0)
            return true;
        return protocolType == ProtocolType && protocols.Any(protocol => _order.TrueForAll(member => Knows(member, protocol.Name)));
    }

    /// <summary>Takes the protocol that most members prefer among those that all know.</summary>
    public void ChooseProtocol()
    {
        var votes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var member in _order)
        {
            var choice = member.Protocols.First(protocol => _order.TrueForAll(other => Knows(other, protocol.Name))).Name;
            votes[choice] = votes.GetValueOrDefault(choice) + 1;
        }
        Protocol = votes.MaxBy(vote => vote.Value).Key;
    }

    public JoinResult ResultFor(GroupMember member) => new(
        ErrorCode.None, Generation, Protocol, Leader, member.Id,
        member.Id == Leader ? [.. _order.Select(other => new JoinedMember(other.Id, other.InstanceId, other.MetadataFor(Protocol)))] : []);

    static bool Knows(GroupMember member, string protocol) => member.Protocols.Any(own => own.Name == protocol);
}
