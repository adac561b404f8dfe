using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;

namespace SqlStream.Core.Connect;

/// <summary>A source whose rows can be found by key while a query runs: what <c>FOR SYSTEM_TIME AS OF</c> a processing time reads.</summary>
/// <remarks>Implemented by what <see cref="IConnector.CreateSource"/> gives. With <see cref="LookupCache.Full"/> the engine reads all rows as
/// those of any bounded source and keeps them; otherwise it asks by key.</remarks>
public interface ILookupSource
{
    /// <summary>What is kept of the rows, from the table's options.</summary>
    LookupOptions Lookup { get; }

    /// <summary>What is asked by key, for one subtask; only where not all rows are kept.</summary>
    ILookup CreateLookup(LookupContext context) => throw new EngineBugException("the source is read as a whole");
}

/// <summary>Finds the rows of keys, many at a time. Called on a worker thread: never blocks.</summary>
/// <remarks>One call is in flight at a time. What fails for a while is tried again by the lookup itself, as often as the table's options say; then, and
/// for what cannot get better, <see cref="TryTake"/> throws <see cref="ExternalException"/>. Dispose ends a call in flight.</remarks>
public interface ILookup : IDisposable
{
    /// <summary>Begins to look for rows.</summary>
    /// <param name="keys">The keys, each once, none of them NULL: a column for each of <see cref="LookupContext.KeyColumns"/>. The lookup owns a
    /// reference, and releases it when it has read them.</param>
    void Start(Batch keys);

    /// <summary>The answer, once it is there; null while it is on its way. The lookup calls <see cref="LookupContext.Wake"/> when it has come.</summary>
    LookupAnswer? TryTake();
}

/// <summary>The rows that were found.</summary>
/// <param name="Rows">The columns <see cref="LookupContext.ReadColumns"/> of any number of rows; the receiver owns a reference.</param>
/// <param name="Keys">For each row the number of its key; the lookup's own, to be read before its next call. A key may have no row, or several.</param>
public sealed record LookupAnswer(Batch Rows, IReadOnlyList<int> Keys);

/// <summary>What a lookup may use.</summary>
public sealed class LookupContext
{
    /// <summary>The columns that are equal to the keys, as positions in the table's schema.</summary>
    public required IReadOnlyList<int> KeyColumns { get; init; }

    /// <summary>The columns that are wanted, as positions in the table's schema.</summary>
    public required IReadOnlyList<int> ReadColumns { get; init; }

    /// <summary>Rows for which it is not TRUE may be left out; made of predicates that the source takes. Null if all are wanted.</summary>
    public RowPredicate? Predicate { get; init; }

    /// <summary>Where buffers come from.</summary>
    public required ColumnPool Pool { get; init; }

    /// <summary>For calls that block.</summary>
    public required IEdgeScheduler Edge { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>To be called, from any thread, when an answer has come.</summary>
    public required Action Wake { get; init; }

    /// <summary>To be called, from any thread, with the reason when the outside cannot be reached, and with null when it can again.</summary>
    public Action<string?> TellTrouble { get; init; } = static _ => { };
}
