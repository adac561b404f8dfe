using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Execution.Guards;

/// <summary>Checks that batches have the columns of a schema: count, types apart from nullability, lengths, and a selection within them.</summary>
sealed class SchemaGuard
{
    readonly SqlType[] _types;

    public SchemaGuard(Schema schema) => _types = [.. schema.Fields.Select(field => field.Type.AllNullable)];

    /// <summary>What is wrong, or null.</summary>
    public string? Check(Batch batch)
    {
        if (batch.Width != _types.Length)
            return $"a batch has {batch.Width} columns instead of {_types.Length}";
        for (var i = 0; i < _types.Length; i++)
        {
            var column = batch[i];
            if (column.Type.Layout != _types[i].Layout || !column.Type.SameIgnoringNullability(_types[i]))
                return $"column {i} has type {column.Type} instead of {_types[i]}";
            if (column.Length != batch.StoredRows)
                return $"column {i} has {column.Length} rows, the batch {batch.StoredRows}";
        }
        return CheckSelection(batch);
    }

    static string? CheckSelection(Batch batch)
    {
        var last = -1;
        foreach (var row in batch.Selection)
        {
            if (row <= last || row >= batch.StoredRows)
                return $"row {row} is selected after row {last} of {batch.StoredRows}";
            last = row;
        }
        return null;
    }
}
