using SqlStream.Core.Diagnostics;

namespace SqlStream.State;

/// <summary>The memory of a job's state (<c>state.memory-budget</c>): what its tables use, and when they must use less. Shared by all tables of
/// all subtasks; any thread.</summary>
/// <remarks>A third may be changes that are not committed (<see cref="DirtyBytesMax"/>). What neither those nor the database's block cache
/// use at the moment is for caches of committed entries; the tables above their fair share of it give way first. The budget may be
/// exceeded by what a batch of each subtask adds, and by what the tables below their share grow until the next epoch is committed.</remarks>
public sealed class StateMemory
{
    /// <summary>Bytes of an entry while its change is sorted.</summary>
    internal const int SortBytes = 48;

    readonly long _reservedBytes;
    long _activeBytes;
    long _sealedBytes;
    long _layerBytes;
    long _cleanBytes;
    int _tables;

    /// <param name="budgetBytes">The budget.</param>
    /// <param name="reservedBytes">What of it others have, such as the block cache.</param>
    public StateMemory(long budgetBytes, long reservedBytes)
    {
        Check.That(budgetBytes >= reservedBytes);
        BudgetBytes = budgetBytes;
        _reservedBytes = reservedBytes;
        DirtyBytesMax = budgetBytes / 3;
    }

    /// <summary>A budget that nobody has set.</summary>
    public static StateMemory Unlimited() => new(long.MaxValue / 2, 0);

    /// <summary>The budget.</summary>
    public long BudgetBytes { get; }

    /// <summary>Bytes of changes that are not committed at the most; at half of it an epoch is due.</summary>
    public long DirtyBytesMax { get; }

    /// <summary>Bytes of changes since the last barrier.</summary>
    public long ActiveBytes => Interlocked.Read(ref _activeBytes);

    /// <summary>Bytes of changes that are not committed.</summary>
    public long DirtyBytes => ActiveBytes + Interlocked.Read(ref _sealedBytes);

    /// <summary>All bytes in use or reserved.</summary>
    public long UsedBytes => _reservedBytes + Interlocked.Read(ref _layerBytes) + Interlocked.Read(ref _cleanBytes);

    /// <summary>A new table takes part.</summary>
    internal void Join() => Interlocked.Increment(ref _tables);

    /// <summary>A table's use has changed.</summary>
    /// <param name="active">Changes since the last barrier.</param>
    /// <param name="handedOver">Changes that were handed over.</param>
    /// <param name="layers">Memory for both.</param>
    /// <param name="clean">Memory for committed entries.</param>
    internal void Add(long active, long handedOver, long layers, long clean)
    {
        if (active != 0)
            Interlocked.Add(ref _activeBytes, active);
        if (handedOver != 0)
            Interlocked.Add(ref _sealedBytes, handedOver);
        if (layers != 0)
            Interlocked.Add(ref _layerBytes, layers);
        if (clean != 0)
            Interlocked.Add(ref _cleanBytes, clean);
    }

    /// <summary>Bytes that a table with a cache of that size should drop now.</summary>
    internal long ExcessOf(long cleanBytes)
    {
        var over = UsedBytes - BudgetBytes;
        if (over <= 0)
            return 0;
        // A little more than needed, so that not every batch has to make room.
        over += BudgetBytes / 64;
        var share = Math.Max(0, BudgetBytes - _reservedBytes - Interlocked.Read(ref _layerBytes)) / Math.Max(1, Volatile.Read(ref _tables));
        return Math.Clamp(cleanBytes - share, 0, over);
    }
}
