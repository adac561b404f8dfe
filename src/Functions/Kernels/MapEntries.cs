using SqlStream.Core.Columns;

namespace SqlStream.Functions.Kernels;

/// <summary>Entries for maps: of several with one key the last one counts, at the place of the first.</summary>
static class MapEntries
{
    const int ScannedMax = 16;

    /// <summary>Appends entries that may have a key twice; the builder's row is not ended.</summary>
    public static void Append(MapColumnBuilder builder, Column keys, Column values, int start, int count)
    {
        if (count <= ScannedMax)
        {
            AppendScanned(builder, keys, values, start, count);
            return;
        }
        using var index = new ValueIndex(count);
        var last = new int[count];
        for (var i = start; i < start + count; i++)
        {
            index.TryAdd(keys, i);
            last[index.Find(keys, i)] = i;
        }
        for (var i = 0; i < index.Count; i++)
        {
            builder.Keys.AppendFrom(keys, last[i]);
            builder.Values.AppendFrom(values, last[i]);
        }
    }

    static void AppendScanned(MapColumnBuilder builder, Column keys, Column values, int start, int count)
    {
        for (var i = start; i < start + count; i++)
        {
            if (IsBetween(keys, i, start, i))
                continue;
            var last = i;
            for (var later = i + 1; later < start + count; later++)
            {
                if (ColumnValues.AreEqual(keys, i, keys, later))
                    last = later;
            }
            builder.Keys.AppendFrom(keys, i);
            builder.Values.AppendFrom(values, last);
        }
    }

    static bool IsBetween(Column keys, int key, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            if (ColumnValues.AreEqual(keys, key, keys, i))
                return true;
        }
        return false;
    }
}
