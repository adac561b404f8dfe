using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.FileSystem;

/// <summary>The metadata columns of rows that come from a file: the same values for all of them.</summary>
static class FileMetadata
{
    const string Path = "file.path";
    const string Name = "file.name";
    const string Size = "file.size";
    const string ModificationTime = "file.modification-time";

    public static IReadOnlyList<MetadataDefinition> Definitions { get; } =
    [
        new(Path, SqlType.String.WithNullability(false)),
        new(Name, SqlType.String.WithNullability(false)),
        new(Size, SqlType.BigInt.WithNullability(false)),
        new(ModificationTime, SqlType.TimestampLtz(3).WithNullability(false)),
    ];

    /// <summary>Positions of the metadata columns of a table that are known of a file before it is opened.</summary>
    public static IReadOnlyList<int> KnownBefore(ConnectorTable table) =>
        [.. Enumerable.Range(table.StoredColumns, table.MetadataKeys.Count).Where(index => Key(table, index) is Path or Name)];

    /// <summary>The value of one of <see cref="KnownBefore"/>.</summary>
    public static string Known(ConnectorTable table, int index, string path) => Key(table, index) == Path ? path : System.IO.Path.GetFileName(path);

    static string Key(ConnectorTable table, int index) => table.MetadataKeys[index - table.StoredColumns];

    /// <summary>The batch with the columns that were asked for, in that order; takes over the reference.</summary>
    /// <param name="stored">The columns that are in the file, in the order of <paramref name="readColumns"/>.</param>
    /// <param name="table">The table.</param>
    /// <param name="readColumns">Positions in the table's schema.</param>
    /// <param name="path">The file.</param>
    /// <param name="status">What was known of the file when it was opened.</param>
    /// <param name="pool">Where buffers come from.</param>
    public static Batch Add(
        Batch stored, ConnectorTable table, IReadOnlyList<int> readColumns, string path, FileStatus status, ColumnPool pool)
    {
        var columns = new Column[readColumns.Count];
        var next = 0;
        for (var i = 0; i < columns.Length; i++)
        {
            var index = readColumns[i];
            columns[i] = index < table.StoredColumns
                ? stored[next++].Retain()
                : Repeated(Key(table, index), table.Schema[index].Type, stored.StoredRows, path, status, pool);
        }
        byte[]? kinds = null;
        if (!stored.IsInsertOnly)
        {
            kinds = pool.Rent(stored.StoredRows);
            for (var row = 0; row < stored.StoredRows; row++)
                kinds[row] = (byte)stored.Kind(row);
        }
        var batch = new Batch(columns, stored.StoredRows, pool, kinds, split: stored.Split);
        stored.Release();
        return batch;
    }

    static Column Repeated(string key, SqlType type, int rows, string path, FileStatus status, ColumnPool pool)
    {
        object value = key switch
        {
            Path => path,
            Name => System.IO.Path.GetFileName(path),
            Size => status.Size,
            _ => status.ModifiedNanos / 1_000_000 * 1_000,
        };
        return ColumnFactory.Constant(type, value, rows, pool);
    }
}
