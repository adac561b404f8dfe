using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;

namespace SqlStream.State;

/// <summary>Fills an empty backend with the content of another one.</summary>
static class StateConversion
{
    const long PartBytes = 64L << 20;

    /// <summary>Copies all entries. Content of the target becomes <paramref name="epoch"/>.</summary>
    public static void Copy(IStateBackend source, IStateBackend target, Epoch epoch, CancellationToken cancellation)
    {
        var changes = new ChangeSet();
        var parts = new List<IPreparedChanges>();
        using (var entries = source.Scan([], []))
        {
            while (entries.MoveNext())
            {
                changes.Put(entries.Key, entries.Value);
                if (changes.Bytes < PartBytes)
                    continue;
                cancellation.ThrowIfCancellationRequested();
                parts.Add(target.Prepare(epoch, changes));
                changes.Clear();
            }
        }
        parts.Add(target.Prepare(epoch, changes));
        target.Commit(epoch, parts);
        Check.That(target.Content == source.Content);
    }
}
