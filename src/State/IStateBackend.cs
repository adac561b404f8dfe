using SqlStream.Core.Time;

namespace SqlStream.State;

/// <summary>The bottom layer of a job's state: one ordered map of byte strings, whose content is at any time that of
/// exactly one epoch, for all operators at once.</summary>
/// <remarks>
/// Keys are full keys: table id (2 bytes, big endian), key group (2 bytes, big endian), user key; ordered as unsigned bytes.
/// <para>Threads: <see cref="Prepare"/> may run on several threads at once, beside everything else.
/// <see cref="Commit"/>, <see cref="Snapshot"/> and <see cref="IDisposable.Dispose"/> are called by one thread at a time.
/// <see cref="MultiGet"/> and <see cref="Scan"/> may run on any thread beside <see cref="Commit"/> and see the content
/// before or after it, never a part of it. Everything must have returned, and every iterator be disposed, before Dispose.</para>
/// <para>A failure of the disk is an <see cref="Core.Diagnostics.ExternalException"/>; after one from
/// <see cref="Commit"/> the backend is unusable and the job restarts from its last checkpoint.</para>
/// </remarks>
public interface IStateBackend : IDisposable
{
    /// <summary><c>rocksdb</c> or <c>memory</c>.</summary>
    string Name { get; }

    /// <summary>The epoch whose state the map holds; <see cref="Epoch.Zero"/> when it was created empty.</summary>
    Epoch Content { get; }

    /// <summary>Sorts the changes of one subtask in one epoch and brings them into the form that <see cref="Commit"/>
    /// takes over without work per entry.</summary>
    /// <remarks>Sorts <paramref name="changes"/> in place; it may be cleared and used again when the call returns.</remarks>
    IPreparedChanges Prepare(Epoch epoch, ChangeSet changes);

    /// <summary>Applies the changes of all subtasks in one atomic step; <see cref="Content"/> is <paramref name="epoch"/>
    /// afterwards. Takes over the prepared changes and disposes them, also when it fails.</summary>
    /// <remarks>No key may occur in two of the change sets. An empty list is an epoch without changes.</remarks>
    void Commit(Epoch epoch, IReadOnlyList<IPreparedChanges> changes);

    /// <summary>Freezes the content as files in a directory of its own. Cheap: what earlier snapshots hold is linked, not written.</summary>
    StateSnapshot Snapshot();

    /// <summary>Reads the values of all keys of the batch, as of one moment.</summary>
    void MultiGet(StateReadBatch batch);

    /// <summary>Entries with <paramref name="from"/> &lt;= key &lt; <paramref name="toExclusive"/> in key order, as of this call.
    /// An empty upper bound means the end of the map.</summary>
    IStateIterator Scan(ReadOnlySpan<byte> from, ReadOnlySpan<byte> toExclusive);

    /// <summary>About how many bytes the entries of each table take up now, as they are stored. Called by the thread that commits.</summary>
    IReadOnlyList<long> Measure(IReadOnlyList<ushort> tables);

    /// <summary>Counters and gauges as of now. Callable from any thread until Dispose.</summary>
    StateMetrics Metrics { get; }
}

/// <summary>The changes of one subtask in one epoch, ready to commit. Disposing what was not committed deletes its files.</summary>
public interface IPreparedChanges : IDisposable
{
    /// <summary>The epoch the changes belong to.</summary>
    Epoch Epoch { get; }

    /// <summary>Number of distinct keys and of ranges that are put or deleted.</summary>
    int Count { get; }

    /// <summary>Bytes that were written for them; 0 where nothing changed.</summary>
    long Bytes { get; }

    /// <summary>Bytes of their keys and values, by table.</summary>
    IReadOnlyList<TableBytes> Tables { get; }
}

/// <summary>Bytes of a table.</summary>
/// <param name="TableId">First two bytes of its keys.</param>
/// <param name="Bytes">Bytes.</param>
public readonly record struct TableBytes(ushort TableId, long Bytes);

/// <summary>A cursor over entries in key order. Single-threaded; sees the content as of its creation.</summary>
public interface IStateIterator : IDisposable
{
    /// <summary>Moves to the next entry, at first to the first; false after the last.</summary>
    bool MoveNext();

    /// <summary>The full key of the current entry. Valid until the next move or Dispose.</summary>
    ReadOnlySpan<byte> Key { get; }

    /// <summary>The value of the current entry. Valid until the next move or Dispose.</summary>
    ReadOnlySpan<byte> Value { get; }
}
