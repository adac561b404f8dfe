namespace SqlStream.State.Tables;

/// <summary>What a table of one subtask knows of the job's state.</summary>
/// <param name="Backend">Where committed state lies.</param>
/// <param name="TableId">The table's number within the job; prefix of its keys in the backend.</param>
/// <param name="MaxParallelism">Number of key groups of the job.</param>
/// <param name="FirstKeyGroup">First key group of the subtask.</param>
/// <param name="EndKeyGroup">Key group after its last one.</param>
/// <param name="IsRestored">The backend held state when the subtask started: what is not in memory must be looked up.</param>
/// <param name="CacheBytesMax">Bytes of committed entries that the table keeps in memory at the most, whatever the job's memory allows.</param>
public sealed record StateTableContext(
    IStateBackend Backend,
    ushort TableId,
    int MaxParallelism,
    int FirstKeyGroup,
    int EndKeyGroup,
    bool IsRestored,
    long CacheBytesMax)
{
    /// <summary>The memory of the job, of which the table takes its part.</summary>
    public StateMemory Memory { get; init; } = StateMemory.Unlimited();
}
