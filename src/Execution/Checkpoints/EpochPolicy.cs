namespace SqlStream.Execution.Checkpoints;

/// <summary>Decides what becomes of an epoch that everybody has sealed, so that an idle job costs nothing.</summary>
sealed class EpochPolicy(TimeProvider clock)
{
    /// <summary>Progress of watermarks alone is committed no more often than this.</summary>
    public static readonly TimeSpan TimeProgressInterval = TimeSpan.FromSeconds(30);

    long _lastCommit = clock.GetTimestamp();
    bool _timeProgressed;

    /// <summary>What to do.</summary>
    /// <param name="changed">State, output or positions have changed.</param>
    /// <param name="timeProgressed">Watermarks or idleness have.</param>
    /// <param name="isForced">Somebody waits for the checkpoint.</param>
    /// <param name="isBehind">An epoch before was committed that no checkpoint holds.</param>
    /// <param name="canCheckpoint">A checkpoint may begin now.</param>
    public EpochDecision Decide(bool changed, bool timeProgressed, bool isForced, bool isBehind, bool canCheckpoint)
    {
        _timeProgressed |= timeProgressed;
        var isTime = _timeProgressed && clock.GetElapsedTime(_lastCommit) >= TimeProgressInterval;
        if (!changed && !isForced && !isTime && !(isBehind && canCheckpoint))
            return EpochDecision.Drop;
        _lastCommit = clock.GetTimestamp();
        _timeProgressed = false;
        return canCheckpoint ? EpochDecision.CommitAndSnapshot : EpochDecision.Commit;
    }
}
