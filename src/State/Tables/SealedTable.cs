namespace SqlStream.State.Tables;

/// <summary>What changed in a table in an epoch, handed over at the barrier. Immutable: written out on a state thread while
/// the subtask goes on.</summary>
public abstract class SealedTable
{
    /// <summary>Appends the changes.</summary>
    public abstract void WriteTo(ChangeSet changes);
}
