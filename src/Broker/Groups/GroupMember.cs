namespace SqlStream.Broker.Groups;

/// <summary>A member of a group. Used under the broker's gate.</summary>
sealed class GroupMember(string id, string? instanceId, string clientId, string clientHost)
{
    public string Id { get; set; } = id;

    public string? InstanceId { get; } = instanceId;

    public string ClientId { get; } = clientId;

    public string ClientHost { get; } = clientHost;

    public int SessionTimeoutMs { get; set; }

    public int RebalanceTimeoutMs { get; set; }

    /// <summary>The assignment protocols that it knows, its favourite first, with what it says in each.</summary>
    public IReadOnlyList<GroupProtocol> Protocols { get; set; } = [];

    public byte[] Assignment { get; set; } = [];

    /// <summary>When its session ends, by the broker's clock.</summary>
    public long ExpiresAt { get; set; }

    /// <summary>The join that waits for the others, if one does.</summary>
    public TaskCompletionSource<JoinResult>? Joining { get; set; }

    /// <summary>The sync that waits for the leader, if one does.</summary>
    public TaskCompletionSource<SyncResult>? Syncing { get; set; }

    public byte[] MetadataFor(string protocol)
    {
        foreach (var own in Protocols)
        {
            if (own.Name == protocol)
                return own.Metadata;
        }
        return [];
    }

    public bool Matches(IReadOnlyList<GroupProtocol> protocols)
    {
        if (protocols.Count != Protocols.Count)
            return false;
        for (var i = 0; i < protocols.Count; i++)
        {
            if (protocols[i].Name != Protocols[i].Name || !protocols[i].Metadata.AsSpan().SequenceEqual(Protocols[i].Metadata))
                return false;
        }
        return true;
    }
}

/// <summary>An assignment protocol and what a member says in it.</summary>
readonly record struct GroupProtocol(string Name, byte[] Metadata);
