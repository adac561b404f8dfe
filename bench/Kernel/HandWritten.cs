using SqlStream.Core.Rows;

namespace SqlStream.Bench;

/// <summary>What a programmer would write for one query over the same columns, output columns included: what the engine is measured against.</summary>
static class HandWritten
{
    /// <summary>SELECT id * 2, v + 1.5 FROM t WHERE v &gt; 50.</summary>
    public static long FilterProject(BenchRows rows, long count)
    {
        var ids = new long[Batch.RowsMax];
        var values = new double[Batch.RowsMax];
        var output = 0L;
        for (var batch = 0L; batch < count / Batch.RowsMax; batch++)
        {
            var number = (int)(batch % BenchRows.BatchCount);
            var id = rows.Ids[number];
            var value = rows.Values[number];
            var kept = 0;
            for (var i = 0; i < id.Length; i++)
            {
                if (value[i] > 50)
                {
                    ids[kept] = checked(id[i] * 2);
                    values[kept++] = value[i] + 1.5;
                }
            }
            output += kept;
        }
        return output;
    }

    /// <summary>SELECT k, COUNT(*), SUM(id) FROM t GROUP BY k, emitting each changed group once a batch.</summary>
    public static long GroupBy(BenchRows rows, long count, int keys)
    {
        var table = new Dictionary<long, int>(keys);
        var counts = new long[keys];
        var sums = new Int128[keys];
        var stamps = new long[keys];
        var changed = new int[Batch.RowsMax];
        var outKeys = new long[Batch.RowsMax];
        var outCounts = new long[Batch.RowsMax];
        var outSums = new long[Batch.RowsMax];
        var output = 0L;
        for (var batch = 0L; batch < count / Batch.RowsMax; batch++)
        {
            var number = (int)(batch % BenchRows.BatchCount);
            var id = rows.Ids[number];
            var key = rows.Keys[number];
            var touched = 0;
            for (var i = 0; i < key.Length; i++)
            {
                ref var slot = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(table, key[i], out var exists);
                if (!exists)
                    slot = table.Count - 1;
                counts[slot]++;
                sums[slot] += id[i];
                if (stamps[slot] != batch + 1)
                {
                    stamps[slot] = batch + 1;
                    changed[touched] = slot;
                    outKeys[touched++] = key[i];
                }
            }
            for (var j = 0; j < touched; j++)
            {
                outCounts[j] = counts[changed[j]];
                outSums[j] = checked((long)sums[changed[j]]);
            }
            output += touched;
        }
        return output;
    }
}
