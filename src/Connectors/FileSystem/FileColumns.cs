using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.FileSystem;

/// <summary>Puts the columns that are the same for all rows of a file, its partition and its metadata, between those that are in it.</summary>
/// <param name="table">The table.</param>
/// <param name="readColumns">Positions in the table's schema: the columns of the result.</param>
/// <param name="partition">Positions of the partition columns.</param>
/// <param name="values">Their plan values.</param>
/// <param name="path">The file.</param>
sealed class FileColumns(
    ConnectorTable table, IReadOnlyList<int> readColumns, IReadOnlyList<int> partition, IReadOnlyList<object?> values, string path)
{
    /// <summary>The batch with the columns that were asked for, in that order; takes over the reference.</summary>
    /// <param name="stored">The columns that are in the file.</param>
    /// <param name="status">What was known of the file when it was opened.</param>
    /// <param name="pool">Where buffers come from.</param>
    public Batch Add(Batch stored, FileStatus status, ColumnPool pool)
    {
        var columns = new Column[readColumns.Count];
        var next = 0;
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = IsStored(readColumns[i])
                ? stored[next++].Retain()
                : ColumnFactory.Constant(table.Schema[readColumns[i]].Type, Value(readColumns[i], status), stored.StoredRows, pool);
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

    bool IsStored(int column) => column < table.StoredColumns && !partition.Contains(column);

    object? Value(int column, FileStatus status)
    {
        for (var i = 0; i < partition.Count; i++)
        {
            if (partition[i] == column)
                return values[i];
        }
        return FileMetadata.ValueOf(table, column, path, status);
    }
}
