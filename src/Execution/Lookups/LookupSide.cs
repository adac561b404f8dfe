using SqlStream.Core.Columns;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Lookups;

/// <summary>Finds the rows of a lookup table for the keys of a batch.</summary>
/// <remarks>For each batch: <see cref="Begin"/>, <see cref="TryProceed"/> until it is true, <see cref="Find"/> for each key, <see cref="End"/>.
/// Mailbox thread only.</remarks>
abstract class LookupSide : IDisposable
{
    /// <summary>Turns to the keys of a batch.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="columns">Their columns, without a selection.</param>
    /// <param name="isNull">For each key whether some part of it is NULL, so that it has no row.</param>
    /// <param name="notBefore">That a key has no row is to be known from this time on, a timestamp of the clock; older knowledge of it is asked for again.</param>
    public abstract void Begin(KeyBatch keys, ReadOnlySpan<Column> columns, ReadOnlySpan<bool> isNull, long notBefore);

    /// <summary>True once the rows of all keys are here; until then the subtask is woken when something has come.</summary>
    public abstract bool TryProceed();

    /// <summary>The rows of a key, to be taken by <see cref="LookupRows.Next"/>; empty if there are none.</summary>
    public abstract ReadOnlySpan<byte> Find(KeyBatch keys, int index);

    /// <summary>The batch ends.</summary>
    public abstract void End();

    public abstract void Dispose();
}
