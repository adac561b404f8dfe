namespace SqlStream.State.Tables;

/// <summary>The groups of a window that moves over slices: what the slices that it holds amount to, kept up to date slice by slice
/// instead of being put together anew for each window. What is here can be made from the slices again: it is not part of the state.
/// Mailbox thread only.</summary>
public interface IPanes
{
    /// <summary>Forgets all slices.</summary>
    void Clear();

    /// <summary>Adds the newest slice. Its content must not change as long as it is held.</summary>
    void Add(long end, ValueTable slice);

    /// <summary>Takes away the slices that end at or before a time.</summary>
    /// <param name="end">The time.</param>
    /// <param name="slices">Gives the slices, those that go included.</param>
    void RemoveUpTo(long end, Func<long, ValueTable> slices);

    /// <summary>Goes over the groups, one scan at a time. Some may be empty: those of slices that went.</summary>
    IGroupCursor Scan();
}

/// <summary>Groups whose values and keys lie in memory that does not move while a scan goes over them.</summary>
public interface IGroupMemory : IGroupCursor
{
    /// <summary>The memory.</summary>
    ReadOnlySpan<byte> Memory { get; }

    /// <summary>Goes over as many groups as there is room for, beside the other steps.</summary>
    /// <param name="values">Where their values begin.</param>
    /// <param name="keys">Where their keys begin and how long these are.</param>
    /// <returns>How many; 0 at the end.</returns>
    int Next(Span<int> values, Span<(int Start, int Length)> keys);
}
