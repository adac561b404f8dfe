using SqlStream.State;

namespace SqlStream.Execution.Checkpoints;

/// <summary>Adds up how many bytes of each table have changed since the attempt began. Used by the thread that commits.</summary>
sealed class TableChanges
{
    readonly Dictionary<int, long> _bytes = [];

    /// <summary>The changes of an epoch.</summary>
    public void Add(IReadOnlyList<IPreparedChanges> prepared)
    {
        foreach (var changes in prepared)
        {
            foreach (var (table, bytes) in changes.Tables)
                _bytes[table] = _bytes.GetValueOrDefault(table) + bytes;
        }
    }

    /// <summary>Bytes of a table.</summary>
    public long Of(int table) => _bytes.GetValueOrDefault(table);
}
