using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.Avro;

/// <summary>Writes rows as records of a schema.</summary>
sealed class AvroRowWriter
{
    readonly AvroWriter[] _columns;
    readonly (int Column, byte[]? Default)[] _order;
    readonly int[] _batchColumns;

    /// <param name="schema">A record that has a field for every column.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="batchColumns">Where each of them stands in a batch.</param>
    /// <param name="format">The format, for messages.</param>
    public AvroRowWriter(AvroSchema schema, Schema columns, IReadOnlyList<int> batchColumns, string format)
    {
        if (schema.Kind != AvroKind.Record)
            throw ConnectorErrors.AvroNoRecord(schema.ToString(), format);
        (_columns, _order) = AvroWriter.Fields(schema, columns.Fields, "", format);
        _batchColumns = [.. batchColumns];
    }

    /// <summary>Appends a stored row of a batch.</summary>
    public void Write(Batch batch, int row, RowText target)
    {
        foreach (ref readonly var field in _order.AsSpan())
        {
            if (field.Default is { } bytes)
                target.Append(bytes);
            else
                _columns[field.Column].Write(batch[_batchColumns[field.Column]], row, target);
        }
    }
}
