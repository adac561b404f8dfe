namespace SqlStream.Execution.Checkpoints;

/// <summary>Asks for a checkpoint when enough rows were read, or enough state has changed, since the last epoch. Thread-safe: subtasks
/// report after every batch.</summary>
sealed class CheckpointTriggers(long rowsMax, long stateBytesMax, Action<string> fire)
{
    /// <summary>The trigger of a checkpoint that rows asked for.</summary>
    public const string Rows = "rows";

    /// <summary>The trigger of a checkpoint that changed state asked for.</summary>
    public const string StateSize = "state size";

    long _rows;
    long _bytes;
    int _fired;

    /// <summary>Changed state counts.</summary>
    public bool WatchesState => stateBytesMax > 0;

    /// <summary>A source has read rows.</summary>
    public void AddRows(long rows)
    {
        if (rowsMax > 0 && Interlocked.Add(ref _rows, rows) >= rowsMax)
            Fire(Rows);
    }

    /// <summary>The state that a subtask has changed since its last barrier has grown, or was handed over.</summary>
    public void AddStateBytes(long bytes)
    {
        if (stateBytesMax > 0 && Interlocked.Add(ref _bytes, bytes) >= stateBytesMax)
            Fire(StateSize);
    }

    /// <summary>An epoch has begun: what is read from now on counts for the next.</summary>
    public void Reset()
    {
        Interlocked.Exchange(ref _rows, 0);
        Volatile.Write(ref _fired, 0);
    }

    // Once per epoch: everything until the barrier is in the checkpoint that was asked for.
    void Fire(string trigger)
    {
        if (Interlocked.Exchange(ref _fired, 1) == 0)
            fire(trigger);
    }
}
