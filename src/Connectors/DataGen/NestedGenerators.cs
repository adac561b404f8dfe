using SqlStream.Core.Columns;

namespace SqlStream.Connectors.DataGen;

/// <summary>Random ROWs: the fields of a row are made of its number.</summary>
sealed class RowGenerator(ulong seed, ulong nullThreshold, ColumnGenerator[] fields) : ColumnGenerator(seed, nullThreshold)
{
    protected override void AppendAll(ColumnBuilder builder, in DataGenRows rows)
    {
        var row = (RowColumnBuilder)builder;
        for (var i = 0; i < fields.Length; i++)
            fields[i].Append(row.Fields[i], rows);
        for (var i = 0; i < rows.Count; i++)
            row.EndRow();
    }
}

/// <summary>Random ARRAYs of one length: their elements are rows of a table with so many times more rows.</summary>
sealed class ListGenerator(ulong seed, ulong nullThreshold, int length, ColumnGenerator element) : ColumnGenerator(seed, nullThreshold)
{
    /// <summary>The elements of a row as rows.</summary>
    public static DataGenRows Elements(in DataGenRows rows, int i, int length) => rows with
    {
        First = unchecked(rows.Number(i) * length),
        Stride = 1,
        Count = length,
        RowsPerSecond = rows.RowsPerSecond > long.MaxValue / Math.Max(1, length)
            ? rows.RowsPerSecond
            : rows.RowsPerSecond * Math.Max(1, length),
    };

    protected override void AppendAll(ColumnBuilder builder, in DataGenRows rows)
    {
        var list = (ListColumnBuilder)builder;
        for (var i = 0; i < rows.Count; i++)
        {
            element.Append(list.Elements, Elements(rows, i, length));
            list.EndList();
        }
    }
}

/// <summary>Random MAPs and MULTISETs of at most one length: keys that come twice count once.</summary>
sealed class MapGenerator(ulong seed, ulong nullThreshold, int length, ColumnGenerator key, ColumnGenerator value)
    : ColumnGenerator(seed, nullThreshold)
{
    protected override void AppendAll(ColumnBuilder builder, in DataGenRows rows)
    {
        var map = (MapColumnBuilder)builder;
        using var keys = ColumnBuilder.Create(map.Keys.Type, map.Pool);
        using var values = ColumnBuilder.Create(map.Values.Type, map.Pool);
        for (var i = 0; i < rows.Count; i++)
        {
            var entries = ListGenerator.Elements(rows, i, length);
            key.Append(keys, entries);
            value.Append(values, entries);
            AppendEntries(map, keys.Build(), values.Build());
        }
    }

    static void AppendEntries(MapColumnBuilder map, Column keys, Column values)
    {
        using (var index = new ValueIndex(keys.Length))
        {
            for (var i = 0; i < keys.Length; i++)
            {
                if (!index.TryAdd(keys, i))
                    continue;
                map.Keys.AppendFrom(keys, i);
                map.Values.AppendFrom(values, i);
            }
        }
        map.EndMap();
        keys.Release();
        values.Release();
    }
}
