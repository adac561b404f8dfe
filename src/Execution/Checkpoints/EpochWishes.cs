namespace SqlStream.Execution.Checkpoints;

/// <summary>Why there has to be another epoch, and who waits for it.</summary>
sealed class EpochWishes
{
    readonly List<CheckpointRequest> _requests = [];
    readonly List<Action> _followers = [];

    /// <summary>Somebody wants an epoch.</summary>
    public bool IsWanted { get; private set; }

    /// <summary>What asked for the next epoch before its time; null if nothing did.</summary>
    public string? Trigger { get; private set; }

    /// <summary>Somebody waits for a checkpoint.</summary>
    public bool HasRequests => _requests.Count > 0;

    /// <summary>Somebody waits for the end of all input.</summary>
    public bool AsksToDrain => _requests.Exists(request => request.Stop == StopKind.Drain);

    /// <summary>An epoch is wanted.</summary>
    public void Want() => IsWanted = true;

    /// <summary>An epoch is wanted before its time.</summary>
    public void Want(string trigger)
    {
        IsWanted = true;
        Trigger ??= trigger;
    }

    /// <summary>A checkpoint is wanted.</summary>
    public void Add(CheckpointRequest request) => _requests.Add(request);

    /// <summary>Something is to be done once the next barrier has passed everybody.</summary>
    public void Follow(Action follower)
    {
        _followers.Add(follower);
        IsWanted = true;
    }

    /// <summary>The wishes that an epoch fulfils. Who asked to drain waits for the one that follows the end of all input.</summary>
    public (IReadOnlyList<CheckpointRequest> Requests, IReadOnlyList<Action> Followers) Take(bool isFinal)
    {
        IsWanted = false;
        Trigger = null;
        var requests = _requests.Where(request => request.Stop != StopKind.Drain || isFinal).ToList();
        _requests.RemoveAll(requests.Contains);
        IReadOnlyList<Action> followers = [.. _followers];
        _followers.Clear();
        return (requests, followers);
    }

    /// <summary>There will be no epoch any more.</summary>
    public void Refuse(Exception error)
    {
        foreach (var request in _requests)
            request.Completion.TrySetException(error);
    }
}
