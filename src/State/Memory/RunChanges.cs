using SqlStream.Core.Time;

namespace SqlStream.State.Memory;

/// <summary>The changes of one subtask as runs; several only beyond what one array holds.</summary>
sealed class RunChanges(Epoch epoch, int count, long bytes, IReadOnlyList<TableBytes> tables, List<SortedRun> runs, IReadOnlyList<KeyRange> ranges) : IPreparedChanges
{
    public Epoch Epoch => epoch;

    public int Count => count;

    public long Bytes => bytes;

    public IReadOnlyList<TableBytes> Tables => tables;

    public List<SortedRun> Runs => runs;

    /// <summary>What is removed before the runs are added.</summary>
    public IReadOnlyList<KeyRange> Ranges => ranges;

    public void Dispose()
    {
    }

    /// <summary>Copies a sorted change set.</summary>
    public static RunChanges From(Epoch epoch, ChangeSet changes)
    {
        var runs = new List<SortedRun>();
        var bytes = 0L;
        var tally = new TableTally();
        for (var start = 0; start < changes.Count;)
        {
            var end = start;
            var size = 0L;
            while (end < changes.Count && (end == start || size < MemoryBackend.RunBytesMax))
            {
                var place = changes.PlaceAt(end);
                tally.Add(changes.TableAt(end), place.KeyBytes, place.ValueBytes);
                size += SortedRun.EntryHeaderBytes + place.KeyBytes + Math.Max(0, place.ValueBytes);
                end++;
            }
            runs.Add(Copy(changes, start, end, size));
            bytes += size;
            start = end;
        }
        return new RunChanges(epoch, changes.Count + changes.Ranges.Count, bytes, tally.Finish(), runs, [.. changes.Ranges]);
    }

    static SortedRun Copy(ChangeSet changes, int start, int end, long size)
    {
        var writer = new SortedRunWriter(size, 0);
        for (var i = start; i < end; i++)
        {
            if (changes.IsDelete(i))
                writer.Delete(changes.KeyAt(i));
            else
                writer.Put(changes.KeyAt(i), changes.ValueAt(i));
        }
        return writer.Finish(number: 0);
    }
}
